"""The 21 gateway response types, and what they answer while nobody has customised them.

Reference: apigateway-control-plane section 5.8; apigateway-data-plane ("gateway responses").
"""

from __future__ import annotations

from collections.abc import Mapping

DEFAULT_4XX = "DEFAULT_4XX"
DEFAULT_5XX = "DEFAULT_5XX"

RESPONSE_TYPES: Mapping[str, int | None] = {
    "ACCESS_DENIED": 403,
    "API_CONFIGURATION_ERROR": 500,
    "AUTHORIZER_CONFIGURATION_ERROR": 500,
    "AUTHORIZER_FAILURE": 500,
    "BAD_REQUEST_BODY": 400,
    "BAD_REQUEST_PARAMETERS": 400,
    DEFAULT_4XX: None,
    DEFAULT_5XX: None,
    "EXPIRED_TOKEN": 403,
    "INTEGRATION_FAILURE": 504,
    "INTEGRATION_TIMEOUT": 504,
    "INVALID_API_KEY": 403,
    "INVALID_SIGNATURE": 403,
    "MISSING_AUTHENTICATION_TOKEN": 403,
    "QUOTA_EXCEEDED": 429,
    "REQUEST_TOO_LARGE": 413,
    "RESOURCE_NOT_FOUND": 404,
    "THROTTLED": 429,
    "UNAUTHORIZED": 401,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "WAF_FILTERED": 403,
}
"""By name (alphabetical, as GetGatewayResponses lists them): the default status.

The two defaults have none: they answer with the status of the failure that fell back to them.
"""

DEFAULT_TEMPLATE_TYPE = "application/json"
DEFAULT_TEMPLATE = '{"message":$context.error.messageString}'
"""The body template of every type, for ``application/json``."""


def fallback_type(response_type: str) -> str | None:
    """The type whose customisation a non-customised type takes over; None for the two defaults themselves."""
    status = RESPONSE_TYPES[response_type]
    if status is None:
        return None
    return DEFAULT_4XX if status < 500 else DEFAULT_5XX
