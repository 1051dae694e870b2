"""The stored form of a function: one document per function, written by control/lambda_ alone.

Key: ``Collection("lambda", "Function", account, region).key(function_name)``.
"""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

SERVICE = "lambda"
KIND = "Function"


class CodeReference(TypedDict):
    """A zip archive in Blobs."""

    blob: str
    """The address in Blobs: SHA-256, hexadecimal."""
    size: int
    """Bytes of the zip (``CodeSize``)."""
    sha256: str
    """Base64 of the SHA-256 (``CodeSha256``)."""


class Revision(TypedDict):
    """What an environment runs: code and configuration that belong together."""

    configuration: dict[str, Any]
    """FunctionConfiguration as AWS spells it (lambda-control-plane section 4), without State members."""
    code: CodeReference


class PolicyOfQualifier(TypedDict):
    """The resource policy of one qualifier (lambda-control-plane section 8)."""

    RevisionId: str
    Statement: list[dict[str, Any]]


class FunctionDocument(TypedDict):
    """A function with everything that belongs to it.

    ``configuration`` is what GetFunctionConfiguration answers (with State, LastUpdateStatus ...);
    ``serving`` is what Invoke runs: the previous revision while an update is in progress, None while the
    function is Pending for the first time.
    """

    configuration: dict[str, Any]
    code: CodeReference
    serving: Revision | None
    tags: dict[str, str]
    policies: dict[str, PolicyOfQualifier]
    """By qualifier; the unqualified function is ``$LATEST``."""
    reserved_concurrency: NotRequired[int]
