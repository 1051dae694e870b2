"""Where an answer's bytes end and what becomes of them; no input or output."""

from __future__ import annotations

from gatelet.http.chunked import ChunkedBody
from gatelet.http.client.answer_head import CHUNKED, UNTIL_CLOSE
from gatelet.http.client.errors import AnswerTooLarge, BadAnswer
from gatelet.http.errors import BodyTooLarge, Refusal

_UNBOUNDED = 1 << 62


class BodyReader:
    """Cuts the framing off an answer's body. ``limit`` bounds the data; None: its reader takes it as it comes."""

    __slots__ = ("_chunks", "_left", "_limit", "_size")

    def __init__(self, framing: int, limit: int | None, overhead: int) -> None:
        """``overhead`` bounds chunk extensions and trailers. Raises AnswerTooLarge."""
        self._limit = _UNBOUNDED if limit is None else limit
        self._size = 0
        self._left = framing
        self._chunks = ChunkedBody(_UNBOUNDED, overhead) if framing == CHUNKED else None
        if framing > self._limit:
            raise AnswerTooLarge(f"the answer is larger than {self._limit} bytes")

    def feed(self, segment: bytes) -> tuple[bytes, bytes | None]:
        """The data in a segment, and what follows the body's end (None: it has not ended). Raises BadAnswer."""
        if self._chunks is not None:
            data, rest = self._feed_chunks(segment)
        elif self._left == UNTIL_CLOSE:
            data, rest = segment, None
        else:
            data = segment[: self._left]
            rest = segment[self._left :] if len(segment) >= self._left else None
            self._left -= len(data)
        self._size += len(data)
        if self._size > self._limit:
            raise AnswerTooLarge(f"the answer is larger than {self._limit} bytes")
        return data, rest

    def _feed_chunks(self, segment: bytes) -> tuple[bytes, bytes | None]:
        chunks = self._chunks
        assert chunks is not None
        try:
            rest = chunks.feed(segment)
        except BodyTooLarge as error:
            raise AnswerTooLarge("a chunk of the answer is too large") from error
        except Refusal as error:
            raise BadAnswer(f"the answer's chunks are malformed: {error}") from error
        data = bytes(chunks.data)
        chunks.data.clear()
        return data, rest
