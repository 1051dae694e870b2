"""What a caller of the function service gives and gets.

Exception
└── InvocationRefused            the function was not run (or its answer was not taken)
    ├── FunctionNotFound         no such function, version or alias
    ├── FunctionNotReady         State is Pending or Failed: nothing can be run yet
    ├── PermissionDenied         the function's policy does not allow the caller
    ├── TooManyRequests          no concurrency is left; ``reason`` is AWS's Reason
    ├── PayloadTooLarge          the event is over the limit
    ├── RecursiveInvocation      the function was found in a loop
    ├── InvocationAbandoned      the caller's own timeout passed first; the function may still run
    ├── Undebuggable             its runtime has no debugger here
    └── RuntimeUnavailable       no environment could be started: a fault of the host
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gatelet.functions.permissions import UrlCaller


class InvocationRefused(Exception):
    """The function was not run."""


class FunctionNotFound(InvocationRefused):
    """No such function, version or alias. ``arn`` names what was looked for."""

    def __init__(self, arn: str) -> None:
        super().__init__(arn)
        self.arn = arn


class FunctionNotReady(InvocationRefused):
    """The function's State does not allow invocations."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


class PermissionDenied(InvocationRefused):
    """The function's resource policy does not allow the caller."""


class TooManyRequests(InvocationRefused):
    """429: ``reason`` is one of AWS's (lambda-execution section 1); ``retry_after`` is seconds (``Retry-After``)."""

    def __init__(self, reason: str, retry_after: int = 1) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


class PayloadTooLarge(InvocationRefused):
    """The event has more bytes than Lambda takes."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


class RecursiveInvocation(InvocationRefused):
    """The function was invoked too often in one chain of invocations."""


class InvocationAbandoned(InvocationRefused):
    """The caller's timeout passed before the function answered."""


class Undebuggable(InvocationRefused):
    """The function's runtime has no debugger here."""


class RuntimeUnavailable(InvocationRefused):
    """The host could not start an environment."""


@dataclass(frozen=True, slots=True)
class FunctionTarget:
    """Which function: a name in a scope, with the qualifier that the caller gave (None: unqualified)."""

    account: str
    region: str
    name: str
    qualifier: str | None = None


@dataclass(slots=True)
class Invocation:
    """An invocation with a JSON event, waited for or not. The service adds the function to the trace's lineage."""

    target: FunctionTarget
    payload: bytes
    """A JSON text; validated by the caller of the service."""
    request_id: str
    trace_id: str
    client_context: bytes | None = None
    """Decoded JSON."""
    log_tail: bool = False
    source_arn: str | None = None
    """The API's method that invokes: the function's policy must allow it. None: the caller is authorised already."""
    source_account: str = ""
    source_service: str = "apigateway.amazonaws.com"
    """Who invokes, where there is a source."""
    abandon_at: float = math.inf
    """The moment (seconds of the monotonic clock) from which on nobody waits for the answer."""
    url_auth_type: str | None = None
    """The AuthType of the function URL that was called: the function's policy is asked."""
    debug_port: int = 0
    """Run it in an environment of its own once a debugger has attached to this port; 0: run it as ever."""
    url_caller: UrlCaller | None = None
    """Who signed the request to the function URL; None: the policy must allow everybody."""


@dataclass(slots=True)
class InvocationResult:
    """What the function answered.

    ``payload`` is the function's bytes, never re-encoded; ``function_error`` is ``Unhandled`` or None.
    """

    payload: bytes
    request_id: str
    executed_version: str
    function_error: str | None = None
    log_tail: bytes = b""
    """The last 4,096 bytes of this invocation's log, if asked for."""

    @property
    def failed(self) -> bool:
        """Whether the function failed."""
        return self.function_error is not None


@dataclass(slots=True)
class ProxyInvocation:
    """An invocation by a gateway: the worker builds the event from the request's raw parts.

    ``head`` is the JSON text that the gateway's event builder understands, ``body`` the request's raw
    body. ``source_arn`` and ``source_account`` are what the function's policy is asked about.
    """

    target: FunctionTarget
    head: bytes
    body: bytes
    source_arn: str | None
    """None: whoever calls was allowed to before, by its own policies."""
    source_account: str
    trace_id: str
    timeout: float
    """Seconds that the caller waits."""


@dataclass(slots=True)
class ProxyResult:
    """The function's answer in the proxy contract, checked for shape by the worker, not yet trusted.

    ``kind`` tells which members count: ``response`` (status, base64, headers, body), ``malformed``
    (payload: the JSON text that broke the contract) or ``error`` (payload: the error JSON).
    """

    kind: str
    request_id: str
    status: int = 0
    base64: bool = False
    headers: bytes = b""
    """``Name: value\\r\\n`` lines, Latin-1, as the worker wrote them."""
    body: bytes = b""
    payload: bytes = b""

    @property
    def failed(self) -> bool:
        """Whether the function failed; an answer that breaks the contract is not its failure."""
        return self.kind == "error"
