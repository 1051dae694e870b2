"""What is known of one request while it is served: who asked, when, under which id, and how far it came."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from gatelet.aws import clock
from gatelet.counters.ports import Bucket
from gatelet.gateway.authorizers.output import AuthorizerOutput
from gatelet.gateway.errors import GatewayError
from gatelet.gateway.forwarded import identify_client
from gatelet.gateway.invoke_url import InvokeAddress
from gatelet.gateway.overrides import Overrides
from gatelet.gateway.ports import Ports
from gatelet.gateway.request_spans import RequestSpans, begin_spans
from gatelet.gateway.router import Route
from gatelet.gateway.snapshot import Snapshot
from gatelet.gateway.story import Story
from gatelet.gateway.trace_header import complete_trace, incoming_trace
from gatelet.http.request import Request
from gatelet.identity.principals import Principal

_UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")


@dataclass(slots=True)
class IntegrationFacts:
    """What is known of the integration's answer; ``$context.integration.*`` (apigateway-data-plane section 17)."""

    status: int | None = None
    """Of the service that was called: Lambda's own answer, an HTTP backend's."""
    milliseconds: int | None = None
    """``integrationLatency``."""
    request_id: str | None = None
    """Of the service that was called."""
    function_status: int | None = None
    """``integrationStatus``: for a Lambda proxy the status that the function returned."""
    error: str | None = None
    """``integrationErrorMessage``."""


class Trace:
    """What is known of one request. What a later step finds out is None until then.

    ``snapshot``, ``route``: where it goes. ``identity``: further members of ``$context.identity`` by their names
    (accountId, caller, apiKey ...), ``authorizer``: ``$context.authorizer``, as the event has them
    (gatelet.gateway.events.proxy, members 17 and 18).
    ``principal``: who signed. ``cached``: whether the stage's cache answered; None: it was not asked.
    ``output``: what a Lambda authorizer answered, ``output_kept``: from the cache; ``authorizer_request_id``: of its
    function, if that was asked. ``usage_key``: the API key that an authorizer named.
    ``plan_id``, ``buckets``, ``throttled_by``: the usage plan, the throttles that were asked, and the one that refused.
    ``is_canary``: None without canary settings.
    ``is_test``: TestInvokeMethod runs it (gatelet.gateway.rehearsal).
    ``began``: on the monotonic clock; ``latency`` (milliseconds) and ``response_length`` (bytes) at the end.
    ``integration``: what the integration answered. ``failure`` and ``status``: how it ended.
    ``story``: who listens (gatelet.gateway.story).
    """

    __slots__ = (
        "_ids",
        "_overrides",
        "address",
        "authorizer",
        "authorizer_request_id",
        "began",
        "buckets",
        "cached",
        "client",
        "extended_id",
        "failure",
        "identity",
        "integration",
        "is_canary",
        "is_test",
        "latency",
        "output",
        "output_kept",
        "plan_id",
        "principal",
        "received",
        "request",
        "request_id",
        "response_length",
        "route",
        "snapshot",
        "spans",
        "status",
        "story",
        "throttled_by",
        "usage_key",
        "verb",
    )

    def __init__(self, request: Request, address: InvokeAddress, ports: Ports) -> None:
        self.request = request
        self.address = address
        self.received = ports.clock.now()
        self.extended_id = ports.ids.extended_request_id()
        values = request.values
        claimed = values.get("x-amzn-requestid")
        # Clients may choose the id, if it is a UUID (apigateway-data-plane 8.1).
        self.request_id = claimed if claimed and _UUID.fullmatch(claimed) else ports.ids.uuid()
        self.verb = values.get("x-http-method-override", "").upper() or request.method
        self.client = identify_client(request, ports.settings.trusted_proxies)
        self.snapshot: Snapshot | None = None
        self.route: Route | None = None
        self.identity: Mapping[str, object] | None = None
        self.principal: Principal | None = None
        self.cached: bool | None = None
        self.usage_key: str | None = None
        self.output: AuthorizerOutput | None = None
        self.output_kept = False
        self.plan_id: str | None = None
        self.buckets: tuple[Bucket, ...] | None = None
        self.throttled_by: str | None = None
        self.authorizer: Mapping[str, object] | None = None
        self.authorizer_request_id: str | None = None
        self.began = ports.clock.monotonic()
        self.response_length: int | None = None
        self.latency: int | None = None
        self.is_canary: bool | None = None
        self.is_test = False
        self.integration: IntegrationFacts | None = None
        self.failure: GatewayError | None = None
        self.status: int | None = None
        self.story: Story | None = None
        self.spans: RequestSpans | None = None
        self._ids: tuple[str, str] | None = None
        self._overrides: Overrides | None = None

    @property
    def overrides(self) -> Overrides:
        """``$context.requestOverride`` and ``$context.responseOverride``."""
        if self._overrides is None:
            self._overrides = Overrides()
        return self._overrides

    @property
    def overridden(self) -> Overrides | None:
        """The overrides, if any template looked at them."""
        return self._overrides

    def begin_template(self, earlier: Overrides | None) -> None:
        """A template is rendered from its beginning; ``earlier`` is what templates before it have set."""
        self._overrides = None if earlier is None else earlier.copy()

    @property
    def path(self) -> str:
        """The path without the stage: one leading slash, otherwise raw."""
        path = self.address.path
        return path if path[:1] == "/" and path[1:2] != "/" else "/" + path.lstrip("/")

    @property
    def context_path(self) -> str:
        """``$context.path``: the stage and the raw path; in a test there is no stage in it (section 6)."""
        if self.is_test:
            return self.path
        return f"/{self.address.stage}{self.address.path}"

    @property
    def content_type(self) -> str | None:
        """What chooses models and templates: the Content-Type; always JSON in a test (control-plane section 11)."""
        return "application/json" if self.is_test else self.request.header("content-type")

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
        """X-Amzn-Trace-Id as the event shows it, and in full: for what is called now, if the request is traced."""
        ids = self._ids
        if ids is None:
            ids = self._ids = complete_trace(incoming_trace(self.request.values), ports.ids.trace_id(self.received))
        return ids if self.spans is None else (ids[0], self.spans.amazon)

    def begin_spans(self, ports: Ports, *, asked: bool) -> None:
        """Trace the request if its caller or its stage (``asked``) wants it (gatelet.gateway.request_spans)."""
        shown = self.trace_ids(ports)[0]
        self.spans = begin_spans(shown, asked=asked, began=self.received, ids=ports.ids)


@lru_cache(maxsize=4)
def _request_time(second: int) -> str:
    return clock.request_time(second)
