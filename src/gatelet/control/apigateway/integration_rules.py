"""What an integration may be, as pure rules. Reference: apigateway-control-plane section 5.4."""

from __future__ import annotations

import re
from typing import Any

from gatelet.aws import quotas
from gatelet.aws.arn import Arn, InvalidArn
from gatelet.aws.errors import NotSupported
from gatelet.control.apigateway.errors import BadRequest, no_such_integration
from gatelet.control.apigateway.expressions import check_content_types, check_integration_parameters
from gatelet.control.apigateway.method_rules import Method, check_verb

Integration = dict[str, Any]

PASSTHROUGH_BEHAVIORS = ("WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER")

_NAME_OR_VARIABLE = r"(?:[A-Za-z0-9_\-]|\$\{stageVariables\.\w+\})+"
_FUNCTION_PATH = re.compile(
    r"path/(?:2015-03-31|(?P<streaming>2021-11-15))/functions/"
    r"arn:aws[a-z-]*:lambda:(?:[a-z0-9-]+):(?:\d{12}|\$\{stageVariables\.\w+\}):function:"
    rf"{_NAME_OR_VARIABLE}(?::(?:\$LATEST|{_NAME_OR_VARIABLE}))?"
    r"/(?(streaming)response-streaming-invocations|invocations)"
)


def find_integration(method: Method) -> Integration:
    """The method's integration. Raises NotFound."""
    integration: Integration | None = method.get("methodIntegration")
    if integration is None:
        raise no_such_integration()
    return integration


def check_fields(integration: Integration) -> None:
    """The checks that need nothing but the integration. Raises BadRequest."""
    kind = integration["type"]
    if kind != "MOCK":
        if not integration.get("httpMethod"):
            raise BadRequest("Enumeration value for HttpMethod must be non-empty")
        check_verb(integration["httpMethod"])
        check_uri(kind, integration.get("uri", ""))
    timeout = integration["timeoutInMillis"]
    if not quotas.INTEGRATION_TIMEOUT_MIN_MS <= timeout <= quotas.INTEGRATION_TIMEOUT_MAX_MS:
        raise BadRequest(
            f"Timeout should be between {quotas.INTEGRATION_TIMEOUT_MIN_MS} ms and "
            f"{quotas.INTEGRATION_TIMEOUT_MAX_MS} ms"
        )
    if integration["passthroughBehavior"] not in PASSTHROUGH_BEHAVIORS:
        raise BadRequest(f"Invalid PassthroughBehavior specified. Valid options are {','.join(PASSTHROUGH_BEHAVIORS)}")
    check_content_types(integration.get("requestTemplates", {}))


def check_uri(kind: str, uri: str) -> None:
    """The URI must suit the type. Raises BadRequest."""
    if kind in {"HTTP", "HTTP_PROXY"}:
        if not uri.lower().startswith(("http://", "https://")):
            raise BadRequest("Invalid HTTP endpoint specified for URI")
        return
    try:
        arn = Arn.parse(uri)
    except InvalidArn:
        raise BadRequest("Invalid ARN specified in the request") from None
    if arn.service != "apigateway" or not arn.resource.startswith(("path/", "action/")):
        raise BadRequest("AWS ARN for integration must contain path or action")
    # The fifth field of these ARNs names the service: arn:aws:apigateway:{region}:lambda:path/...
    of_lambda = arn.account == "lambda" and _FUNCTION_PATH.fullmatch(arn.resource)
    if kind == "AWS_PROXY" and arn.account != "firehose" and not of_lambda:
        raise BadRequest(
            "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations."
        )


def check_parameters(method: Method, integration: Integration) -> None:
    """The request mappings, against what the method declares. Raises BadRequest."""
    check_integration_parameters(integration.get("requestParameters", {}), method.get("requestParameters", {}))


def refuse_unsupported(integration: Integration) -> None:
    """Raises NotSupported for what is valid on AWS and not executed here yet.

    Request templates and parameters of an AWS_PROXY integration are ignored on AWS too, so they may stand
    (data plane section 6).
    """
    kind = integration["type"]
    if kind != "AWS_PROXY":
        raise NotSupported(f"the integration type {kind}")
    uri = Arn.parse(integration["uri"])
    if uri.account != "lambda":
        raise NotSupported("AWS_PROXY integrations with Firehose")
    if integration.get("responseTransferMode") == "STREAM" or uri.resource.endswith("/response-streaming-invocations"):
        raise NotSupported("responseTransferMode STREAM")
    if integration.get("connectionType") == "VPC_LINK":
        raise NotSupported("the connection type VPC_LINK")
    for member in ("connectionId", "credentials", "tlsConfig", "integrationTarget"):
        if integration.get(member):
            raise NotSupported(f"{member} on an integration")
