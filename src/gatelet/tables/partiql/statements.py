"""What a statement says: table, and trees of the expression language."""

from __future__ import annotations

from dataclasses import dataclass

from gatelet.tables.expressions.syntax import Condition, Path, Update
from gatelet.tables.values import Item


@dataclass(frozen=True, slots=True)
class Select:
    """``columns`` None: everything. ``order``: attributes with whether they descend."""

    table: str
    index: str | None
    columns: tuple[Path, ...] | None
    where: Condition | None
    order: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Insert:
    """A new item."""

    table: str
    item: Item


@dataclass(frozen=True, slots=True)
class Change:
    """UPDATE. ``returning`` is one of the values of UpdateItem's ReturnValues."""

    table: str
    update: Update
    where: Condition
    returning: str = "NONE"


@dataclass(frozen=True, slots=True)
class Delete:
    """``returning`` is NONE or ALL_OLD."""

    table: str
    where: Condition
    returning: str = "NONE"


@dataclass(frozen=True, slots=True)
class Exists:
    """A transaction's condition: the selection finds an item."""

    select: Select


Statement = Select | Insert | Change | Delete | Exists
