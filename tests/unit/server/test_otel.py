"""Spans to a collector that is not there: dropped and counted, said once, never waited for."""

from __future__ import annotations

import asyncio
import logging

import pytest

from gatelet.metrics.spans import Span
from gatelet.server.otel import OtelSpans, open_spans

SPAN = Span("1" * 32, "2" * 16, "", "GET /", "server", 1.0, 2.0, {"a": 1}, "500")


def test_beyond_the_bound_spans_are_dropped_and_counted() -> None:
    spans = OtelSpans("http://127.0.0.1:9")
    for _ in range(4_100):
        spans.finished(SPAN)
    assert spans.dropped == 4


def test_a_collector_that_does_not_answer_costs_spans_and_is_said_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("gatelet.server.otel._SECONDS", 0.01)
    monkeypatch.setattr("gatelet.server.otel._TIMEOUT_SECONDS", 0.05)

    async def story() -> None:
        spans = OtelSpans("http://127.0.0.1:9")
        async with spans.exported():
            for number in range(2):
                spans.finished(SPAN)
                await _until_dropped(spans, number + 1)

    with caplog.at_level(logging.WARNING, "gatelet.server.otel"):
        asyncio.run(story())
    assert [record.getMessage() for record in caplog.records] == [
        "spans are not exported: the collector does not answer"
    ]


async def _until_dropped(spans: OtelSpans, count: int) -> None:
    for _ in range(1_000):
        if spans.dropped == count:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{spans.dropped} of {count} spans were dropped")


def test_without_an_endpoint_nothing_is_traced() -> None:
    async def story() -> object:
        async with open_spans("") as spans:
            return spans

    assert asyncio.run(story()) is None
