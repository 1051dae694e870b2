"""What DynamoDB refuses, with its own words.

    AwsError
    ├── ValidationFailure              400 ValidationException: the request, an expression or a value is wrong
    │   └── ExpressionFailure          the same, about an expression: "Invalid UpdateExpression: ..."
    ├── WrongJsonType                  400 SerializationException: a value's JSON is of another type
    ├── TableNotFound                  400 ResourceNotFoundException
    ├── TableInUse                     400 ResourceInUseException
    ├── ConditionFailed                400 ConditionalCheckFailedException, with the item where it was asked for
    ├── TransactionCancelled           400 TransactionCanceledException, a reason for each of its actions
    └── TokenMismatch                  400 IdempotentParameterMismatchException

Reference: platform-neighbours section 2 (the texts).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gatelet.aws.errors import AwsError


class ValidationFailure(AwsError):
    """400 ``ValidationException``."""

    def __init__(self, message: str) -> None:
        super().__init__("ValidationException", message, status=400)


def wrong_parameters(what: str) -> ValidationFailure:
    """``One or more parameter values were invalid: {what}``."""
    return ValidationFailure(f"One or more parameter values were invalid: {what}")


class ExpressionFailure(ValidationFailure):
    """An expression that does not hold the rules of the language."""

    def __init__(self, label: str, what: str) -> None:
        super().__init__(f"Invalid {label}: {what}")


class WrongJsonType(AwsError):
    """400 ``SerializationException``."""

    def __init__(self, message: str) -> None:
        super().__init__("SerializationException", message, status=400)


class TableNotFound(AwsError):
    """400 ``ResourceNotFoundException``; operations on items do not name the table."""

    def __init__(self, name: str | None = None) -> None:
        named = "" if name is None else f": Table: {name} not found"
        super().__init__("ResourceNotFoundException", f"Requested resource not found{named}", status=400)


class TableInUse(AwsError):
    """400 ``ResourceInUseException``."""

    def __init__(self, message: str) -> None:
        super().__init__("ResourceInUseException", message, status=400)


class LimitExceeded(AwsError):
    """400 ``LimitExceededException``."""

    def __init__(self, message: str) -> None:
        super().__init__("LimitExceededException", message, status=400)


class ConditionFailed(AwsError):
    """400 ``ConditionalCheckFailedException``. ``item`` is in the body if it was asked for and exists."""

    def __init__(self, item: Mapping[str, Any] | None = None) -> None:
        members = {} if item is None else {"Item": item}
        message = "The conditional request failed"
        super().__init__("ConditionalCheckFailedException", message, status=400, members=members)


class TransactionCancelled(AwsError):
    """400 ``TransactionCanceledException``: ``{"Code": "None"}`` or more for each action, in order."""

    def __init__(self, reasons: Sequence[Mapping[str, Any]]) -> None:
        codes = ", ".join(reason["Code"] for reason in reasons)
        message = f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
        members = {"CancellationReasons": list(reasons)}
        super().__init__("TransactionCanceledException", message, status=400, members=members)


class TokenMismatch(AwsError):
    """400 ``IdempotentParameterMismatchException``."""

    def __init__(self) -> None:
        message = (
            "The provided idempotency token is not matching with the request parameters. "
            "Request parameters must be identical for the same token."
        )
        super().__init__("IdempotentParameterMismatchException", message, status=400)
