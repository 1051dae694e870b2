"""Messages of application/vnd.amazon.eventstream, read back by botocore's own parser."""

from __future__ import annotations

import pytest
from botocore.eventstream import EventStreamBuffer
from hypothesis import given
from hypothesis import strategies as st

from gatelet.wire import event_stream

NAMES = st.text("abcdefghij:-", min_size=1, max_size=20)


@given(st.dictionaries(NAMES, st.text(max_size=50), max_size=5), st.binary(max_size=300))
def test_botocore_reads_what_is_written(headers: dict[str, str], payload: bytes) -> None:
    buffer = EventStreamBuffer()
    buffer.add_data(event_stream.message(headers, payload))
    (message,) = list(buffer)
    assert (message.headers, message.payload) == (headers, payload)


def test_an_event_and_an_exception() -> None:
    buffer = EventStreamBuffer()
    buffer.add_data(event_stream.event("PayloadChunk", b"x", "a/b") + event_stream.exception("Bad", b"{}"))
    told, failed = list(buffer)
    assert told.headers == {":event-type": "PayloadChunk", ":content-type": "a/b", ":message-type": "event"}
    assert failed.headers[":exception-type"] == "Bad"


def test_a_message_has_a_limit() -> None:
    with pytest.raises(ValueError, match="too large"):
        event_stream.message({}, bytes(event_stream.MAX_PAYLOAD + 1))
