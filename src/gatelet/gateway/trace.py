"""What is known of one request while it is served: who asked, when, under which id, and how far it came."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from gatelet.aws import clock
from gatelet.gateway.forwarded import identify_client
from gatelet.gateway.invoke_url import InvokeAddress
from gatelet.gateway.ports import Ports
from gatelet.gateway.router import Route
from gatelet.gateway.snapshot import Snapshot
from gatelet.gateway.trace_header import complete_trace
from gatelet.http.request import Request

_WATCHED = frozenset(
    (
        "content-encoding",
        "x-amzn-requestid",
        "x-amzn-trace-id",
        "x-forwarded-for",
        "x-forwarded-port",
        "x-forwarded-proto",
        "x-http-method-override",
    )
)
"""The request headers that mean something to the gateway itself."""

_NOTHING: Mapping[str, str] = MappingProxyType({})
_UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")


class Trace:
    """One request's story. ``snapshot`` and ``route`` are None until they are found."""

    __slots__ = (
        "address",
        "client",
        "extended_id",
        "received",
        "request",
        "request_id",
        "route",
        "seen",
        "snapshot",
        "verb",
    )

    def __init__(self, request: Request, address: InvokeAddress, ports: Ports) -> None:
        self.request = request
        self.address = address
        self.received = ports.clock.now()
        self.extended_id = ports.ids.extended_request_id()
        self.seen = seen = _watched(request.headers)
        claimed = seen.get("x-amzn-requestid")
        # Clients may choose the id, if it is a UUID (apigateway-data-plane 8.1).
        self.request_id = claimed if claimed and _UUID.fullmatch(claimed) else ports.ids.uuid()
        self.verb = seen.get("x-http-method-override", "").upper() or request.method
        self.client = identify_client(request.peer, request.port, request.scheme, seen, ports.settings.trusted_proxies)
        self.snapshot: Snapshot | None = None
        self.route: Route | None = None

    @property
    def path(self) -> str:
        """The path without the stage: one leading slash, otherwise raw."""
        path = self.address.path
        return path if path.startswith("/") and not path.startswith("//") else "/" + path.lstrip("/")

    @property
    def context_path(self) -> str:
        """``$context.path``: the stage and the raw path."""
        return f"/{self.address.stage}{self.address.path}"

    @property
    def domain_name(self) -> str:
        """The Host without its port; in the path forms the name that AWS would use, as handlers expect."""
        if self.address.domain or self.snapshot is None:
            return self.address.domain
        return self.snapshot.default_domain

    @property
    def request_time(self) -> str:
        """``$context.requestTime``."""
        return _request_time(int(self.received))

    @property
    def epoch_milliseconds(self) -> int:
        """``$context.requestTimeEpoch``."""
        return int(self.received * 1000)

    def trace_ids(self, ports: Ports) -> tuple[str, str]:
        """X-Amzn-Trace-Id as the event shows it, and in full."""
        return complete_trace(self.seen.get("x-amzn-trace-id"), ports.ids.trace_id(self.received))


@lru_cache(maxsize=4)
def _request_time(second: int) -> str:
    return clock.request_time(second)


def _watched(headers: list[tuple[str, str]]) -> Mapping[str, str]:
    """The watched headers by lower-case name: the first value, of X-Forwarded-For all of them."""
    seen: dict[str, str] | None = None
    for name, value in headers:
        key = name.lower()
        if key in _WATCHED:
            if seen is None:
                seen = {}
            if key not in seen:
                seen[key] = value
            elif key == "x-forwarded-for":
                seen[key] = f"{seen[key]}, {value}"
    return seen or _NOTHING
