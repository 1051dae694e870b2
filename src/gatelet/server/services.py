"""Which AWS service a control-plane request is for. Pure.

Order: the SigV4 credential scope (and the path, where two services share a signing name), then
``X-Amz-Target``, then the host.
"""

from __future__ import annotations

from collections.abc import Mapping

from gatelet.http.request import Request

BY_SIGNING_NAME: Mapping[str, str] = {
    "apigateway": "apigateway",
    "cloudformation": "cloudformation",
    "cognito-idp": "cognito-idp",
    "dynamodb": "dynamodb",
    "events": "events",
    "iam": "iam",
    "lambda": "lambda",
    "logs": "logs",
    "monitoring": "cloudwatch",
    "s3": "s3",
    "secretsmanager": "secretsmanager",
    "sns": "sns",
    "sqs": "sqs",
    "ssm": "ssm",
    "states": "stepfunctions",
    "sts": "sts",
}
"""Signing name to botocore's service name. Services without operations here answer 501 in their own protocol."""

_BY_TARGET: Mapping[str, str] = {
    "AWSCognitoIdentityProviderService": "cognito-idp",
    "Logs_20140328": "logs",
    "DynamoDB_20120810": "dynamodb",
    "DynamoDBStreams_20120810": "dynamodbstreams",
    "GraniteServiceVersion20100801": "cloudwatch",
}


_STREAMS = "DynamoDBStreams_20120810"


def _target(request: Request) -> str:
    return (request.header("x-amz-target") or "").partition(".")[0]


def service_of(request: Request, signing_name: str | None) -> str | None:
    """Botocore's name of the service, or None."""
    if signing_name is not None:
        # HTTP and WebSocket APIs are signed as REST APIs are, and have a tree of their own.
        of_http_apis = signing_name == "apigateway" and request.path.startswith("/v2/")
        if of_http_apis:
            return "apigatewayv2"
        service = BY_SIGNING_NAME.get(signing_name)
        # Streams are signed as tables are, and are a service of their own.
        return "dynamodbstreams" if service == "dynamodb" and _target(request) == _STREAMS else service
    target = _target(request)
    if target in _BY_TARGET:
        return _BY_TARGET[target]
    return BY_SIGNING_NAME.get((request.header("host") or "").partition(".")[0].lower())
