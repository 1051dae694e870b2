"""What CloudWatch refuses, by its names. ``Exception`` falls off on the query protocol (botocore's model)."""

from __future__ import annotations

from gatelet.aws.errors import AwsError


class InvalidValue(AwsError):
    """400 InvalidParameterValue."""

    def __init__(self, message: str) -> None:
        super().__init__("InvalidParameterValueException", message)


class InvalidCombination(AwsError):
    """400 InvalidParameterCombination."""

    def __init__(self, message: str) -> None:
        super().__init__("InvalidParameterCombinationException", message)


class InvalidRequest(AwsError):
    """400 ValidationError: GetMetricData models no errors of its own."""

    def __init__(self, message: str) -> None:
        super().__init__("ValidationError", message, status=400)


class InvalidToken(AwsError):
    """400: the token is none that Gatelet gave."""

    def __init__(self) -> None:
        super().__init__("InvalidNextToken", "The next token specified is invalid.")
