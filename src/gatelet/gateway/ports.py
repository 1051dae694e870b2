"""What the data plane needs from others; server/wiring.py supplies it.

Exception
└── InvokerError               the invocation gave no response of the function
    ├── InvokeRefused          Lambda's API would have refused it: 500 at the client
    │   ├── InvokeDenied       the function's policy does not allow this method
    │   └── InvokeThrottled    no concurrency left
    ├── InvokePayloadTooLarge  413 at the client
    ├── InvokePayloadNotJson   400 at the client, with Lambda's text
    └── InvokeTimedOut         the integration's timeout passed: 504 at the client
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Protocol

from gatelet.aws.clock import Clock
from gatelet.aws.ids import Ids
from gatelet.gateway.admission import Admission
from gatelet.gateway.authorizers.cache import AuthorizerCache
from gatelet.gateway.authorizers.key_sets import KeySets
from gatelet.gateway.authorizers.verified_tokens import VerifiedTokens
from gatelet.gateway.explanations import Explanations
from gatelet.gateway.heavy_validation import HeavyValidation
from gatelet.gateway.off_loop import OffLoop
from gatelet.gateway.response_store import ResponseStore
from gatelet.gateway.service_uri import ServiceUri
from gatelet.gateway.settings import GatewaySettings
from gatelet.gateway.stage_logs import LogTarget
from gatelet.http.client.message import Answer, ClientRequest
from gatelet.identity.service import Identity
from gatelet.metrics.requests import RequestMeters
from gatelet.metrics.spans import Spans


class InvokerError(Exception):
    """The invocation gave no response of the function; the text is for the execution log."""


class InvokeRefused(InvokerError):
    """The function does not exist, is not ready, or could not be started."""


class InvokeDenied(InvokeRefused):
    """The function's resource policy does not allow this API's method."""


class InvokeThrottled(InvokeRefused):
    """Lambda answered 429."""


class InvokePayloadTooLarge(InvokerError):
    """The event is over 6 MB."""


class InvokePayloadNotJson(InvokerError):
    """The event is not JSON; the text is what Lambda's API answers."""


class InvokeTimedOut(InvokerError):
    """The integration's timeout passed."""


@dataclass(frozen=True, slots=True)
class FunctionTarget:
    """The function that an integration names."""

    account: str
    region: str
    name: str
    qualifier: str | None


@dataclass(slots=True)
class ProxyCall:
    """A request on its way to a function. Same fields as the function service's ProxyInvocation, and the role."""

    target: FunctionTarget
    head: bytes
    body: bytes
    """With the head, what the event is built from (gateway/events/proxy.py)."""
    source_arn: str | None
    source_account: str
    trace_id: str
    timeout: float
    """Seconds."""
    role: str | None = None
    """Who calls; None: the function's own policy is asked."""


@dataclass(slots=True)
class ProxyReply:
    """What came back; nothing of it is trusted yet. Same fields as the function service's ProxyResult."""

    kind: str
    """``response`` (status, base64, headers, body), ``malformed`` or ``error`` (payload: JSON text)."""
    request_id: str
    status: int = 0
    base64: bool = False
    headers: bytes = b""
    body: bytes = b""
    payload: bytes = b""


@dataclass(frozen=True, slots=True)
class InvokeReply:
    """What a function answered to a JSON event."""

    payload: bytes
    """The function's own bytes; empty for an asynchronous call and for a dry run."""
    request_id: str
    function_error: str | None = None
    """``Unhandled`` when the function failed: ``payload`` is the error then."""
    executed_version: str = "$LATEST"
    log_tail: bytes = b""
    """The end of the invocation's log, if it was asked for."""


