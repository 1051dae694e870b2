"""How a command fails.

Exception
└── CommandFailed        the text goes to standard error, the code to the shell
    └── NoServer         nothing answers at the endpoint (exit code 3)
"""

from __future__ import annotations


class CommandFailed(Exception):
    """The command could not be done."""

    exit_code = 1


class NoServer(CommandFailed):
    """No Gatelet answers at the endpoint."""

    exit_code = 3

    def __init__(self, endpoint: str) -> None:
        super().__init__(
            f"no Gatelet answers at {endpoint}. Start one with `gatelet start`, or name it: --endpoint URL."
        )
