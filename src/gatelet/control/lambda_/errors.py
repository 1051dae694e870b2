"""Lambda's errors, with AWS's texts.

    AwsError
    ├── ResourceNotFound       404
    ├── NotProvisioned         404: no provisioned concurrency
    ├── InvalidParameterValue  400
    ├── ResourceConflict       409
    └── PreconditionFailed     412: a stale RevisionId

Reference: lambda-control-plane section 1 (bodies), sections 3 to 8 (texts).
"""

from __future__ import annotations

from gatelet.aws.errors import AwsError


class ResourceNotFound(AwsError):
    """404."""

    def __init__(self, message: str) -> None:
        super().__init__("ResourceNotFoundException", message, status=404)


class NotProvisioned(AwsError):
    """404."""

    def __init__(self) -> None:
        super().__init__(
            "ProvisionedConcurrencyConfigNotFoundException",
            "No Provisioned Concurrency Config found for this function",
            status=404,
        )


class InvalidParameterValue(AwsError):
    """400; ``typed`` False leaves ``Type`` out of the body, as some of AWS's checks do (section 1)."""

    def __init__(self, message: str, *, typed: bool = True) -> None:
        super().__init__("InvalidParameterValueException", message, status=400, members={} if typed else {"Type": None})


class ResourceConflict(AwsError):
    """409."""

    def __init__(self, message: str) -> None:
        super().__init__("ResourceConflictException", message, status=409)


class PreconditionFailed(AwsError):
    """412; ``call`` is the operation that AWS tells the client to use (``GetFunction/GetAlias``)."""

    def __init__(self, call: str) -> None:
        super().__init__(
            "PreconditionFailedException",
            f"The Revision Id provided does not match the latest Revision Id. Call the {call} API "
            "to retrieve the latest Revision Id",
            status=412,
        )


def function_not_found(arn: str) -> ResourceNotFound:
    """``Function not found: {arn}``."""
    return ResourceNotFound(f"Function not found: {arn}")


def alias_not_found(arn: str) -> ResourceNotFound:
    """``Cannot find alias arn: {arn}``."""
    return ResourceNotFound(f"Cannot find alias arn: {arn}")


def too_much(member: str, most: int) -> InvalidParameterValue:
    """A number that the model allows, and an ordinary function does not (section 4, Timeout and MemorySize)."""
    return InvalidParameterValue(
        f"'{member}' value failed to satisfy constraint: Member must have value less than or equal to {most}"
    )
