"""What CloudWatch Logs answers when it refuses (platform-neighbours section 1).

AwsError
├── GroupExists, StreamExists      ResourceAlreadyExistsException
├── GroupNotFound, StreamNotFound  ResourceNotFoundException
└── InvalidParameter               InvalidParameterException
"""

from __future__ import annotations

from gatelet.aws.errors import AwsError


class GroupExists(AwsError):
    """A log group of that name exists."""

    def __init__(self) -> None:
        super().__init__("ResourceAlreadyExistsException", "The specified log group already exists")


class StreamExists(AwsError):
    """A log stream of that name exists in the group."""

    def __init__(self) -> None:
        super().__init__("ResourceAlreadyExistsException", "The specified log stream already exists")


class GroupNotFound(AwsError):
    """No log group has that name."""

    def __init__(self) -> None:
        super().__init__("ResourceNotFoundException", "The specified log group does not exist.")


class StreamNotFound(AwsError):
    """No log stream of the group has that name."""

    def __init__(self) -> None:
        super().__init__("ResourceNotFoundException", "The specified log stream does not exist.")


class InvalidParameter(AwsError):
    """A parameter is refused, with AWS's words."""

    def __init__(self, message: str) -> None:
        super().__init__("InvalidParameterException", message)
