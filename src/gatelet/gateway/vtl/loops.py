"""What a #foreach goes through."""

from __future__ import annotations

from itertools import islice

from gatelet.gateway.vtl.host import HostObject


def items_of(value: object, most: int) -> list[object]:
    """The items, at most so many: a list's own, a map's values. A new list: a loop may change what it goes through."""
    if isinstance(value, list):
        return value[:most]
    if isinstance(value, dict):
        return list(islice(value.values(), most))
    return value.items()[:most] if isinstance(value, HostObject) else []
