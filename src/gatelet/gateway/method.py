"""Resources, their methods and what stands behind them, ready to run. Part of a Snapshot; never changed.

An integration is one frozen dataclass for each way to run it; gatelet.gateway.steps.integrate picks its runner.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from gatelet.counters.ports import Bucket
from gatelet.gateway.authorizers.authorization import Authorization
from gatelet.gateway.caching import CachePlan
from gatelet.gateway.endpoint_uri import EndpointUri
from gatelet.gateway.mapping.plan import RequestMapping, ResponseMappings
from gatelet.gateway.ports import FunctionTarget
from gatelet.gateway.service_uri import ServiceUri
from gatelet.gateway.stage_logs import ExecutionLogging
from gatelet.gateway.validation.validator import RequestValidator


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource: its id and its path template (``/users/{id}``)."""

    id: str
    path: str


@dataclass(frozen=True, slots=True)
class LambdaProxy:
    """AWS_PROXY with a Lambda function behind it: the event is the request, the answer is the response."""

    target: FunctionTarget
    timeout: float
    """Seconds."""
    role: str | None = None
    """The role that the function is called with (``credentials``); None: the function's own policy is asked."""


@dataclass(frozen=True, slots=True)
class LambdaStream:
    """AWS_PROXY with a function that streams: the response goes on while the function writes it."""

    target: FunctionTarget
    timeout: float
    """Seconds until the first byte, and for the whole."""
    role: str | None = None
    """See LambdaProxy."""


@dataclass(frozen=True, slots=True)
class LambdaCustom:
    """AWS with a Lambda function behind it: mappings make the event and the response."""

    target: FunctionTarget
    timeout: float
    """Seconds."""
    request: RequestMapping
    responses: ResponseMappings


@dataclass(frozen=True, slots=True)
class Mock:
    """MOCK: nothing stands behind it; the request template says which response is chosen."""

    request: RequestMapping
    responses: ResponseMappings


@dataclass(frozen=True, slots=True)
class HttpCustom:
    """HTTP: mappings make the request to an endpoint, and the response of its answer."""

    verb: str | None
    """None: the client's."""
    uri: EndpointUri
    timeout: float
    """Seconds."""
    request: RequestMapping
    responses: ResponseMappings


@dataclass(frozen=True, slots=True)
class HttpProxy:
    """HTTP_PROXY: the request goes on to an endpoint, and its answer back."""

    verb: str | None
    """None: the client's."""
    uri: EndpointUri
    timeout: float
    """Seconds."""
    request: RequestMapping
    """Its parameters and contentHandling; it has no templates."""
    streamed: bool
    """``responseTransferMode`` is STREAM."""


@dataclass(frozen=True, slots=True)
class AwsService:
    """AWS with any service behind it, called with a role: mappings make the request and the response."""

    verb: str | None
    """None: the client's."""
    uri: ServiceUri
    role_arn: str
    timeout: float
    """Seconds."""
    request: RequestMapping
    responses: ResponseMappings


@dataclass(frozen=True, slots=True)
class Misconfiguration:
    """What stands in place of an integration that cannot run: the method answers 500.

    ``reason`` follows ``Execution failed due to configuration error:`` in the execution log.
    """

    reason: str


Integration: TypeAlias = (
    LambdaProxy | LambdaStream | LambdaCustom | HttpCustom | HttpProxy | AwsService | Mock | Misconfiguration
)
"""Every way to run a method; a new one needs a compiler (compile_integration) and a runner (steps/integrate)."""


@dataclass(frozen=True, slots=True)
class Method:
    """A method of a resource; ``verb`` is a verb or ``ANY``."""

    verb: str
    integration: Integration
    source_arn: str
    """What the function's policy is asked about: the stage's method (apigateway-data-plane section 6)."""
    head: bytes
    """The fixed half of the event's head, encoded (gatelet.gateway.events.head)."""
    authorization: Authorization | None = None
    """Who may call it; None: everybody whom the API's policy lets."""
    validator: RequestValidator | None = None
    """What requests are checked by; None: they are not."""
    logging: ExecutionLogging | None = None
    """What is told of its requests."""
    cache: CachePlan | None = None
    """How its responses are kept; None: they are not."""
    name: str = ""
    """As usage plans spell it: ``/users/GET``."""
    api_key_required: bool = False
    metered: bool = False
    """Whether its requests have metrics of their own (``metricsEnabled``)."""
    buckets: tuple[Bucket, ...] = ()
    """The throttles of the stage's method and of the account."""
