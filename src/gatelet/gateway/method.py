"""Resources, their methods and what stands behind them, ready to run. Part of a Snapshot; never changed."""

from __future__ import annotations

from dataclasses import dataclass

from gatelet.gateway.ports import FunctionTarget


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource: its id and its path template (``/users/{id}``)."""

    id: str
    path: str


@dataclass(frozen=True, slots=True)
class Integration:
    """An AWS_PROXY integration with a Lambda function behind it."""

    target: FunctionTarget
    timeout: float
    """Seconds."""


@dataclass(frozen=True, slots=True)
class Misconfiguration:
    """What stands in place of an integration that cannot run: the method answers 500.

    ``reason`` follows ``Execution failed due to configuration error:`` in the execution log.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class Method:
    """A method of a resource; ``verb`` is a verb or ``ANY``."""

    verb: str
    integration: Integration | Misconfiguration
    source_arn: str
    """What the function's policy is asked about: the stage's method (apigateway-data-plane section 6)."""
    head: bytes
    """The fixed half of the event's head, encoded (gatelet.gateway.events.head)."""
