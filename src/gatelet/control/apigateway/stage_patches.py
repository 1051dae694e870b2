"""PATCH of a stage. Its paths hold free text and its sentences are its own, so it has its own small engine.

Reference: apigateway-control-plane section 6.2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from gatelet.aws.errors import AwsError
from gatelet.control.apigateway import stage_canary
from gatelet.control.apigateway.errors import BadRequest
from gatelet.control.apigateway.method_settings import SETTINGS, change_setting, remove_settings
from gatelet.control.apigateway.patching import unescape
from gatelet.control.apigateway.stage_rules import Stage

_ACCESS_LOG = "/accessLogSettings"
_ACCESS_LOG_PATHS = (f"{_ACCESS_LOG}/destinationArn", f"{_ACCESS_LOG}/format")

_METHOD = "/{resourcePath}/{httpMethod}"
_KNOWN = (
    "/deploymentId, /description, /cacheClusterEnabled, /cacheClusterSize, /clientCertificateId, "
    "/accessLogSettings, /accessLogSettings/destinationArn, /accessLogSettings/format, "
    f"{_METHOD}/metrics/enabled, {_METHOD}/logging/dataTrace, {_METHOD}/logging/loglevel, "
    f"{_METHOD}/throttling/burstLimit{_METHOD}/throttling/rateLimit{_METHOD}/caching/ttlInSeconds, "
    f"{_METHOD}/caching/enabled, {_METHOD}/caching/dataEncrypted, "
    f"{_METHOD}/caching/requireAuthorizationForCacheControl, "
    f"{_METHOD}/caching/unauthorizedCacheControlHeaderStrategy, "
    "/*/*/metrics/enabled, /*/*/logging/dataTrace, /*/*/logging/loglevel, /*/*/throttling/burstLimit "
    "/*/*/throttling/rateLimit /*/*/caching/ttlInSeconds, /*/*/caching/enabled, /*/*/caching/dataEncrypted, "
    "/*/*/caching/requireAuthorizationForCacheControl, /*/*/caching/unauthorizedCacheControlHeaderStrategy, "
    "/variables/{variable_name}, /tracingEnabled"
)
"""AWS's own list, its missing commas included."""

_Replace = Callable[[Stage, str | None], None]


def _text(member: str) -> _Replace:
    def apply(stage: Stage, value: str | None) -> None:
        if value:
            stage[member] = value
        else:
            stage.pop(member, None)

    return apply


def _flag(member: str) -> _Replace:
    def apply(stage: Stage, value: str | None) -> None:
        stage[member] = value == "true"

    return apply


_REPLACE: Mapping[str, _Replace] = {
    "/deploymentId": lambda stage, value: stage.update(deploymentId=value),
    "/description": _text("description"),
    "/cacheClusterEnabled": _flag("cacheClusterEnabled"),
    "/cacheClusterSize": _text("cacheClusterSize"),
    "/clientCertificateId": _text("clientCertificateId"),
    "/tracingEnabled": _flag("tracingEnabled"),
    "/documentationVersion": _text("documentationVersion"),
}


def apply_patch(stage: Stage, operations: Iterable[Mapping[str, Any]] | None) -> None:
    """Apply the operations in their order; the caller checks what they lead to. Raises AwsError."""
    for operation in operations or ():
        op, path, value = operation.get("op"), operation.get("path") or "null", operation.get("value")
        if op == "replace":
            _replace(stage, path, value)
        elif op == "add":
            _add(stage, path, value)
        elif op == "remove":
            _remove(stage, path)
        elif op == "copy":
            stage_canary.promote(stage, path, operation.get("from"))
        else:
            raise BadRequest("Invalid patch operation specified. Must be one of: [replace, add, remove, copy]")


def _replace(stage: Stage, path: str, value: str | None) -> None:
    if path in _REPLACE:
        _REPLACE[path](stage, value)
    elif path.startswith(_ACCESS_LOG):
        _set_access_log(stage, path, value)
    elif path.startswith("/variables/"):
        stage.setdefault("variables", {})[_entry(path)] = value
    elif path.startswith("/canarySettings/"):
        if not stage_canary.replace(stage, path, value):
            raise unknown_path(path)
    else:
        method, tail = _method_setting(path)
        change_setting(stage["methodSettings"], method, tail, value)


def _method_setting(path: str) -> tuple[str, str]:
    """``/test/GET/throttling/burstLimit`` is the setting ``throttling/burstLimit`` of ``test/GET``."""
    parts = path.split("/", 3)
    if len(parts) != 4 or not parts[1] or not parts[2] or parts[3] not in SETTINGS:
        raise unknown_path(path)
    return f"{parts[1]}/{parts[2]}", parts[3]


def _entry(path: str) -> str:
    """``/variables/color`` names ``color``."""
    return unescape(path.split("/", 2)[2])


def _set_access_log(stage: Stage, path: str, value: str | None) -> None:
    if path not in _ACCESS_LOG_PATHS:
        raise BadRequest(f"Invalid accessLogSettings path. Must be one of : [{', '.join(_ACCESS_LOG_PATHS)}]")
    if not value:
        raise BadRequest("Access Log value must not be empty")
    stage.setdefault("accessLogSettings", {})[path.rpartition("/")[2]] = value


def _add(stage: Stage, path: str, value: str | None) -> None:
    if not path.startswith(_ACCESS_LOG):
        raise BadRequest(f"Invalid add operation with path: {path}")
    _set_access_log(stage, path, value)


def _remove(stage: Stage, path: str) -> None:
    if path == _ACCESS_LOG:
        stage.pop("accessLogSettings", None)
    elif path == "/canarySettings":
        stage.pop("canarySettings", None)
    elif path.startswith("/canarySettings/stageVariableOverrides/"):
        stage_canary.remove_override(stage, path)
    elif path.startswith("/variables/"):
        _remove_variable(stage, _entry(path))
    else:
        remove_settings(stage["methodSettings"], path.removeprefix("/"))


def _remove_variable(stage: Stage, name: str) -> None:
    variables = stage.get("variables", {})
    variables.pop(name, None)
    if not variables:
        stage.pop("variables", None)


def unknown_path(path: str) -> AwsError:
    """AWS's answer to a path that a stage does not have."""
    return BadRequest(f"Invalid method setting path: {path}. Must be one of: [{_KNOWN}]")
