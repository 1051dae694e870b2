"""One call of a method's integration: what goes in, what goes out, what comes back.

A runner (``gatelet.gateway.integrations.<kind>.run``) gets its integration and the Exchange and gives the Response.
Those with mappings (Lambda custom, MOCK, HTTP, AWS services) are three lines::

    outgoing = await map_request(integration.request, exchange)          # steps/map_request
    reply = await <the transport>(integration, outgoing, exchange)
    return await map_response(integration.responses, reply, exchange)    # steps/map_response
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from gatelet.gateway.method import Method
from gatelet.gateway.parameters import RequestParameters
from gatelet.gateway.ports import Ports
from gatelet.gateway.router import Route
from gatelet.gateway.snapshot import Snapshot
from gatelet.gateway.trace import Trace

Pairs = list[tuple[str, str]]
"""Names with values in order; a name may stand more than once."""


@dataclass(slots=True)
class Exchange:
    """A request that was let in, on its way to the integration. Raises GatewayError where something fails."""

    snapshot: Snapshot
    route: Route
    trace: Trace
    ports: Ports
    body: bytes
    """As the client meant it: decoded by its Content-Encoding."""
    _parameters: RequestParameters | None = None

    @property
    def method(self) -> Method:
        """The method."""
        return self.route.method

    @property
    def parameters(self) -> RequestParameters:
        """The request's parameters as templates and mappings see them; read when first asked for."""
        if self._parameters is None:
            added = partial(_added_headers, self.trace, self.ports)  # no cycle: it would keep the body
            self._parameters = RequestParameters(self.trace.request, self.route, added)
        return self._parameters

    @property
    def trace_ids(self) -> tuple[str, str]:
        """X-Amzn-Trace-Id as the event shows it, and in full."""
        return self.trace.trace_ids(self.ports)


def _added_headers(trace: Trace, ports: Ports) -> dict[str, str]:
    if trace.is_test:
        return {}
    client = trace.client
    return {
        "X-Amzn-Trace-Id": trace.trace_ids(ports)[0],
        "X-Forwarded-For": client.chain,
        "X-Forwarded-Port": client.port,
        "X-Forwarded-Proto": client.scheme,
    }


@dataclass(slots=True)
class OutgoingRequest:
    """What the mappings made of the request. Names and values hold no line ends.

    A transport adds its own headers (data-plane 8.2) and refuses or drops what it cannot send.
    """

    body: bytes
    content_type: str
    """The client's Content-Type, ``application/json`` where it sent none; a mapped header goes before it."""
    headers: Pairs = field(default_factory=list)
    """Mapped or overridden; none of the client's own."""
    query: Pairs = field(default_factory=list)
    """Mapped or overridden, not encoded."""
    path: dict[str, str] = field(default_factory=dict)
    """By name: what the URI's ``{name}`` stands for, not encoded."""

    def header(self, name: str) -> str | None:
        """The last value of a header, whatever the case of its name (``name`` in lower case)."""
        found = [value for key, value in self.headers if key.lower() == name]
        return found[-1] if found else None


@dataclass(slots=True)
class IntegrationReply:
    """What the integration answered. Nothing of it is trusted."""

    status: int
    body: bytes
    headers: Pairs = field(default_factory=list)
    content_type: str = "application/json"
    """Decides whether the body is binary (data-plane section 10)."""
    matched: str = ""
    """What selection patterns are matched against: a status, or a function's errorMessage (section 9.4)."""
    preferred: int | None = None
    """The integration response of this status wins if several match: so it is for MOCK (section 9.1)."""
    traced: bool = True
    """Whether the response carries X-Amzn-Trace-Id: not for MOCK (section 8.1)."""
