"""The binary frames between the gateway and a worker: pure encoders and decoders for both sides.

A frame is ``length (u32) kind (u8) payload``, little-endian; ``length`` counts the payload alone. Every
decoder checks its bounds and raises FrameError; nothing is unpickled or evaluated.

=========== ========= ===============================================================================
kind        direction payload
=========== ========= ===============================================================================
CONFIGURE   to worker JSON: what to load, limits and environment variables (``worker.configure``)
INVOKE      to worker meta, then the JSON event
PROXY       to worker meta, then the JSON head, then the raw body
INVOKE_STREAM to worker as INVOKE: the caller takes the response as it comes
PROXY_STREAM  to worker as PROXY, likewise; the answer is RESULT or a stream
STREAMED    to worker empty: the frame is too large for a packet, and comes through the stream
INIT_OK     to gateway memory
INIT_ERROR  to gateway memory, then the error JSON
RESULT      to gateway memory, then the function's bytes
REPLY       to gateway memory, status, base64 flag, header block, body
MALFORMED   to gateway memory, then the JSON that broke the proxy contract
ERROR       to gateway memory, then the error JSON
LOG         to gateway epoch milliseconds (u64), then the text of one log event
EXHAUSTED   to gateway memory: the handler hit its memory limit
OUTPUT      to gateway empty: raw output waits in its pipe, written before what follows
BEGIN       to gateway the content type of a response that is streamed; RESULT (empty) or ERROR ends it
PART        to gateway some bytes of it
DONE        to gateway memory: ready for another event, whose answer was EARLY
=========== ========= ===============================================================================

``memory`` is the peak resident size in KiB (u32). An answer whose kind has the bit EARLY is complete, but its worker
goes on with the event until it says DONE.
"""

from __future__ import annotations

from struct import Struct
from struct import error as struct_error
from typing import NamedTuple

CONFIGURE = 1
INVOKE = 2
PROXY = 3
INVOKE_STREAM = 4
PROXY_STREAM = 5
STREAMED = 0
INIT_OK = 16
INIT_ERROR = 17
RESULT = 18
REPLY = 19
MALFORMED = 20
ERROR = 21
LOG = 22
EXHAUSTED = 23
OUTPUT = 24
DONE = 25
BEGIN = 26
PART = 27
EARLY = 128

PACKET_BYTES = 64 * 1024
"""The largest frame that travels as one packet."""

MAX_PAYLOAD = 8 * 1024 * 1024
"""More than any event or response that Lambda takes (6 MiB), with what goes around it."""

_HEAD = Struct("<IB")
_META = Struct("<QHHHHI")
_EVENT = Struct("<IBQHHHHI")
"""A frame's head and an event's."""
_MEMORY = Struct("<I")
_REPLY = Struct("<IHBI")
_TIME = Struct("<Q")
_META_BYTES = _META.size
_U32 = 0xFFFFFFFF
LATEST = 253_402_300_799_999
"""Epoch milliseconds: the end of the year 9999."""


class FrameError(Exception):
    """The bytes are not a frame of this protocol."""


class Meta(NamedTuple):
    """What a worker is told about an invocation besides the event.

    ``milliseconds`` is the function's time; it begins when the worker takes the event.
    """

    milliseconds: int
    request_id: str
    function_arn: str
    trace_id: str
    client_context: bytes


Reply = tuple[int, int, bool, bytes, bytes]
"""A decoded REPLY: memory, status, base64, header block, body."""


def encode(kind: int, payload: bytes) -> bytes:
    """Any frame from its payload."""
    if len(payload) > MAX_PAYLOAD:
        raise FrameError("the payload is too large for a frame")
    return _HEAD.pack(len(payload), kind) + payload


def encode_event(kind: int, meta: tuple[int, str, str, str, bytes], head: bytes, body: bytes = b"") -> bytes:
    """An INVOKE (``head`` is the event) or a PROXY frame; ``meta`` is a Meta or its members.

    Raises FrameError if it does not fit.
    """
    milliseconds, request_id, arn, trace_id, context = meta
    request, function, trace = request_id.encode(), arn.encode(), trace_id.encode()
    a, b, c, d, e = len(request), len(function), len(trace), len(context), len(head)
    length = _META_BYTES + a + b + c + d + e + len(body)
    if length > MAX_PAYLOAD:
        raise FrameError("the event is too large for a frame")
    try:
        fixed = _EVENT.pack(length, kind, milliseconds, a, b, c, d, e)
    except struct_error as error:
        raise FrameError(str(error)) from None
    return b"".join((fixed, request, function, trace, context, head, body))


def decode_event(payload: bytes) -> tuple[Meta, bytes, bytes]:
    """``(meta, head, body)`` of an INVOKE or PROXY payload; ``body`` is empty for INVOKE."""
    try:
        milliseconds, n_id, n_arn, n_trace, n_context, n_head = _META.unpack_from(payload)
    except struct_error as error:
        raise FrameError(str(error)) from None
    a = _META.size
    b = a + n_id
    c = b + n_arn
    d = c + n_trace
    e = d + n_context
    f = e + n_head
    if f > len(payload):
        raise FrameError("the parts of the event are longer than the frame")
    meta = Meta(milliseconds, payload[a:b].decode(), payload[b:c].decode(), payload[c:d].decode(), payload[d:e])
    return meta, payload[e:f], payload[f:]


