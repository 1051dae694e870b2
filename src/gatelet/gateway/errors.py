"""Every foreseen failure of a request, by its gateway response type.

Exception
└── GatewayError
    ├── Forbidden                    403  no such API or stage, or its endpoint is disabled; not customisable
    ├── MissingAuthenticationToken   403  MISSING_AUTHENTICATION_TOKEN: no method serves this path and verb
    ├── IncompleteSignature          403  DEFAULT_4XX: as before, and the Authorization header makes no sense
    ├── AccessDenied                 403  ACCESS_DENIED: a policy does not allow the caller
    ├── InvalidSignature             403  INVALID_SIGNATURE: the signature is wrong, or too old
    ├── ExpiredToken                 403  EXPIRED_TOKEN: the session that signed is over
    ├── UnrecognizedClient           403  ACCESS_DENIED: nobody has the key that signed
    ├── Unauthorized                 401  UNAUTHORIZED: no identity, or one that the authorizer does not know
    │   └── TokenExpired             401  the same: the token was good once
    ├── InsufficientScope            403  ACCESS_DENIED: a good token without a scope that the method wants
    ├── AuthorizerConfigurationError 500  AUTHORIZER_CONFIGURATION_ERROR: the authorizer did not work
    ├── MethodArnTooLong             414  DEFAULT_4XX: longer than policies are asked about
    ├── InvalidApiKey                403  INVALID_API_KEY: no key, or none that is in a plan for the stage
    ├── Throttled                    429  THROTTLED: a bucket of the plan, the method or the account is empty
    ├── QuotaExceeded                429  QUOTA_EXCEEDED: the key has used up its plan's quota
    ├── BadRequestParameters         400  BAD_REQUEST_PARAMETERS: required parameters are missing
    ├── BadRequestBody               400  BAD_REQUEST_BODY: the body does not suit its model, or is no JSON
    │   └── PayloadNotJson           400  DEFAULT_4XX: Lambda cannot parse what the mappings made
    ├── UnsupportedMediaType         415  UNSUPPORTED_MEDIA_TYPE: Content-Encoding or Content-Type cannot be taken
    ├── RequestTooLarge              413  REQUEST_TOO_LARGE: more than Lambda takes
    ├── ApiConfigurationError        500  API_CONFIGURATION_ERROR: the method cannot run as it is set up
    │   └── MalformedProxyResponse   502  the function's answer breaks the proxy contract
    ├── IntegrationFailure           500  INTEGRATION_FAILURE: the integration refused the call
    │   ├── FunctionFailed           502  the function ran and failed, or its answer is too large
    │   └── NetworkError             504  the endpoint gave no answer
    ├── IntegrationTimeout           504  INTEGRATION_TIMEOUT
    └── InternalFailure              500  DEFAULT_5XX: a fault of ours

Raised anywhere in the data plane; formatted by gatelet.gateway.steps.gateway_response only.
Reference: apigateway-data-plane section 4.
"""

from __future__ import annotations

from typing import ClassVar

from gatelet.gateway.response_types import DEFAULT_4XX, DEFAULT_5XX

INTERNAL_SERVER_ERROR = "Internal server error"


class GatewayError(Exception):
    """A request that got no answer of its integration.

    ``reason`` is the line of the execution log that says why, in AWS's words; empty: nothing is logged.
    """

    response_type: ClassVar[str]
    """The gateway response that formats it; empty: it cannot be customised."""
    status: ClassVar[int]
    error_type: ClassVar[str]
    """``x-amzn-ErrorType``."""
    message: str | None
    """``$context.error.message``."""
    message_key: ClassVar[str] = "message"
    """How the built-in body spells its member: denials by policies have a capital M."""
    spaced: ClassVar[bool] = False
    """Whether the built-in body has a blank after the colon: so it has in the integration's phase."""
    validation_error: str | None = None
    """``$context.error.validationErrorString``."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


class Forbidden(GatewayError):
    """No such API or stage, or the API's default endpoint is disabled."""

    response_type = ""
    status = 403
    error_type = "ForbiddenException"
    message = "Forbidden"


class MissingAuthenticationToken(GatewayError):
    """No method serves this path and verb."""

    response_type = "MISSING_AUTHENTICATION_TOKEN"
    status = 403
    error_type = "MissingAuthenticationTokenException"
    message = "Missing Authentication Token"


class IncompleteSignature(GatewayError):
    """No method serves this path and verb, and the Authorization header is no signature."""

    response_type = DEFAULT_4XX
    status = 403
    error_type = "IncompleteSignatureException"

    def __init__(self, message: str) -> None:
        super().__init__()
        self.message = message


class BadRequestParameters(GatewayError):
    """Required parameters are missing; ``message`` is AWS's, ``validation_error`` its detail."""

    response_type = "BAD_REQUEST_PARAMETERS"
    status = 400
    error_type = "BadRequestException"

    def __init__(self, message: str, validation_error: str | None = None) -> None:
        super().__init__()
        self.message = message
        self.validation_error = validation_error


class BadRequestBody(GatewayError):
    """The body does not suit its model, or a mapping needs JSON and it is none."""

    response_type = "BAD_REQUEST_BODY"
    status = 400
    error_type = "BadRequestException"

    def __init__(self, message: str = "Invalid request body", validation_error: str | None = None) -> None:
        super().__init__()
        self.message = message
        self.validation_error = validation_error


class PayloadNotJson(BadRequestBody):
    """Lambda cannot parse the event that the mappings made; ``message`` is Lambda's own."""

    response_type = DEFAULT_4XX
    spaced = True

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.reason = f"Execution failed due to configuration error: {message}"


