"""A mapping's document, and what is read off it. Pure.

The document has the members of EventSourceMappingConfiguration, and ``Tags``. How far its lanes are is in a document
of its own (``progress``), with the same id.
"""

from __future__ import annotations

from collections.abc import Mapping as Members
from dataclasses import dataclass
from typing import Any, Final

from gatelet.functions.invocation import FunctionTarget
from gatelet.functions.mappings.patterns import Pattern, compile_pattern
from gatelet.functions.model import SERVICE
from gatelet.storage.ports import Collection, Key

KIND: Final = "EventSourceMapping"
PROGRESS_KIND: Final = "EventSourceProgress"
ENABLED: Final = "Enabled"
DISABLED: Final = "Disabled"
PARTIAL: Final = "ReportBatchItemFailures"


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping as its run needs it. ``retries`` and ``age`` (seconds) are None for no limit."""

    key: Key
    target: FunctionTarget
    function_arn: str
    stream_arn: str
    batch_size: int
    window: float
    lanes: int
    bisect: bool
    retries: int | None
    age: float | None
    partial: bool
    filters: tuple[Pattern, ...]
    destination: FunctionTarget | None
    enabled: bool

    def wants(self, event: dict[str, Any]) -> bool:
        """Whether one of the filters lets the event pass, or there is none."""
        return not self.filters or any(pattern.matches(event) for pattern in self.filters)


def progress_key(key: Key) -> Key:
    """Where the progress of a mapping is."""
    return Collection(SERVICE, PROGRESS_KIND, key.account, key.region).key(key.id)


def compile_mapping(key: Key, document: Members[str, Any]) -> Mapping:
    """The mapping of a document that the control plane wrote."""
    destination = (document["DestinationConfig"].get("OnFailure") or {}).get("Destination")
    filters = (document.get("FilterCriteria") or {}).get("Filters") or ()
    return Mapping(
        key=key,
        target=_target(document["FunctionArn"]),
        function_arn=document["FunctionArn"],
        stream_arn=document["EventSourceArn"],
        batch_size=document["BatchSize"],
        window=float(document["MaximumBatchingWindowInSeconds"]),
        lanes=document["ParallelizationFactor"],
        bisect=document["BisectBatchOnFunctionError"],
        retries=_limit(document["MaximumRetryAttempts"]),
        age=_limit(document["MaximumRecordAgeInSeconds"]),
        partial=PARTIAL in document["FunctionResponseTypes"],
        filters=tuple(compile_pattern(one["Pattern"]) for one in filters),
        destination=_target(destination) if destination else None,
        enabled=document["State"] == ENABLED,
    )


def _limit(number: int) -> int | None:
    return None if number < 0 else number


def _target(arn: str) -> FunctionTarget:
    _, _, _, region, account, _, name, *qualifier = arn.split(":")
    return FunctionTarget(account, region, name, qualifier[0] if qualifier else None)
