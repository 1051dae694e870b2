"""PATCH of a stage's canary, and its promotion. Reference: apigateway-control-plane section 6.2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gatelet.control.apigateway.errors import BadRequest
from gatelet.control.apigateway.patching import unescape
from gatelet.control.apigateway.stage_rules import Stage, check_variables

_OVERRIDES = "/canarySettings/stageVariableOverrides"
_COPIES: Mapping[str, str] = {"/deploymentId": "/canarySettings/deploymentId", "/variables": _OVERRIDES}


def new_canary(given: Mapping[str, Any], deployment_id: str) -> dict[str, Any]:
    """The settings of a canary that is made with a stage or a deployment. Raises BadRequest."""
    overrides = given.get("stageVariableOverrides") or {}
    check_variables(overrides)
    canary = {
        "percentTraffic": _percent(str(given.get("percentTraffic") or 0.0)),
        "deploymentId": given.get("deploymentId") or deployment_id,
        "useStageCache": bool(given.get("useStageCache")),
    }
    return {**canary, "stageVariableOverrides": dict(overrides)} if overrides else canary


def replace(stage: Stage, path: str, value: str | None) -> bool:
    """Change a member of the canary, which is created if it is absent; False: no such path. Raises BadRequest."""
    if path == "/canarySettings/percentTraffic":
        _canary(stage)["percentTraffic"] = _percent(value)
    elif path == "/canarySettings/deploymentId":
        _canary(stage)["deploymentId"] = value
    elif path == "/canarySettings/useStageCache":
        _canary(stage)["useStageCache"] = value == "true"
    elif path.startswith(f"{_OVERRIDES}/"):
        _canary(stage).setdefault("stageVariableOverrides", {})[_entry(path)] = value
    else:
        return False
    return True


def _canary(stage: Stage) -> dict[str, Any]:
    fresh = {"percentTraffic": 0.0, "deploymentId": stage["deploymentId"], "useStageCache": False}
    canary: dict[str, Any] = stage.setdefault("canarySettings", fresh)
    return canary


def _percent(value: str | None) -> float:
    try:
        percent = float(value or "")
    except ValueError:
        percent = -1.0
    if not 0.0 <= percent <= 100.0:
        raise BadRequest("Invalid canary percentTraffic, must be between 0.0 and 100.0")
    return percent


def _entry(path: str) -> str:
    return unescape(path.split("/", 3)[3])


def remove_override(stage: Stage, path: str) -> None:
    """Forget a variable that the canary overrides."""
    overrides = stage.get("canarySettings", {}).get("stageVariableOverrides", {})
    overrides.pop(_entry(path), None)


def promote(stage: Stage, path: str, source: str | None) -> None:
    """Copy the canary's deployment, or merge its variables, into the stage. Raises BadRequest."""
    if path not in _COPIES or _COPIES[path] != source:
        raise BadRequest(
            f"Invalid copy operation with path: {path} and from {source or 'null'}. Valid copy:path are "
            f"[{', '.join(_COPIES)}] and valid copy:from are [{', '.join(_COPIES.values())}]"
        )
    canary = stage.get("canarySettings")
    if canary is None:
        raise BadRequest("Promotion not available. Canary does not exist.")
    if path == "/deploymentId":
        stage["deploymentId"] = canary["deploymentId"]
    elif canary.get("stageVariableOverrides"):
        stage.setdefault("variables", {}).update(canary["stageVariableOverrides"])
