"""One event between the gateway's frames and the texts of the Runtime API. No I/O."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from .. import frames


@dataclass
class Exchange:
    """An event that the runtime has got, or is about to get."""

    kind: int
    meta: frames.Meta
    event: bytes
    """The JSON text for the runtime."""
    deadline_ms: int
    """Epoch milliseconds."""
    answered: bool = False
    """The runtime has said what it has to say about it."""

    @property
    def streamed(self) -> bool:
        """Whether the caller takes the response as it comes."""
        return self.kind in (frames.INVOKE_STREAM, frames.PROXY_STREAM)


class Translator:
    """Makes events of frames, and frames of answers."""

    def __init__(self, events: Any, response_bytes: int) -> None:
        self._events = events
        self.response_bytes = response_bytes

    def exchange(self, kind: int, payload: bytes, now_ms: int) -> Exchange:
        """What a frame of the gateway asks for. Raises FrameError."""
        meta, head, body = frames.decode_event(payload)
        if kind in (frames.PROXY, frames.PROXY_STREAM):
            head = json.dumps(self._events.build(json.loads(head), body), separators=(",", ":")).encode()
        return Exchange(kind, meta, head, now_ms + meta.milliseconds)

    def answer(self, exchange: Exchange, memory: int, body: bytes) -> bytes:
        """The frame of the runtime's response: its bytes as they are, or checked as a proxy's answer."""
        if exchange.kind != frames.PROXY:
            return frames.encode_answer(frames.RESULT, memory, body)
        try:
            reply = self._events.reply(json.loads(body))
        except (ValueError, RecursionError):
            reply = None
        if reply is None:
            return frames.encode_answer(frames.MALFORMED, memory, body)
        return frames.encode_reply(memory, *reply)

    def too_large(self, memory: int) -> bytes:
        """The frame of a response over the limit."""
        limit = self.response_bytes
        message = f"Response payload size exceeded maximum allowed payload size ({limit} bytes)."
        return self.failure(memory, fault("Function.ResponseSizeTooLarge", message))

    def failure(self, memory: int, body: bytes) -> bytes:
        """The frame of an error that the runtime reports."""
        return frames.encode_answer(frames.ERROR, memory, body)


def fault(kind: str, message: str) -> bytes:
    """An error JSON."""
    return json.dumps({"errorMessage": message, "errorType": kind}, separators=(",", ":")).encode()
