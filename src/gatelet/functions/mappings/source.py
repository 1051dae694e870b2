"""Where a mapping reads its records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol


class SourceGone(Exception):
    """The stream does not exist (any more)."""


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """A record. ``sequence`` grows over the stream; ``key`` tells what must stay in order; ``event`` is what the
    function gets; ``created`` is epoch seconds.
    """

    sequence: int
    created: float
    key: bytes
    event: dict[str, Any]


class StreamSource(Protocol):
    """Streams by ARN."""

    async def read(self, arn: str, after: int) -> Sequence[SourceRecord]:
        """The next records after a sequence, at least one if there is any. Raises SourceGone."""

    async def newest(self) -> int:
        """The newest sequence of any stream."""

    async def changed(self) -> None:
        """Return after the next commit of records."""

    def shard_id(self, arn: str) -> str:
        """The name of the stream's only shard, once it was read."""

    def sequence_number(self, sequence: int) -> str:
        """A sequence as its records show it."""
