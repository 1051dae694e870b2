"""The spans of one request: the gateway's own, and in it the authorizer's and the integration's.

A request is traced if its caller says so (``traceparent`` or X-Amzn-Trace-Id with ``Sampled=1``), or if its stage
does (``tracingEnabled``) and the caller leaves it open.
"""

from __future__ import annotations

from gatelet.aws.ids import Ids
from gatelet.gateway.router import Route
from gatelet.gateway.snapshot import Snapshot
from gatelet.metrics.spans import Span, Spans, TraceContext, read_amazon, write_amazon, write_traceparent


class RequestSpans:
    """Times (epoch seconds) and ids of one traced request."""

    __slots__ = ("_authorized", "_began", "_context", "_ended", "_ids", "_integrating", "_own", "_part")

    def __init__(self, context: TraceContext, began: float, ids: Ids) -> None:
        self._context = context
        self._ids = ids
        self._began = began
        self._own = ids.hex(16)
        self._part = ids.hex(16)
        self._authorized: tuple[str, float] | None = None
        self._integrating: float | None = None
        self._ended: float | None = None

    @property
    def _now(self) -> TraceContext:
        return TraceContext(self._context.trace_id, self._part, sampled=True)

    @property
    def amazon(self) -> str:
        """X-Amzn-Trace-Id for what is called now."""
        return write_amazon(self._now)

    @property
    def root(self) -> str:
        """The trace's id as X-Ray writes it: ``1-5759e988-bd862e3fe1be46a994272793``."""
        return self.amazon.partition(";")[0].removeprefix("Root=")

    def pass_on(self, headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """The headers for an endpoint that is called now, with W3C's trace header in place of the client's."""
        kept = [(name, value) for name, value in headers if name.lower() != "traceparent"]
        return [*kept, ("traceparent", write_traceparent(self._now))]

    def authorized(self, moment: float) -> None:
        """The authorizer has answered: what is called from now on is the integration."""
        self._authorized = (self._part, moment)
        self._part = self._ids.hex(16)

    def integrate(self, moment: float) -> None:
        """The integration is called."""
        self._integrating = moment

    def integrated(self, moment: float) -> None:
        """The integration has answered."""
        self._ended = moment

    def tell(
        self, spans: Spans, snapshot: Snapshot, route: Route | None, request: tuple[str, str], status: int, now: float
    ) -> None:
        """Everything, once the request is answered. ``request``: its verb and id."""
        verb, request_id = request
        path = "" if route is None else route.resource.path
        attributes: dict[str, str | int] = {
            "http.request.method": verb,
            "http.response.status_code": status,
            "gatelet.api": snapshot.api_id,
            "gatelet.stage": snapshot.stage,
            "gatelet.request_id": request_id,
        }
        if path:
            attributes["http.route"] = path
        trace_id, parent, _ = self._context
        error = str(status) if status >= 500 else ""
        name = f"{verb} {path}" if path else verb
        spans.finished(Span(trace_id, self._own, parent, name, "server", self._began, now, attributes, error))
        if self._authorized is not None and route is not None and route.method.authorization is not None:
            authorizer, moment = self._authorized
            spans.finished(Span(trace_id, authorizer, self._own, "authorizer", "internal", self._began, moment))
        if self._integrating is not None:
            ended = now if self._ended is None else self._ended
            failed = "" if self._ended is not None else "failed"
            spans.finished(
                Span(trace_id, self._part, self._own, "integration", "client", self._integrating, ended, error=failed)
            )


def begin_spans(header: str, *, asked: bool, began: float, ids: Ids) -> RequestSpans | None:
    """The spans of a request that is traced; ``asked``: its stage is. ``header``: X-Amzn-Trace-Id."""
    context = read_amazon(header)
    if context is None or not (asked if context.sampled is None else context.sampled):
        return None
    return RequestSpans(context, began, ids)
