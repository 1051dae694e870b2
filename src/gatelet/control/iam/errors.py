"""IAM's errors, with AWS's texts.

    AwsError
    ├── NoSuchEntity       404
    ├── EntityExists       409
    ├── DeleteConflict     409
    ├── LimitExceeded      409
    ├── InvalidInput       400
    └── MalformedDocument  400: the policy's grammar (gatelet.policy.errors.MalformedPolicy)

Reference: identity section 3 (table of errors).
"""

from __future__ import annotations

from gatelet.aws.errors import AwsError


class NoSuchEntity(AwsError):
    """404."""

    def __init__(self, message: str) -> None:
        super().__init__("NoSuchEntityException", message, status=404)


class EntityExists(AwsError):
    """409."""

    def __init__(self, message: str) -> None:
        super().__init__("EntityAlreadyExistsException", message, status=409)


class DeleteConflict(AwsError):
    """409."""

    def __init__(self, message: str) -> None:
        super().__init__("DeleteConflictException", message, status=409)


class LimitExceeded(AwsError):
    """409."""

    def __init__(self, message: str) -> None:
        super().__init__("LimitExceededException", message, status=409)


class InvalidInput(AwsError):
    """400."""

    def __init__(self, message: str) -> None:
        super().__init__("InvalidInputException", message, status=400)


class MalformedDocument(AwsError):
    """400."""

    def __init__(self, message: str) -> None:
        super().__init__("MalformedPolicyDocumentException", message, status=400)


def no_such_policy(arn: str) -> NoSuchEntity:
    """The managed policy is not there (Get, Delete, Detach)."""
    return NoSuchEntity(f"Policy {arn} was not found.")
