"""How a command fails.

Exception
└── CommandFailed        the text goes to standard error, the code to the shell
    ├── CallRefused      the server answered with an AWS error
    └── NoServer         nothing answers at the endpoint (exit code 3)
"""

from __future__ import annotations


class CommandFailed(Exception):
    """The command could not be done."""

    exit_code = 1


class CallRefused(CommandFailed):
    """The server answered with an AWS error; ``code`` is its name (``ResourceNotFoundException``)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class NoServer(CommandFailed):
    """No Gatelet answers at the endpoint."""

    exit_code = 3

    def __init__(self, endpoint: str, reason: str = "") -> None:
        because = f" ({reason})" if reason else ""
        super().__init__(
            f"no Gatelet answers at {endpoint}{because}. Start one with `gatelet start`, or name it: --endpoint URL."
        )
