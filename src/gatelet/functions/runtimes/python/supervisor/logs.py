"""Log events that a runtime writes in frames to a pipe of its own (``_LAMBDA_TELEMETRY_LOG_FD``).

A frame is a type (u32), a length (u32), a time in microseconds (u64) except for the first type, and the text; big
endian. So an event may have several lines (lambda-execution section 8).
"""

from __future__ import annotations

import os
import struct
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress

from .. import frames

VARIABLE = "_LAMBDA_TELEMETRY_LOG_FD"
_HEAD = struct.Struct(">II")
_TIME = struct.Struct(">Q")
_MARK, _WITHOUT_TIME, _WITH_TIME = 0xA55A0000, 0xA55A0001, 0xA55A0003
_READ_BYTES = 65_536
_PIPE_BYTES = 65_536
_EVENT_BYTES = 1_048_576


def encode(moment: int, text: bytes) -> bytes:
    """An event in its frame; ``moment`` is epoch milliseconds. Longer texts than an event has are cut."""
    text = text[:_EVENT_BYTES]
    return _HEAD.pack(_WITH_TIME, len(text)) + _TIME.pack(moment * 1000) + text


class _Pipe(ABC):
    """A pipe's reading end."""

    def __init__(self, event: Callable[[int, bytes], None]) -> None:
        """``event`` takes epoch milliseconds and a text."""
        self.read_end, self.write_end = os.pipe()
        os.set_blocking(self.read_end, False)
        self._event = event
        self._kept = b""

    def drain(self) -> None:
        """Pass on what was written until now."""
        for _ in range(1 + _PIPE_BYTES // _READ_BYTES):
            data = b""
            with suppress(BlockingIOError):
                data = os.read(self.read_end, _READ_BYTES)
            if not data:
                return
            self._take(data)

    @abstractmethod
    def _take(self, data: bytes) -> None:
        """Make events of what is complete; the rest is kept."""


class LogPipe(_Pipe):
    """A runtime's framed log events. Bytes that are no frames are passed on as they are."""

    def _take(self, data: bytes) -> None:
        self._kept += data
        while self._cut():
            pass

    def _cut(self) -> bool:
        if len(self._kept) < _HEAD.size:
            return False
        kind, length = _HEAD.unpack_from(self._kept)
        start = _HEAD.size if kind == _WITHOUT_TIME else _HEAD.size + _TIME.size
        if kind & 0xFFFF0000 != _MARK or length > _EVENT_BYTES:
            text, self._kept = self._kept, b""
            self._event(_now(), text)
            return False
        if len(self._kept) < start + length:
            return False
        moment = _now() if kind == _WITHOUT_TIME else _TIME.unpack_from(self._kept, _HEAD.size)[0] // 1000
        text = self._kept[start : start + length]
        self._kept = self._kept[start + length :]
        self._event(moment if moment < frames.LATEST else _now(), text if text.endswith(b"\n") else text + b"\n")
        return True


class LinePipe(_Pipe):
    """Somebody's standard output and error: every line is an event."""

    def _take(self, data: bytes) -> None:
        *lines, self._kept = (self._kept + data).split(b"\n")
        if len(self._kept) > _EVENT_BYTES:
            lines.append(self._kept)
            self._kept = b""
        for line in lines:
            self._event(_now(), line + b"\n")


def _now() -> int:
    return int(time.time() * 1000)  # noqa: TID251 - the worker's clock