def encode_answer(kind: int, memory: int, payload: bytes = b"") -> bytes:
    """INIT_OK, INIT_ERROR, RESULT, MALFORMED, ERROR or EXHAUSTED."""
    if len(payload) > MAX_PAYLOAD - _MEMORY.size:
        raise FrameError("the answer is too large for a frame")
    return _HEAD.pack(len(payload) + _MEMORY.size, kind) + _MEMORY.pack(min(memory, _U32)) + payload


def decode_answer(payload: bytes) -> tuple[int, bytes]:
    """``(memory, rest)`` of what ``encode_answer`` wrote."""
    if len(payload) < _MEMORY.size:
        raise FrameError("the answer is shorter than its head")
    return _MEMORY.unpack_from(payload)[0], payload[_MEMORY.size :]


def kind_of(frame: bytes) -> int:
    """Of an encoded frame."""
    return frame[4]


def early(frame: bytes) -> bytes:
    """The same answer from a worker that is not done with the event."""
    return b"".join((frame[:4], bytes((frame[4] | EARLY,)), frame[5:]))


def encode_reply(memory: int, status: int, base64: bool, headers: bytes, body: bytes) -> bytes:
    """REPLY. Raises FrameError if the status is no u16 or the parts do not fit."""
    length = _REPLY.size + len(headers) + len(body)
    if length > MAX_PAYLOAD:
        raise FrameError("the reply is too large for a frame")
    try:
        fixed = _REPLY.pack(min(memory, _U32), status, 1 if base64 else 0, len(headers))
    except struct_error as error:
        raise FrameError(str(error)) from None
    return b"".join((_HEAD.pack(length, REPLY), fixed, headers, body))


def decode_reply(payload: bytes) -> Reply:
    """The parts of a REPLY payload."""
    try:
        memory, status, base64, n_headers = _REPLY.unpack_from(payload)
    except struct_error as error:
        raise FrameError(str(error)) from None
    start = _REPLY.size
    end = start + n_headers
    if end > len(payload) or base64 > 1:
        raise FrameError("the parts of the reply do not add up")
    return memory, status, base64 == 1, payload[start:end], payload[end:]


def encode_log(milliseconds: int, text: bytes) -> bytes:
    """LOG: one event, UTF-8. Longer texts than a frame takes are cut."""
    text = text[: MAX_PAYLOAD - _TIME.size]
    return _HEAD.pack(len(text) + _TIME.size, LOG) + _TIME.pack(milliseconds) + text


def decode_log(payload: bytes) -> tuple[int, str]:
    """``(epoch milliseconds, text)``."""
    if len(payload) < _TIME.size:
        raise FrameError("the log event is shorter than its head")
    milliseconds = _TIME.unpack_from(payload)[0]
    if milliseconds > LATEST:
        raise FrameError("the log event is of no year that a log knows")
    return milliseconds, payload[_TIME.size :].decode("utf-8", "replace")


def decode_packet(packet: bytes) -> tuple[int, bytes]:
    """``(kind, payload)`` of a packet: one whole frame."""
    if len(packet) < _HEAD.size or _HEAD.unpack_from(packet)[0] != len(packet) - _HEAD.size:
        raise FrameError("the packet is not one frame")
    return packet[4], packet[_HEAD.size :]


class FrameSplitter:
    """Splits a stream of bytes into frames; keeps at most one incomplete frame."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept: bytearray | None = None

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """The ``(kind, payload)`` frames that these bytes complete. Raises FrameError."""
        if self._kept is None and len(data) >= 5:
            length, kind = _HEAD.unpack_from(data)
            if length == len(data) - 5 and length <= MAX_PAYLOAD:  # one whole frame, as nearly always
                return [(kind, data[5:])]
        elif self._kept is not None:
            self._kept += data
            if len(self._kept) < _HEAD.size:
                return []
            if len(self._kept) < _HEAD.unpack_from(self._kept)[0] + _HEAD.size:
                self._check(_HEAD.unpack_from(self._kept)[0])
                return []
            data = bytes(self._kept)
            self._kept = None
        frames: list[tuple[int, bytes]] = []
        start, size = 0, len(data)
        while size - start >= 5:
            length, kind = _HEAD.unpack_from(data, start)
            self._check(length)
            end = start + 5 + length
            if end > size:
                break
            frames.append((kind, data[start + 5 : end]))
            start = end
        if start < size:
            self._kept = bytearray(data[start:])
        return frames

    @staticmethod
    def _check(length: int) -> None:
        if length > MAX_PAYLOAD:
            raise FrameError(f"a frame of {length} bytes")
