"""What is done when a request is answered: metrics, its access log line, its execution log. Nothing here waits.

Reference: apigateway-data-plane sections 16 and 17.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from functools import partial

from gatelet.gateway.explain import explain
from gatelet.gateway.phases import find_logged
from gatelet.gateway.ports import Ports
from gatelet.gateway.snapshot import Snapshot
from gatelet.gateway.steps.measure import measure
from gatelet.gateway.trace import Trace
from gatelet.http.response import Response

CLIENT_LEFT = 499
"""The status of a request whose client did not wait, as proxies tell it (apigateway-data-plane section 17)."""

EXPLAIN = "x-gatelet-explain"
"""A request with this header gets its own story back, where the operator lets it."""
_HEADER_CHARACTERS = 7_000


def finish(response: Response, trace: Trace, ports: Ports) -> Response:
    """The response, once it is told; a streamed one is told when it has ended."""
    snapshot = trace.snapshot
    if EXPLAIN in trace.request.values and ports.settings.explain_header:
        response.headers.append(("X-Gatelet-Explain", _explanation(trace, ports)))
    if snapshot is None:
        ports.explanations.keep(trace)
        return response
    if isinstance(response.body, bytes):
        _end(snapshot, trace, ports, response.status, len(response.body))
    else:
        response.body = _told_at_its_end(response.body, snapshot, trace, ports, response.status)
    return response


def abandoned(trace: Trace, ports: Ports) -> None:
    """The client left before there was an answer: the request counts all the same, with a status that nobody got."""
    trace.status = CLIENT_LEFT
    if trace.snapshot is None:
        ports.explanations.keep(trace)
    else:
        _end(trace.snapshot, trace, ports, CLIENT_LEFT, 0)


def _explanation(trace: Trace, ports: Ports) -> str:
    """The story in one line of ASCII, or where to find it."""
    story = json.dumps(explain(trace, ports), separators=(",", ":"), default=str)
    return story if len(story) <= _HEADER_CHARACTERS else f"gatelet explain {trace.request_id}"


async def _told_at_its_end(
    body: AsyncIterator[bytes], snapshot: Snapshot, trace: Trace, ports: Ports, status: int
) -> AsyncIterator[bytes]:
    length = 0
    try:
        async for piece in body:
            length += len(piece)
            yield piece
    finally:
        _end(snapshot, trace, ports, status, length)


def _end(snapshot: Snapshot, trace: Trace, ports: Ports, status: int, length: int) -> None:
    try:
        milliseconds = (ports.clock.monotonic() - trace.began) * 1000
        measure(snapshot, trace, ports.meters, status, milliseconds)
        if trace.spans is not None and ports.spans is not None:
            request = trace.verb, trace.request_id
            trace.spans.tell(ports.spans, snapshot, trace.route, request, status, ports.clock.now())
        if snapshot.access_log is not None or trace.story is not None:
            trace.response_length = length
            trace.latency = round(milliseconds)
            _tell(snapshot, trace, ports)
    finally:
        ports.explanations.keep(trace)


def _tell(snapshot: Snapshot, trace: Trace, ports: Ports) -> None:
    _tell_story(snapshot, trace, ports)
    if snapshot.access_log is not None:
        ports.access_log.write(
            snapshot.access_log.target, trace.request_id, snapshot.access_log.line(partial(find_logged, trace))
        )


def _tell_story(snapshot: Snapshot, trace: Trace, ports: Ports) -> None:
    story, route = trace.story, trace.route
    if story is None or route is None or route.method.logging is None:
        return
    if route.method.logging.errors and trace.failure is None:
        return
    scope = snapshot.scope
    lines = [line for _, line in story.lines]
    ports.execution_log.write(scope.account, scope.region, snapshot.api_id, snapshot.log_stage, trace.request_id, lines)
