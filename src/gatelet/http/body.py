"""A request body whose length is known beforehand. (chunked.py reads the other kind.)"""

from __future__ import annotations

from typing import Protocol


class Body(Protocol):
    """A body in the making: what a connection needs of it."""

    data: bytearray

    def feed(self, segment: bytes) -> bytes | None:
        """The bytes after the body's end, or None while more of it is to come. Raises Refusal."""


class LengthBody:
    """``length`` bytes (at least 1), collected from segments of any size."""

    __slots__ = ("_length", "data")

    def __init__(self, length: int) -> None:
        self.data = bytearray()
        self._length = length

    def feed(self, segment: bytes) -> bytes | None:
        need = self._length - len(self.data)
        if len(segment) < need:
            self.data += segment
            return None
        self.data += segment[:need]
        return segment[need:]