class StreamReply(Protocol):
    """A response that the function still writes; iterated over once. ``aclose`` when nobody reads it any more."""

    @property
    def request_id(self) -> str:
        """Of the invocation."""

    @property
    def error(self) -> bytes | None:
        """At the end: the error JSON of a function that failed."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    async def __anext__(self) -> bytes: ...

    async def aclose(self) -> None:
        """The function goes on, and nobody hears of it."""


class Invoker(Protocol):
    """Runs functions for integrations."""

    async def invoke_proxy_stream(self, call: ProxyCall) -> StreamReply:
        """As ``invoke_proxy``; returns with the first byte of the response."""

    async def invoke_proxy(self, call: ProxyCall) -> ProxyReply:
        """Run the function on the event that head and body describe. Raises InvokerError."""

    async def invoke(
        self,
        target: FunctionTarget,
        payload: bytes,
        *,
        asynchronous: bool,
        client_context: bytes | None,
        source_arn: str,
        source_account: str,
        trace_id: str,
        timeout: float,
        log_tail: bool = False,
        role: str | None = None,
        dry_run: bool = False,
    ) -> InvokeReply:
        """Run the function on a JSON event, or have it run later (``asynchronous``).

        ``client_context`` is decoded JSON; ``timeout`` in seconds. Raises InvokerError.
        ``log_tail`` asks for the end of the log; ``role`` is as in ProxyCall.
        """


class Endpoints(Protocol):
    """Asks HTTP endpoints (gatelet.http.client.client.HttpClient). Timeouts in seconds; raises ClientError."""

    async def send(self, request: ClientRequest, timeout: float) -> Answer:
        """The whole answer."""

    async def stream(self, request: ClientRequest, timeout: float) -> Answer:
        """The answer once its header is there; its body must be closed."""


class ServiceRefused(Exception):
    """No AWS service could be asked; the text is for the execution log."""


@dataclass(frozen=True, slots=True)
class ServiceCall:
    """A request to an AWS service, not signed yet."""

    uri: ServiceUri
    method: str
    path: str
    """Raw; with ``uri.action`` it is ``/``."""
    query: str
    headers: list[tuple[str, str]]
    content_type: str
    """Where no header says it."""
    body: bytes
    role_arn: str
    account: str
    """Of the API."""
    source_arn: str
    """The method of the API."""
    request_id: str


class AwsServices(Protocol):
    """Calls AWS services with the role of an integration."""

    async def call(self, call: ServiceCall, timeout: float) -> Answer:
        """What the service says, its refusals included; ``body`` is bytes. ``timeout`` in seconds.

        Raises ServiceRefused, gatelet.http.client.errors.ClientError.
        """


class AccessLogs(Protocol):
    """Where access log lines go."""

    def write(self, target: LogTarget, request_id: str, line: str) -> None:
        """Never blocks."""


class ExecutionLog(Protocol):
    """Where execution log lines go (CloudWatch Logs group ``API-Gateway-Execution-Logs_{api}/{stage}``)."""

    def write(self, account: str, region: str, api_id: str, stage: str, request_id: str, lines: list[str]) -> None:
        """Never blocks; lines without the request id prefix, which the log adds."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that the life of a request needs from outside."""

    invoker: Invoker
    execution_log: ExecutionLog
    clock: Clock
    ids: Ids
    settings: GatewaySettings
    admission: Admission
    identity: Identity
    access_log: AccessLogs
    responses: ResponseStore
    explanations: Explanations = field(default_factory=Explanations)
    authorizer_cache: AuthorizerCache = field(default_factory=AuthorizerCache)
    tokens: VerifiedTokens = field(default_factory=VerifiedTokens)
    key_sets: KeySets = field(default_factory=KeySets)
    off_loop: OffLoop = field(default_factory=OffLoop)
    validation: HeavyValidation = field(default_factory=HeavyValidation)
    meters: RequestMeters = field(default_factory=RequestMeters)
    spans: Spans | None = None
    """None: nothing is traced."""
    http: Endpoints | None = None
    """None: HTTP integrations fail."""
    services: AwsServices | None = None
    """None: integrations with AWS services fail."""
