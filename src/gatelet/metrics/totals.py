"""Everything that was counted since the start: by stage and by function, bounded in number."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from gatelet.metrics.invocations import FunctionMeter, InvocationCounts
from gatelet.metrics.requests import RequestCounts, RequestMeter

SHOWN = 500
"""Stages, and functions, that are told apart; those beyond are summed up under ``OTHER``."""
OTHER = "(other)"


class StageName(NamedTuple):
    """A stage of an API."""

    account: str
    region: str
    api_id: str
    api_name: str
    stage: str


class FunctionName(NamedTuple):
    """A function, all its versions together."""

    account: str
    region: str
    name: str


_OTHER_STAGE = StageName(OTHER, OTHER, OTHER, OTHER, OTHER)
_OTHER_FUNCTION = FunctionName(OTHER, OTHER, OTHER)


def by_stage(meters: Iterable[RequestMeter], shown: int = SHOWN) -> dict[StageName, RequestCounts]:
    """The requests to each stage, as far as they are folded; may be called in a thread."""
    found: dict[StageName, RequestCounts] = {}
    for meter in meters:
        labels = meter.labels
        name = StageName(labels.account, labels.region, labels.api_id, labels.api_name, labels.stage)
        if name not in found and len(found) >= shown:
            name = _OTHER_STAGE
        total = found.setdefault(name, RequestCounts())
        total.merge(meter.ever)
    return found


def by_function(meters: Iterable[FunctionMeter], shown: int = SHOWN) -> dict[FunctionName, InvocationCounts]:
    """The invocations of each function, likewise."""
    found: dict[FunctionName, InvocationCounts] = {}
    for meter in meters:
        name = FunctionName(meter.labels.account, meter.labels.region, meter.labels.name)
        if name not in found and len(found) >= shown:
            name = _OTHER_FUNCTION
        total = found.setdefault(name, InvocationCounts())
        total.merge(meter.ever)
    return found
