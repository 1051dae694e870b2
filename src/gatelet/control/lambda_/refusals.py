"""Settings of a function that Gatelet does not enforce yet: configuring one answers 501, naming it.

A setting that says "none" (an empty list, ``PassThrough``) is what Gatelet does anyway, and is accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gatelet.aws import quotas
from gatelet.aws.errors import NotSupported
from gatelet.control.lambda_.errors import too_much

_IsSet = Callable[[Any], bool]


def _holds_anything(value: Any) -> bool:
    return any(value.values()) if isinstance(value, Mapping) else bool(value)


def _is(*values: Any) -> _IsSet:
    return lambda value: value in values


_REFUSED: Mapping[str, _IsSet] = {
    "PackageType": _is("Image"),
    "ImageConfig": _holds_anything,
    "VpcConfig": _holds_anything,
    "DeadLetterConfig": _holds_anything,
    "FileSystemConfigs": _holds_anything,
    "KMSKeyArn": _holds_anything,
    "CodeSigningConfigArn": _holds_anything,
    "PublishTo": _holds_anything,
    "TenancyConfig": _holds_anything,
    "CapacityProviderConfig": _holds_anything,
    "DurableConfig": _holds_anything,
    "RuntimeConfig": _holds_anything,
    "AcceleratorConfig": _holds_anything,
}
"""By member: whether the value asks for something."""

_REFUSED_INSIDE: Mapping[tuple[str, str], _IsSet] = {
    ("TracingConfig", "Mode"): _is("Active"),
}


def refuse_unsupported(request: Mapping[str, Any]) -> None:
    """Raises NotSupported for the first setting of a Create or Update request that would not be enforced."""
    for member, is_set in _REFUSED.items():
        if request.get(member) is not None and is_set(request[member]):
            raise NotSupported(_named(member, request[member]))
    for (outer, member), is_set in _REFUSED_INSIDE.items():
        value = (request.get(outer) or {}).get(member)
        if value is not None and is_set(value):
            raise NotSupported(_named(f"{outer}.{member}", value))
    _check_storage(request.get("EphemeralStorage") or {})


def _check_storage(storage: Mapping[str, Any]) -> None:
    size = storage.get("Size", quotas.EPHEMERAL_STORAGE_MIN_MB)
    if size > quotas.EPHEMERAL_STORAGE_MAX_MB:
        raise too_much("EphemeralStorage.Size", quotas.EPHEMERAL_STORAGE_MAX_MB)


def _named(member: str, value: Any) -> str:
    shown = f" {value}" if isinstance(value, str) else ""
    return f"the function setting {member}{shown}"
