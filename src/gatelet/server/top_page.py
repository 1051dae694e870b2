"""``/_gatelet/top``: what was counted since the start, as JSON. Two of these make a rate (gatelet.cli.top)."""

from __future__ import annotations

import asyncio
from typing import Any

from gatelet.functions.life_cycle import State
from gatelet.functions.load import FunctionLoad
from gatelet.metrics.totals import FunctionName, by_function, by_stage
from gatelet.server.observed import Observed
from gatelet.storage.metric_points import Distribution

_SHOWN = {
    State.STARTING: "starting",
    State.INITIALIZING: "starting",
    State.IDLE: "idle",
    State.BUSY: "busy",
    State.DRAINING: "busy",
}


async def top_page(observed: Observed) -> dict[str, Any]:
    """``at`` and ``began`` in epoch seconds; distributions in milliseconds, their buckets as MetricPoints has them."""
    await observed.metrics.fold()
    return await asyncio.to_thread(_page, observed, observed.functions.load())


def _page(observed: Observed, load: FunctionLoad) -> dict[str, Any]:
    environments = _environments(load)
    running = {_function(arn): count for arn, count in load.running.items()}
    return {
        "at": observed.clock.now(),
        "began": observed.began,
        "connections": {name: server.connections for name, server in observed.listening.items()},
        "waiting": load.waiting,
        "stages": [
            {
                **stage._asdict(),
                "count": counts.count,
                "clientErrors": counts.client_errors,
                "serverErrors": counts.server_errors,
                "hits": counts.hits,
                "misses": counts.misses,
                "latency": _distribution(counts.latency),
            }
            for stage, counts in by_stage(observed.metrics.requests.meters()).items()
        ],
        "functions": [
            {
                **function._asdict(),
                "errors": counts.errors,
                "throttles": counts.throttles,
                "duration": _distribution(counts.duration),
                "init": _distribution(counts.init),
                "running": running.get(function, 0),
                "environments": environments.get(function, {}),
            }
            for function, counts in by_function(observed.metrics.functions.meters()).items()
        ],
    }


def _environments(load: FunctionLoad) -> dict[FunctionName, dict[str, int]]:
    """By function, how many there are of each name of ``_SHOWN``."""
    found: dict[FunctionName, dict[str, int]] = {}
    for (arn, state), count in load.environments.items():
        of_function = found.setdefault(_function(arn), dict.fromkeys(_SHOWN.values(), 0))
        if state in _SHOWN:
            of_function[_SHOWN[state]] += count
    return found


def _function(arn: str) -> FunctionName:
    _, _, _, region, account, _, name = arn.split(":")[:7]
    return FunctionName(account, region, name)


def _distribution(samples: Distribution) -> dict[str, Any]:
    return {"count": samples.count, "total": samples.total, "buckets": list(samples.buckets.items())}
