"""The settings of a method in its stage. Pure.

A method's own entry overrides ``*/*`` completely. Reference: apigateway-authorization-limits section 9;
apigateway-control-plane section 6.2 (the keys).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

EVERY_METHOD = "*/*"
_NOTHING: Mapping[str, Any] = {}


def settings_of(stage: Mapping[str, Any], path: str, verb: str) -> Mapping[str, Any]:
    """The settings of a method (MethodSetting), empty where the stage has none."""
    key = settings_key(stage, path, verb)
    found: Mapping[str, Any] = _NOTHING if key is None else stage["methodSettings"][key]
    return found


def settings_key(stage: Mapping[str, Any], path: str, verb: str) -> str | None:
    """The key of the entry that counts for a method: its own, else ``*/*``; None: the stage has neither."""
    settings = stage.get("methodSettings") or {}
    # AWS shows the root as ``~1/GET`` and others without their leading slash (apigateway-control-plane 6.2).
    own = f"{path.removeprefix('/').replace('/', '~1') or '~1'}/{verb}"
    escaped = f"{path.replace('/', '~1')}/{verb}"
    plain = f"{path.removeprefix('/')}/{verb}"
    return next((key for key in (own, escaped, plain, EVERY_METHOD) if key in settings), None)
