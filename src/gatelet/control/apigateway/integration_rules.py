"""What an integration may be, as pure rules. Reference: apigateway-control-plane section 5.4."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from gatelet.aws import quotas
from gatelet.aws.arn import Arn, InvalidArn
from gatelet.aws.errors import NotSupported
from gatelet.control.apigateway.errors import BadRequest, no_such_integration
from gatelet.control.apigateway.expressions import check_integration_parameters
from gatelet.control.apigateway.method_rules import Method, check_verb
from gatelet.control.apigateway.template_rules import check_content_handling, check_templates
from gatelet.control.integrated_services import is_reachable

Integration = dict[str, Any]

CONNECTION_TYPES = ("INTERNET", "VPC_LINK")
HTTP_TYPES = ("HTTP", "HTTP_PROXY")
CALLER = "arn:aws:iam::*:user/*"
"""Credentials that stand for those of whoever calls the API."""
PASSTHROUGH_BEHAVIORS = ("WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER")

STREAMING_PATH = "/response-streaming-invocations"

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
    if integration.get("credentials"):
        _arn(integration["credentials"])
    timeout = integration["timeoutInMillis"]
    streamed = integration.get("responseTransferMode") == "STREAM"
    longest = quotas.STREAM_TIMEOUT_MAX_MS if streamed else quotas.INTEGRATION_TIMEOUT_MAX_MS
    if not quotas.INTEGRATION_TIMEOUT_MIN_MS <= timeout <= longest:
        raise BadRequest(f"Timeout should be between {quotas.INTEGRATION_TIMEOUT_MIN_MS} ms and {longest} ms")
    if integration["passthroughBehavior"] not in PASSTHROUGH_BEHAVIORS:
        raise BadRequest(f"Invalid PassthroughBehavior specified. Valid options are {','.join(PASSTHROUGH_BEHAVIORS)}")
    check_content_handling(integration.get("contentHandling"))
    if integration.get("connectionType", CONNECTION_TYPES[0]) not in CONNECTION_TYPES:
        raise BadRequest(f"Invalid ConnectionType specified. Valid options are {','.join(CONNECTION_TYPES)}")
    check_templates(integration.get("requestTemplates", {}))


def check_uri(kind: str, uri: str) -> None:
    """The URI must suit the type. Raises BadRequest."""
    if kind in HTTP_TYPES:
        if not uri.lower().startswith(("http://", "https://")):
            raise BadRequest("Invalid HTTP endpoint specified for URI")
        return
    arn = _arn(uri)
    if arn.service != "apigateway" or not arn.resource.startswith(("path/", "action/")):
        raise BadRequest("AWS ARN for integration must contain path or action")
    # The fifth field of these ARNs names the service: arn:aws:apigateway:{region}:lambda:path/...
    of_lambda = arn.account == "lambda" and _FUNCTION_PATH.fullmatch(arn.resource)
    if kind == "AWS_PROXY" and arn.account != "firehose" and not of_lambda:
        raise BadRequest(
            "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations."
        )


def _arn(text: str) -> Arn:
    try:
        return Arn.parse(text)
    except InvalidArn:
        raise BadRequest("Invalid ARN specified in the request") from None


def check_parameters(method: Method, integration: Integration) -> None:
    """The request mappings and cache keys, against what the method declares. Raises BadRequest."""
    declared, mapped = method.get("requestParameters", {}), integration.get("requestParameters", {})
    check_integration_parameters(mapped, declared)
    if not {*declared, *mapped}.issuperset(integration["cacheKeyParameters"]):
        raise BadRequest("Invalid cache key parameter specified")


def refuse_unsupported(integration: Integration, endpoints: Collection[str] = ()) -> None:
    """Raises NotSupported for what is valid on AWS and not executed here yet, BadRequest for a missing role.

    ``endpoints`` are the services that have one set up (gatelet.control.integrated_services).

    Request templates and parameters of an AWS_PROXY integration are ignored on AWS too, so they may stand
    (data plane section 6); so are credentials where nothing of AWS's is called.
    """
    kind = integration["type"]
    if integration.get("connectionType") == "VPC_LINK":
        raise NotSupported("the connection type VPC_LINK")
    for member in ("connectionId", "integrationTarget"):
        if integration.get(member):
            raise NotSupported(f"{member} on an integration")
    if integration.get("tlsConfig") and kind not in HTTP_TYPES:
        raise NotSupported(f"tlsConfig on an integration of type {kind}")
    if integration.get("responseTransferMode") == "STREAM" and kind not in {"HTTP_PROXY", "AWS_PROXY"}:
        raise NotSupported(f"responseTransferMode STREAM on an integration of type {kind}")
    if kind in {"AWS", "AWS_PROXY"}:
        _refuse_service(kind, integration, endpoints)


def _refuse_service(kind: str, integration: Integration, endpoints: Collection[str]) -> None:
    uri = Arn.parse(integration["uri"])
    if kind == "AWS_PROXY" and uri.account != "lambda":
        raise NotSupported("AWS_PROXY integrations with Firehose")
    streams = uri.resource.endswith(STREAMING_PATH)
    if kind == "AWS_PROXY" and streams != (integration.get("responseTransferMode") == "STREAM"):
        raise BadRequest(f"responseTransferMode STREAM and a URI that ends with {STREAMING_PATH} belong together")
    if kind == "AWS" and streams:
        raise NotSupported("response streaming on an integration of type AWS")
    role = integration.get("credentials")
    if not role and not (uri.account == "lambda" and _FUNCTION_PATH.fullmatch(uri.resource)):
        raise BadRequest("Role ARN must be specified for AWS integrations")
    if role == CALLER:
        raise NotSupported(f"the credentials of the caller ({CALLER}) on an integration")
    if not is_reachable(uri.account, endpoints):
        raise NotSupported(f"the service {uri.account} behind an integration")
