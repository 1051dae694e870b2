"""Errors that a client of an AWS API sees.

    Exception
    └── AwsError             any answer that is not a success; formatted by gatelet.wire only
        └── NotSupported     501: Gatelet refuses what it does not enforce or execute yet

Services raise AwsError (or a subclass of their own) anywhere; nothing else formats one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class AwsError(Exception):
    """An AWS-shaped error.

    ``code`` is the exception's name as AWS spells it (``NotFoundException``). ``status`` of None means
    the status that the service's model gives that code, 400 if it gives none. ``members`` are further
    members of the error body (``{"Reason": ...}``), ``headers`` further response headers.
    """

    def __init__(
        self,
        code: str,
        message: str | None,
        *,
        status: int | None = None,
        members: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.status = status
        self.members: Mapping[str, Any] = members or {}
        self.headers: Mapping[str, str] = headers or {}

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class NotSupported(AwsError):
    """501: what was asked for exists on AWS, and Gatelet says so instead of ignoring it."""

    def __init__(self, what: str) -> None:
        super().__init__("NotImplementedException", f"Gatelet does not support {what} yet.", status=501)
