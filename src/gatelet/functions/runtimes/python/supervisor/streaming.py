"""A response that the runtime streams: passed on part by part, or collected for a caller that waits for the whole.

Reference: lambda-execution section 3 (Streaming).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable

from .. import frames
from . import http
from .exchange import fault
from .server import Connection

DEFAULT_TYPE = "application/octet-stream"
_TYPE = "lambda-runtime-function-error-type"
_BODY = "lambda-runtime-function-error-body"
_PART_BYTES = 1024 * 1024


class Stream:
    """The body of one streamed response (gatelet_runtime.supervisor.server.Sink).

    ``send`` takes the frames of its parts. ``done`` is called once, with the error if it ended with one.
    """

    def __init__(
        self,
        connection: Connection,
        head: http.Head,
        send: Callable[[bytes], None],
        done: Callable[[bytes | None], None],
    ) -> None:
        self._connection = connection
        self._send = send
        self._done = done
        self._over = False
        kind = head.headers.get("content-type", DEFAULT_TYPE)
        send(frames.encode(frames.BEGIN, kind.encode("latin-1", "replace")))

    def take(self, part: bytes) -> None:
        """See Sink."""
        for start in range(0, len(part), _PART_BYTES):
            self._send(frames.encode(frames.PART, part[start : start + _PART_BYTES]))

    def end(self, trailers: dict[str, str]) -> None:
        """See Sink."""
        self._connection.reply(http.as_json(202, {"status": "OK"}))
        self._finish(error_of(trailers))

    def lost(self) -> None:
        """See Sink."""
        self._finish(TRUNCATED)

    def _finish(self, error: bytes | None) -> None:
        if not self._over:
            self._over = True
            self._done(error)


class Collected(Stream):
    """For a caller that waits: nothing is sent, ``body`` is there when it is done; None if it is too large."""

    def __init__(
        self, connection: Connection, head: http.Head, limit: int, done: Callable[[bytes | None], None]
    ) -> None:
        super().__init__(connection, head, lambda _: None, done)
        self._limit = limit
        self.body: bytearray | None = bytearray()

    def take(self, part: bytes) -> None:
        """See Sink."""
        if self.body is not None:
            self.body += part
            if len(self.body) > self._limit:
                self.body = None


TRUNCATED = fault("Runtime.TruncatedResponse", "The response ended before it was complete.")


def error_of(trailers: dict[str, str]) -> bytes | None:
    """The error that the trailers tell; None: the response is complete."""
    kind = trailers.get(_TYPE)
    if kind is None and _BODY not in trailers:
        return None
    try:
        body = base64.b64decode(trailers.get(_BODY, ""), validate=True)
    except (binascii.Error, ValueError):
        body = b""
    return body or fault(kind or "Runtime.Unknown", "")
