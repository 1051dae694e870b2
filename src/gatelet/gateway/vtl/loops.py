"""What a #foreach goes through, and what it leaves behind."""

from __future__ import annotations

from itertools import islice

from gatelet.gateway.vtl.host import HostObject
from gatelet.gateway.vtl.values import MISSING


def items_of(value: object, most: int) -> list[object]:
    """The items, at most so many: a list's own, a map's values. A new list: a loop may change what it goes through."""
    if isinstance(value, list):
        return value[:most]
    if isinstance(value, dict):
        return list(islice(value.values(), most))
    return value.items()[:most] if isinstance(value, HostObject) else []


def restore(variables: dict[str, object], name: str, value: object) -> None:
    """Give a variable the value that it had before a loop."""
    if value is MISSING:
        variables.pop(name, None)
    else:
        variables[name] = value
