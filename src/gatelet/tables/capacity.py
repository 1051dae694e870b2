"""Consumed capacity. Pure.

A write takes a unit for each KB of the larger of the old and the new item, a strongly consistent read one for each
4 KB, an eventually consistent read half of it; transactions take double. Every entry of an index that is deleted or
put takes its own. Reference: Developer Guide ("DynamoDB read and write operations").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from gatelet.tables.definition import GLOBAL, Table
from gatelet.tables.writes import Written

_WRITE_UNIT: Final = 1_024
_READ_UNIT: Final = 4_096

Units = dict[int, float]
"""Units by owner: the table's own, its indexes'."""


def read_units(size: int, *, consistent: bool, factor: int = 1) -> float:
    """Units of reading that many bytes at once; nothing read costs the least there is."""
    whole = max(1, -(-size // _READ_UNIT))
    return whole * factor * (1.0 if consistent else 0.5)


def write_units(table: Table, written: Written, factor: int = 1) -> Units:
    """Units of one write."""
    units: Units = {table.owner: factor * _units(max(written.old_size, written.new_size))}
    for owner, sizes in written.entries.items():
        if table.time_to_live is None or owner != table.time_to_live.owner:
            units[owner] = factor * sum(_units(size) for size in sizes)
    return units


def _units(size: int) -> float:
    return float(max(1, -(-size // _WRITE_UNIT)))


def add(total: Units, more: Mapping[int, float]) -> None:
    """Count more units."""
    for owner, units in more.items():
        total[owner] = total.get(owner, 0.0) + units


def consumed(wanted: str | None, table: Table, units: Mapping[int, float], mode: str | None = None) -> Any:
    """The ConsumedCapacity of one table, as ``ReturnConsumedCapacity`` asks for it; None: nothing.

    ``mode`` (``Read`` or ``Write``) names the units once more, as transactions do.
    """
    if wanted not in {"TOTAL", "INDEXES"}:
        return None
    answer = {"TableName": table.name, **_shown(sum(units.values()), mode)}
    if wanted == "INDEXES":
        answer["Table"] = _shown(units.get(table.owner, 0.0), mode)
        for index in table.indexes:
            if index.owner in units:
                member = "GlobalSecondaryIndexes" if index.kind == GLOBAL else "LocalSecondaryIndexes"
                answer.setdefault(member, {})[index.name] = _shown(units[index.owner], mode)
    return answer


def _shown(units: float, mode: str | None) -> dict[str, Any]:
    shown: dict[str, Any] = {"CapacityUnits": units}
    if mode is not None:
        shown[f"{mode}CapacityUnits"] = units
    return shown


def each(
    wanted: str | None, totals: Iterable[tuple[Table, Mapping[int, float]]], mode: str | None = None
) -> list[Any] | None:
    """The list of ConsumedCapacity of several tables; None if nobody asked for it."""
    if wanted not in {"TOTAL", "INDEXES"}:
        return None
    return [consumed(wanted, table, units, mode) for table, units in totals]
