"""A request body whose length is known beforehand. (chunked.py reads the other kind.)"""

from __future__ import annotations

from typing import Protocol

STEP_BYTES = 1_048_576


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


def in_steps(data: bytearray) -> bytes:
    """``bytes(data)`` for a thread: copying 60 MB at once would keep all others from running for some 30 ms."""
    view = memoryview(data)
    return b"".join([bytes(view[at : at + STEP_BYTES]) for at in range(0, len(data), STEP_BYTES)])
