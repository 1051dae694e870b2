"""AWS's common errors: their statuses, and their names on the query protocol.

Reference: identity section 1.3 (query code / JSON code), apigateway-control-plane section 1.
"""

from __future__ import annotations

from typing import Final

from gatelet.aws.errors import AwsError
from gatelet.wire.errors import Unauthenticated
from gatelet.wire.models import ServiceModel

_STATUSES: Final = {
    "AccessDeniedException": 403,
    "ExpiredTokenException": 403,
    "InternalFailure": 500,
    "InvalidSignatureException": 403,
    "MissingAuthenticationTokenException": 403,
    "RequestEntityTooLargeException": 413,
    "ServiceUnavailableException": 503,
    "TooManyRequestsException": 429,
    "UnrecognizedClientException": 403,
}
_REST_STATUSES: Final = {"IncompleteSignatureException": 403}

_QUERY_NAMES: Final = {
    "AccessDeniedException": "AccessDenied",
    "ExpiredTokenException": "ExpiredToken",
    "IncompleteSignatureException": "IncompleteSignature",
    "InvalidSignatureException": "SignatureDoesNotMatch",
    "MissingAuthenticationTokenException": "MissingAuthenticationToken",
    "SerializationException": "MalformedInput",
    "ServiceUnavailableException": "ServiceUnavailable",
    "ThrottlingException": "Throttling",
    "UnknownOperationException": "InvalidAction",
    "UnrecognizedClientException": "InvalidClientTokenId",
    "ValidationException": "ValidationError",
}


def status_of(model: ServiceModel, error: AwsError) -> int:
    """The error's own status, or its model's, or the common one, or 400.

    The json protocol answers its clients' common errors with 400 (identity section 1.3).
    """
    if error.status is not None:
        return error.status
    modelled = _modelled_status(model, error.code)
    if modelled is not None and not isinstance(error, Unauthenticated):
        return modelled
    common = _STATUSES.get(error.code, 400)
    if model.protocol.startswith("rest-"):
        return _REST_STATUSES.get(error.code, common)
    return 400 if model.protocol == "json" and common < 500 else common


def query_name(model: ServiceModel, error: AwsError) -> str:
    """The error's code as the query protocol writes it: ``NoSuchEntityException`` is ``NoSuchEntity``."""
    shape = None if isinstance(error, Unauthenticated) else model.errors.get(error.code)
    if shape is not None:
        return str(shape.traits.get("error", {}).get("code", shape.name))
    return _QUERY_NAMES.get(error.code, error.code)


def _modelled_status(model: ServiceModel, code: str) -> int | None:
    shape = model.errors.get(code)
    if shape is None:
        return None
    status = shape.traits.get("error", {}).get("httpStatusCode")
    return int(status) if status is not None else (500 if shape.traits.get("fault") else 400)
