"""The binary frames: what goes in comes out, and nothing else is accepted."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.functions.runtimes.python import frames

short = st.text(max_size=40)
blob = st.binary(max_size=200)


def payload(frame: bytes) -> bytes:
    [(_, inner)] = frames.FrameSplitter().feed(frame)
    return inner


@given(deadline=st.integers(0, 2**64 - 1), request_id=short, arn=short, trace=short, context=blob, head=blob, body=blob)
def test_events(deadline: int, request_id: str, arn: str, trace: str, context: bytes, head: bytes, body: bytes) -> None:
    meta = frames.Meta(deadline, request_id, arn, trace, context)
    assert frames.decode_event(payload(frames.encode_event(frames.PROXY, meta, head, body))) == (meta, head, body)


@given(memory=st.integers(0, 2**40), status=st.integers(0, 65535), base64=st.booleans(), headers=blob, body=blob)
def test_replies(memory: int, status: int, base64: bool, headers: bytes, body: bytes) -> None:
    decoded = frames.decode_reply(payload(frames.encode_reply(memory, status, base64, headers, body)))
    assert decoded == (min(memory, 2**32 - 1), status, base64, headers, body)


@given(memory=st.integers(0, 2**32 - 1), rest=blob)
def test_answers(memory: int, rest: bytes) -> None:
    assert frames.decode_answer(payload(frames.encode_answer(frames.RESULT, memory, rest))) == (memory, rest)


@given(milliseconds=st.integers(0, 253_402_300_799_999), text=short)
def test_log_events(milliseconds: int, text: str) -> None:
    assert frames.decode_log(payload(frames.encode_log(milliseconds, text.encode()))) == (milliseconds, text)


@given(parts=st.lists(st.tuples(st.integers(1, 255), blob), max_size=6), sizes=st.lists(st.integers(1, 50)))
def test_a_stream_cut_anywhere(parts: list[tuple[int, bytes]], sizes: list[int]) -> None:
    stream = b"".join(frames.encode(kind, inner) for kind, inner in parts)
    splitter, received, at = frames.FrameSplitter(), [], 0
    for size in [*sizes, len(stream)]:
        received += splitter.feed(stream[at : at + size])
        at += size
    received += splitter.feed(b"")
    assert received == parts


@given(garbage=blob)
def test_garbage_is_refused_or_decoded_within_bounds(garbage: bytes) -> None:
    """No decoder reads past the payload, whatever the lengths inside claim."""
    for decode in (frames.decode_event, frames.decode_reply, frames.decode_answer, frames.decode_log):
        try:
            decoded = decode(garbage)
        except (frames.FrameError, UnicodeDecodeError):
            continue
        assert sum(len(part) for part in decoded if isinstance(part, bytes)) <= len(garbage)


def test_a_length_over_the_limit_is_refused_before_it_is_awaited() -> None:
    with pytest.raises(frames.FrameError):
        frames.FrameSplitter().feed(struct.pack("<IB", frames.MAX_PAYLOAD + 1, frames.RESULT))
    splitter = frames.FrameSplitter()
    assert splitter.feed(b"\xff") == []
    with pytest.raises(frames.FrameError):
        splitter.feed(b"\xff\xff\xff\x10")


def test_what_does_not_fit_is_refused() -> None:
    large = bytes(frames.MAX_PAYLOAD + 1)
    meta = frames.Meta(0, "x" * 70_000, "", "", b"")
    for encode in (
        lambda: frames.encode(frames.RESULT, large),
        lambda: frames.encode_answer(frames.RESULT, 0, large),
        lambda: frames.encode_reply(0, 200, False, b"", large),
        lambda: frames.encode_reply(0, 70_000, False, b"", b""),
        lambda: frames.encode_event(frames.PROXY, meta, b""),
        lambda: frames.encode_event(frames.PROXY, meta._replace(request_id=""), large),
    ):
        with pytest.raises(frames.FrameError):
            encode()
