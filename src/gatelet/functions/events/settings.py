"""A function's settings for asynchronous invocations, as its document holds them. Pure.

Reference: lambda-control-plane section 11.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gatelet.aws import quotas
from gatelet.aws.arn import Arn
from gatelet.functions.events.rules import Condition, Rules
from gatelet.functions.invocation import FunctionTarget

LATEST = "$LATEST"


@dataclass(frozen=True, slots=True)
class EventSettings:
    """What holds for one qualifier; the targets are functions."""

    rules: Rules
    on_success: FunctionTarget | None = None
    on_failure: FunctionTarget | None = None

    def destination(self, condition: Condition) -> FunctionTarget | None:
        """Who hears of an event that ended so."""
        return self.on_success if condition is Condition.SUCCESS else self.on_failure


def event_settings(document: dict[str, Any], qualifier: str | None) -> EventSettings:
    """What the function's document says of a qualifier; AWS's defaults where it says nothing."""
    held = document.get("event_invoke_configs", {}).get(qualifier or LATEST, {})
    destinations = held.get("DestinationConfig", {})
    return EventSettings(
        Rules(
            held.get("MaximumRetryAttempts", quotas.ASYNC_RETRIES_MAX),
            held.get("MaximumEventAgeInSeconds", quotas.ASYNC_EVENT_AGE_MAX),
        ),
        _target(destinations.get("OnSuccess", {}).get("Destination")),
        _target(destinations.get("OnFailure", {}).get("Destination")),
    )


def _target(arn: str | None) -> FunctionTarget | None:
    if not arn:
        return None
    parsed = Arn.parse(arn)
    name, _, qualifier = parsed.resource.removeprefix("function:").partition(":")
    return FunctionTarget(parsed.account, parsed.region, name, qualifier or None)
