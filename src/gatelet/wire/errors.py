"""What the wire layer raises.

    AwsError
    ├── Unauthenticated        the credentials are missing, malformed or wrong: nothing else was looked at
    ├── SerializationFailure   400 SerializationException: the request cannot be read as the operation's input
    ├── ConstraintViolation    400 ValidationException: the input breaks the model's constraints
    └── UnknownOperation       404 on REST services, 400 elsewhere: no operation is meant

    Exception
    └── UnencodableResult      a fault of ours: an operation's result does not fit its model

They carry the JSON protocols' names (``...Exception``); ``protocols/error_names`` has what the query
protocol writes instead. ``Codec.encode_error`` formats every AwsError.
"""

from __future__ import annotations

from gatelet.aws.errors import AwsError


class Unauthenticated(AwsError):
    """The caller could not be established (identity section 1.3).

    Its status and its name on the query protocol come from AWS's common errors, even where a service
    models an error of the same name (STS's ``ExpiredTokenException``).
    """


class SerializationFailure(AwsError):
    """The request is not the operation's input: bad JSON, XML or form, or a value of the wrong type."""

    def __init__(self, message: str) -> None:
        super().__init__("SerializationException", message, status=400)


class ConstraintViolation(AwsError):
    """The input breaks constraints of the model; the message lists every violation."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message, status=400)


class UnknownOperation(AwsError):
    """The request names no operation of the service."""

    def __init__(self, message: str, *, code: str = "UnknownOperationException", status: int = 400) -> None:
        super().__init__(code, message, status=status)


class UnencodableResult(Exception):
    """An operation's result has a member or a type that its model does not know."""
