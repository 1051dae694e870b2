"""A canary release: some of a stage's requests are served by another deployment. Pure.

Reference: apigateway-authorization-limits section 11.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gatelet.gateway.snapshot import Snapshot


CACHE_OF = "cacheOf"
"""A member of the stage that a canary sees: the name of its own cache."""


@dataclass(frozen=True, slots=True)
class Canary:
    """The other deployment, and the share of requests (0 to 1) that it serves."""

    snapshot: Snapshot
    share: float


def draw(snapshot: Snapshot, fraction: float) -> tuple[Snapshot, bool | None]:
    """What serves a request, and whether it is the canary (None: the stage has none). ``fraction`` in [0, 1)."""
    canary = snapshot.canary
    if canary is None:
        return snapshot, None
    return (canary.snapshot, True) if fraction < canary.share else (snapshot, False)


def canary_stage(stage: Mapping[str, Any]) -> dict[str, Any]:
    """The stage as its canary sees it: another deployment, and its variables overlaid."""
    settings = stage["canarySettings"]
    variables = {**(stage.get("variables") or {}), **(settings.get("stageVariableOverrides") or {})}
    rest = {name: value for name, value in stage.items() if name != "canarySettings"}
    own_cache = {} if settings.get("useStageCache") else {CACHE_OF: f"{stage['stageName']}/Canary"}
    return {
        **rest,
        **own_cache,
        "deploymentId": settings.get("deploymentId") or stage["deploymentId"],
        "variables": variables,
    }