class AccessDenied(GatewayError):
    """The caller's policies, the authorizer's or the API's do not allow the call."""

    response_type = "ACCESS_DENIED"
    status = 403
    error_type = "AccessDeniedException"
    message_key = "Message"

    def __init__(self, message: str) -> None:
        super().__init__()
        self.message = message


class InvalidSignature(GatewayError):
    """The signature does not match, or is too old."""

    response_type = "INVALID_SIGNATURE"
    status = 403
    error_type = "InvalidSignatureException"

    def __init__(self, message: str) -> None:
        super().__init__()
        self.message = message


class ExpiredToken(GatewayError):
    """The session that signed the request is over."""

    response_type = "EXPIRED_TOKEN"
    status = 403
    error_type = "ExpiredTokenException"
    message = "The security token included in the request is expired"


class UnrecognizedClient(GatewayError):
    """Nobody has the key that signed the request. Its type is not documented: ACCESS_DENIED (?)."""

    response_type = "ACCESS_DENIED"
    status = 403
    error_type = "UnrecognizedClientException"
    message = "The security token included in the request is invalid."


class Unauthorized(GatewayError):
    """No identity, or one that the authorizer does not know."""

    response_type = "UNAUTHORIZED"
    status = 401
    error_type = "UnauthorizedException"
    message = "Unauthorized"


class TokenExpired(Unauthorized):
    """The token was good once (apigateway-authorization-limits section 5)."""

    message = "The incoming token has expired"


class InsufficientScope(GatewayError):
    """The token is good, and has none of the scopes that the method wants (section 6: JWT authorizers)."""

    response_type = "ACCESS_DENIED"
    status = 403
    error_type = "ForbiddenException"
    message = "Forbidden"


class AuthorizerConfigurationError(GatewayError):
    """The authorizer failed, or answered what is no policy. The client is told nothing."""

    response_type = "AUTHORIZER_CONFIGURATION_ERROR"
    status = 500
    error_type = "AuthorizerConfigurationException"
    message = None

    def __init__(self, reason: str) -> None:
        super().__init__(f"Execution failed due to configuration error: {reason}")


class MethodArnTooLong(GatewayError):
    """The method's ARN is longer than policies are asked about."""

    response_type = DEFAULT_4XX
    status = 414
    error_type = "RequestURITooLongException"
    message = "Request URI too long"


class InvalidApiKey(GatewayError):
    """The method requires an API key, and the caller's is none that may call it."""

    response_type = "INVALID_API_KEY"
    status = 403
    error_type = "ForbiddenException"
    message = "Forbidden"


class Throttled(GatewayError):
    """More requests than the plan, the stage or the account may have."""

    response_type = "THROTTLED"
    status = 429
    error_type = "TooManyRequestsException"
    message = "Too Many Requests"


class QuotaExceeded(GatewayError):
    """The API key has used up its quota."""

    response_type = "QUOTA_EXCEEDED"
    status = 429
    error_type = "LimitExceededException"
    message = "Limit Exceeded"


class UnsupportedMediaType(GatewayError):
    """The body's Content-Encoding is unknown, or nothing takes its Content-Type."""

    response_type = "UNSUPPORTED_MEDIA_TYPE"
    status = 415
    error_type = "BadRequestException"
    message = "Unsupported Media Type"


class RequestTooLarge(GatewayError):
    """The body is more than Lambda takes."""

    response_type = "REQUEST_TOO_LARGE"
    status = 413
    error_type = "BadRequestException"
    message = "Request Too Long"
    spaced = True


class ApiConfigurationError(GatewayError):
    """The method cannot run as its owner has set it up."""

    response_type = "API_CONFIGURATION_ERROR"
    status = 500
    error_type = "InternalServerErrorException"
    message = INTERNAL_SERVER_ERROR
    spaced = True

    def __init__(self, reason: str) -> None:
        super().__init__(f"Execution failed due to configuration error: {reason}")


class MalformedProxyResponse(ApiConfigurationError):
    """The function's answer breaks the proxy contract."""

    status = 502

    def __init__(self) -> None:
        super().__init__("Malformed Lambda proxy response")


class IntegrationFailure(GatewayError):
    """The integration refused the call before anything ran."""

    response_type = "INTEGRATION_FAILURE"
    status = 500
    error_type = "InternalServerErrorException"
    message = INTERNAL_SERVER_ERROR
    spaced = True


class FunctionFailed(IntegrationFailure):
    """The function ran and failed, or answered more than Lambda lets through."""

    status = 502


class NetworkError(IntegrationFailure):
    """The endpoint gave no answer, or none that is HTTP."""

    status = 504
    message = "Network error communicating with endpoint"

    def __init__(self, detail: str) -> None:
        super().__init__(f"Execution failed due to a network error communicating with endpoint: {detail}")


class IntegrationTimeout(GatewayError):
    """The integration's timeout passed."""

    response_type = "INTEGRATION_TIMEOUT"
    status = 504
    error_type = "InternalServerErrorException"
    message = "Endpoint request timed out"
    spaced = True

    def __init__(self) -> None:
        super().__init__("Execution failed due to a timeout error")


class InternalFailure(GatewayError):
    """A fault of Gatelet's own; its text never reaches the client."""

    response_type = DEFAULT_5XX
    status = 500
    error_type = "InternalServerErrorException"
    message = INTERNAL_SERVER_ERROR
    spaced = True

    def __init__(self) -> None:
        super().__init__("Execution failed due to an internal error")
