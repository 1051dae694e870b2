"""Chunks of log events as bytes (gatelet.storage.log_format)."""

from __future__ import annotations

import zlib

import orjson

from gatelet.storage import log_format
from gatelet.storage.ports import LogEvent


def test_a_chunk_is_read_back() -> None:
    data = log_format.encode([(10, "a\n"), (12, "\ud800")], 99)
    assert log_format.decode(data, 1, "s") == [
        LogEvent(10, "a\n", 99, "s", 1 << 20),
        LogEvent(12, "?", 99, "s", (1 << 20) + 1),
    ]


def test_a_chunk_of_an_earlier_version_is_read() -> None:
    """Logs are kept for years: what was written once stays readable."""
    data = zlib.compress(orjson.dumps([[10, "a\n", 98], [12, "b\n", 99]]), 1)
    assert log_format.decode(data, 0, "s") == [LogEvent(10, "a\n", 98, "s", 0), LogEvent(12, "b\n", 99, "s", 1)]


def test_runs_are_bounded_in_events_and_in_characters() -> None:
    many = [(n, "x") for n in range(log_format.EVENTS_PER_CHUNK + 1)]
    assert [len(run) for run in log_format.split(many)] == [log_format.EVENTS_PER_CHUNK, 1]
    large = [(n, "x" * 900_000) for n in range(5)]
    assert [len(run) for run in log_format.split(large)] == [2, 2, 1]
    assert [*log_format.split([(1, "x")])] == [[(1, "x")]]
