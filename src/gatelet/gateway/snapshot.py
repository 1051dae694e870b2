"""What a stage serves: a deployment and the stage's settings, frozen and ready to run.

Nothing here is ever changed: a new deployment or another setting makes a new Snapshot
(gatelet.gateway.compile), and a request keeps the one that it started with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gatelet.aws.arn import execute_api_arn
from gatelet.aws.scope import Scope
from gatelet.gateway.canary import Canary
from gatelet.gateway.router import Router
from gatelet.gateway.stage_logs import AccessLog
from gatelet.gateway.template import Expression, Template
from gatelet.policy.combine import Named


@dataclass(frozen=True, slots=True)
class GatewayResponse:
    """A customised gateway response (apigateway-data-plane section 4)."""

    status: int | None
    """None keeps the status of the failure."""
    parameters: tuple[tuple[str, Expression], ...]
    """Header names with what their values are computed from."""
    templates: Mapping[str, Template]
    """By media type; empty: the built-in body."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A stage of an API as it is served."""

    scope: Scope
    api_id: str
    stage: str
    deployment_id: str | None
    """None: the API as it is stored, in a test."""
    endpoint_disabled: bool
    """``disableExecuteApiEndpoint``."""
    default_domain: str
    """The domain name that handlers see where the URL names none (path-form invoke URLs)."""
    binary_media_types: tuple[str, ...]
    variables: Mapping[str, str]
    gateway_responses: Mapping[str, GatewayResponse]
    """By response type: only the customised ones."""
    router: Router
    policy: Named | None = None
    """The API's resource policy."""
    access_log: AccessLog | None = None
    log_stage: str = ""
    """The stage as the execution log's group names it: a canary's is ``{stage}/Canary``."""
    canary: Canary | None = None
    api_key_source: str = "HEADER"
    """Where API keys are taken from: ``HEADER`` or ``AUTHORIZER``."""
    api_name: str = ""
    endpoint_type: str | None = None
    """``REGIONAL`` or ``EDGE``."""
    traced: bool = False
    """``tracingEnabled``."""
    minimum_compression_size: int | None = None
    """Bytes from which on responses are compressed; None: never."""
    arn: str = field(init=False)
    """What the ARNs of its methods begin with: ``arn:aws:execute-api:{region}:{account}:{api}/{stage}``."""

    def __post_init__(self) -> None:
        arn = execute_api_arn(self.scope, self.api_id, self.stage, "", "").rstrip("/")
        object.__setattr__(self, "arn", arn)
