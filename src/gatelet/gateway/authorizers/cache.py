"""Answers of Lambda authorizers that are kept. A full cache calls the function again; it never lets pass.

Reference: apigateway-authorization-limits sections 4.1 ("cache key") and 4.7.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from gatelet.gateway.authorizers.output import AuthorizerOutput

_MOST = 10_000


@dataclass(frozen=True, slots=True)
class CacheKey:
    """Whose answer: the authorizer in a stage, and the values of its identity sources."""

    api_id: str
    stage: str
    authorizer_id: str
    identity: tuple[str, ...]


class AuthorizerCache:
    """Kept answers, at most 10,000: the least recently used go."""

    __slots__ = ("_entries", "_most")

    def __init__(self, most: int = _MOST) -> None:
        self._entries: OrderedDict[CacheKey, tuple[float, AuthorizerOutput]] = OrderedDict()
        self._most = most

    def get(self, key: CacheKey, now: float) -> AuthorizerOutput | None:
        """The answer, if it is not too old (``now`` in seconds)."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        expires, output = entry
        if expires <= now:
            del self._entries[key]
            return None
        self._entries.move_to_end(key)
        return output

    def put(self, key: CacheKey, output: AuthorizerOutput, expires: float) -> None:
        """Keep an answer until a moment (seconds)."""
        self._entries[key] = (expires, output)
        self._entries.move_to_end(key)
        if len(self._entries) > self._most:
            self._entries.popitem(last=False)

    def flush(self, api_id: str, stage: str) -> None:
        """Forget a stage's answers (FlushStageAuthorizersCache)."""
        for key in [key for key in self._entries if (key.api_id, key.stage) == (api_id, stage)]:
            del self._entries[key]
