"""Answers of Lambda authorizers that are kept. A full cache calls the function again; it never lets pass.

Reference: apigateway-authorization-limits sections 4.1 ("cache key") and 4.7.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple

from gatelet.aws.quotas import KIB, MIB
from gatelet.gateway.authorizers.output import AuthorizerOutput

_MOST = 10_000
_MOST_BYTES = 32 * MIB
LARGEST_BYTES = 256 * KIB
"""An answer above this is not kept: the function is asked every time."""


class CacheKey(NamedTuple):
    """Whose answer: the authorizer in a stage as it is set up now, and all values of its identity sources."""

    api_id: str
    stage: str
    authorizer_id: str
    setup: str
    """Which function it asks, and by which sources: an answer to another question is not an answer to this one."""
    identity: tuple[tuple[str, ...], ...]


class AuthorizerCache:
    """Kept answers, at most 10,000 and 32 MiB of them: the least recently used go."""

    __slots__ = ("_entries", "_most", "_most_bytes", "_size", "flushes")

    def __init__(self, most: int = _MOST, most_bytes: int = _MOST_BYTES) -> None:
        self._entries: OrderedDict[CacheKey, tuple[float, AuthorizerOutput]] = OrderedDict()
        self._most = most
        self._most_bytes = most_bytes
        self._size = 0
        self.flushes = 0
        """How often anything was flushed: an answer that was asked for before one is not kept."""

    def get(self, key: CacheKey, now: float) -> AuthorizerOutput | None:
        """The answer, if it is not too old (``now`` in seconds)."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        expires, output = entry
        if expires <= now:
            self._drop(key)
            return None
        self._entries.move_to_end(key)
        return output

    def put(self, key: CacheKey, output: AuthorizerOutput, expires: float, flushes: int) -> None:
        """Keep an answer until a moment (seconds); ``flushes`` is what it was when the answer was asked for."""
        if flushes != self.flushes or output.size > LARGEST_BYTES:
            return
        self._drop(key)
        self._entries[key] = (expires, output)
        self._size += _size(key, output)
        while len(self._entries) > self._most or self._size > self._most_bytes:
            self._drop(next(iter(self._entries)))

    def flush(self, api_id: str, stage: str) -> None:
        """Forget a stage's answers (FlushStageAuthorizersCache)."""
        self.flushes += 1
        for key in [key for key in self._entries if (key.api_id, key.stage) == (api_id, stage)]:
            self._drop(key)

    def _drop(self, key: CacheKey) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._size -= _size(key, entry[1])


def _size(key: CacheKey, output: AuthorizerOutput) -> int:
    return output.size + sum([len(value) for values in key.identity for value in values])
