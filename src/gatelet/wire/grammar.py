"""How each service words a violation of its model's constraints, and what its operations check themselves.

Reference: apigateway-control-plane section 1.1, lambda-control-plane sections 1 and 4,
platform-neighbours section 1 (Logs), identity section 3 (IAM and STS).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from gatelet.wire.models import Operation, Shape


@dataclass(frozen=True, slots=True)
class Grammar:
    """One service's way of reporting constraint violations."""

    code: str = "ValidationException"
    body_under_input: bool = False
    """Whether body members stand below ``createRestApiInput.``."""
    says_not_null: bool = True
    """Whether the constraints of list items and map values end in ``Member must not be null``."""
    null_map_values: bool = False
    """Whether a map may hold nulls (a stored ``null`` template: apigateway-control-plane section 5.8)."""
    enum_orders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The recorded order of an enum's values, by shape, where it is not the model's."""
    exempt: frozenset[tuple[str, str, str]] = frozenset()
    """(operation, member, kind) that the operation itself checks, with a text of its own."""

    def path(self, operation: Operation, name: str, member: Shape) -> str:
        """Where a top-level member is: ``statusCode``, ``createRestApiInput.name``, ``functionName``."""
        if self.body_under_input and member.location is None:
            return f"{lower_first(operation.name)}Input.{lower_first(name)}"
        return lower_first(name)


def lower_first(name: str) -> str:
    """``FunctionName`` as ``functionName``."""
    return name[:1].lower() + name[1:]


_APIGATEWAY: Final = Grammar(
    body_under_input=True,
    says_not_null=False,
    null_map_values=True,
    enum_orders={
        "Op": ("add", "remove", "move", "test", "replace", "copy"),
        "EndpointType": ("PRIVATE", "EDGE", "REGIONAL"),
        "IntegrationType": ("HTTP", "MOCK", "AWS_PROXY", "HTTP_PROXY", "AWS"),
        "GatewayResponseType": (
            "REQUEST_TOO_LARGE",
            "RESOURCE_NOT_FOUND",
            "AUTHORIZER_CONFIGURATION_ERROR",
            "MISSING_AUTHENTICATION_TOKEN",
            "BAD_REQUEST_BODY",
            "INVALID_SIGNATURE",
            "INVALID_API_KEY",
            "BAD_REQUEST_PARAMETERS",
            "AUTHORIZER_FAILURE",
            "UNAUTHORIZED",
            "INTEGRATION_TIMEOUT",
            "ACCESS_DENIED",
            "DEFAULT_4XX",
            "DEFAULT_5XX",
            "WAF_FILTERED",
            "QUOTA_EXCEEDED",
            "THROTTLED",
            "API_CONFIGURATION_ERROR",
            "UNSUPPORTED_MEDIA_TYPE",
            "INTEGRATION_FAILURE",
            "EXPIRED_TOKEN",
        ),
    },
)
_LAMBDA: Final = Grammar(
    # InvalidParameterValueException with "or be a valid ARN" (lambda-control-plane section 4, Runtime)
    exempt=frozenset({("CreateFunction", "Runtime", "enum"), ("UpdateFunctionConfiguration", "Runtime", "enum")}),
)
_LOGS: Final = Grammar(
    code="InvalidParameterException",
    # "Invalid LogGroup or LogStream, both must have length ..." (platform-neighbours section 1)
    exempt=frozenset(
        {
            ("CreateLogGroup", "logGroupName", "max"),
            ("CreateLogStream", "logGroupName", "max"),
            ("CreateLogStream", "logStreamName", "max"),
        }
    ),
)
_COGNITO: Final = Grammar(code="InvalidParameterException")  # identity section 4.5
_QUERY: Final = Grammar(code="ValidationError")

_GRAMMARS: Final[Mapping[str, Grammar]] = {
    "apigateway": _APIGATEWAY,
    "lambda": _LAMBDA,
    "cognito-idp": _COGNITO,
    "logs": _LOGS,
    "iam": _QUERY,
    "sts": _QUERY,
}
_DEFAULT: Final = Grammar()


def grammar_of(service: str) -> Grammar:
    """The service's grammar, or Coral's common one."""
    return _GRAMMARS.get(service, _DEFAULT)
