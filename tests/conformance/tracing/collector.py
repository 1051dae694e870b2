"""A collector of spans: an HTTP server that takes OTLP, as OpenTelemetry's own does."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass
class Collector:
    """What has arrived."""

    url: str = ""
    spans: list[Any] = field(default_factory=list)

    def of(self, trace_id: str, wanted: int) -> dict[str, Any]:
        """The spans of a trace by name, once there are so many."""
        return self._until(lambda span: span.trace_id.hex() == trace_id, wanted)

    def of_request(self, request_id: str) -> Any:
        """The gateway's span of a request, once it is there."""
        found = self._until(lambda span: request_id in [a.value.string_value for a in span.attributes], 1)
        return next(iter(found.values()))

    def _until(self, matches: Callable[[Any], bool], wanted: int) -> dict[str, Any]:
        for _ in range(200):
            found = {span.name: span for span in list(self.spans) if matches(span)}
            if len(found) >= wanted:
                return found
            time.sleep(0.05)
        raise AssertionError(f"no {wanted} spans among {[span.name for span in self.spans]}")


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector on a port of its own."""
    collector = Collector()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = ExportTraceServiceRequest()
            request.ParseFromString(self.rfile.read(int(self.headers["Content-Length"])))
            for resource in request.resource_spans:
                for scope in resource.scope_spans:
                    collector.spans.extend(scope.spans)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
