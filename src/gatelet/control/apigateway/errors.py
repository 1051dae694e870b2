"""API Gateway's errors, and the sentences that several operations share.

    AwsError
    ├── BadRequest       400  semantic validation
    ├── NotFound         404
    ├── Conflict         409
    └── LimitExceeded    429

Reference: apigateway-control-plane sections 1 and 1.1.
"""

from __future__ import annotations

from gatelet.aws.errors import AwsError


class BadRequest(AwsError):
    """BadRequestException: what was asked for makes no sense."""

    def __init__(self, message: str) -> None:
        super().__init__("BadRequestException", message)


class NotFound(AwsError):
    """NotFoundException: no such thing."""

    def __init__(self, message: str) -> None:
        super().__init__("NotFoundException", message)


class Conflict(AwsError):
    """ConflictException: it exists already, is in use, or someone else was first."""

    def __init__(self, message: str) -> None:
        super().__init__("ConflictException", message)


class LimitExceeded(AwsError):
    """LimitExceededException: a quota is used up."""

    def __init__(self, message: str) -> None:
        super().__init__("LimitExceededException", message)


def no_such_api(account: str, rest_api_id: str) -> NotFound:
    """The answer of the collection style calls to an unknown API (section 1.1)."""
    return NotFound(f"Invalid API identifier specified {account}:{rest_api_id}")


def no_such_resource() -> NotFound:
    """The answer of every call below ``/resources/{id}`` to an unknown API or resource (section 1.1)."""
    return NotFound("Invalid Resource identifier specified")


def no_such_method() -> NotFound:
    """The resource has no such method (section 5.2)."""
    return NotFound("Invalid Method identifier specified")


def no_such_integration() -> NotFound:
    """The method has no integration (section 5.4)."""
    return NotFound("Invalid Integration identifier specified")


def no_such_status() -> NotFound:
    """No method or integration response for the status (sections 5.3 and 5.5)."""
    return NotFound("Invalid Response status code specified")


def no_such_model(name: str) -> BadRequest:
    """A method names a model that the API does not have (section 5.2)."""
    return BadRequest(f"Invalid model identifier specified: {name}")


def concurrent_modification() -> Conflict:
    """Another writer was first (section 1.1)."""
    return Conflict("Unable to complete operation due to concurrent modification. Please try again later.")
