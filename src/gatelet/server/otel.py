"""Spans to an OpenTelemetry collector over OTLP/HTTP (setting ``otel_endpoint``, extra ``otel``).

Spans wait in a bounded queue and go in batches, from a thread; a collector that does not answer costs spans, never a
request.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import gatelet
from gatelet.metrics.spans import Span
from gatelet.server.errors import CannotStart

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.trace.export import SpanExporter

_QUEUE = 4_096
_BATCH = 512
_SECONDS = 1.0
_TIMEOUT_SECONDS = 5.0
_NANOSECONDS = 1_000_000_000

_log = logging.getLogger(__name__)


class OtelSpans:
    """Implements gatelet.metrics.spans.Spans. Raises CannotStart where the extra is not installed."""

    def __init__(self, endpoint: str) -> None:
        self._exporter = _exporter(endpoint)
        self._queue: deque[Span] = deque()
        self._failing = False
        self.dropped = 0
        """Spans beyond the bound, and those that the collector did not take."""

    def finished(self, span: Span) -> None:
        """Take a span."""
        if len(self._queue) >= _QUEUE:
            self.dropped += 1
        else:
            self._queue.append(span)

    @asynccontextmanager
    async def exported(self) -> AsyncIterator[None]:
        """Send spans while the block runs, and those that are left at its end."""
        task = asyncio.create_task(self._batches(), name="otel")
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            while self._queue and not self._failing:
                await self._send()
            await asyncio.to_thread(self._exporter.shutdown)

    async def _batches(self) -> None:
        while True:
            await asyncio.sleep(_SECONDS)
            while self._queue:
                await self._send()

    async def _send(self) -> None:
        batch = [self._queue.popleft() for _ in range(min(_BATCH, len(self._queue)))]
        try:
            sent = await asyncio.to_thread(self._export, batch)
        except Exception:  # noqa: BLE001 - a background task: the exporter's faults are not the gateway's
            _log.debug("spans could not be exported", exc_info=True)
            sent = False
        if not sent:
            self.dropped += len(batch)
        if sent == self._failing:
            self._failing = not sent
            _log.warning(
                "spans are exported again" if sent else "spans are not exported: the collector does not answer"
            )

    def _export(self, batch: list[Span]) -> bool:
        from opentelemetry.sdk.trace.export import SpanExportResult

        return self._exporter.export([_readable(span) for span in batch]) is SpanExportResult.SUCCESS


@asynccontextmanager
async def open_spans(endpoint: str) -> AsyncIterator[OtelSpans | None]:
    """Spans to that collector while the block runs; None for an empty ``endpoint``. Raises CannotStart."""
    if not endpoint:
        yield None
        return
    spans = OtelSpans(endpoint)
    async with spans.exported():
        yield spans


def _exporter(endpoint: str) -> SpanExporter:
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    except ImportError as error:
        raise CannotStart("otel_endpoint needs the extra `otel`: pip install 'gatelet[otel]'") from error
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)  # what it says of each failure is said once here
    return OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=_TIMEOUT_SECONDS)


def _readable(span: Span) -> ReadableSpan:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope
    from opentelemetry.trace import SpanContext, SpanKind, TraceFlags
    from opentelemetry.trace.status import Status, StatusCode

    def context(span_id: str, *, remote: bool) -> SpanContext:
        return SpanContext(int(span.trace_id, 16), int(span_id, 16), remote, TraceFlags(TraceFlags.SAMPLED))

    return ReadableSpan(
        span.name,
        context(span.span_id, remote=False),
        context(span.parent_id, remote=True) if span.parent_id else None,
        Resource({"service.name": "gatelet", "service.version": gatelet.__version__}),
        dict(span.attributes),
        kind=SpanKind[span.kind.upper()],
        status=Status(StatusCode.ERROR, span.error) if span.error else Status(StatusCode.UNSET),
        start_time=int(span.began * _NANOSECONDS),
        end_time=int(span.ended * _NANOSECONDS),
        instrumentation_scope=InstrumentationScope("gatelet", gatelet.__version__),
    )
