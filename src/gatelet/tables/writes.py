"""What one action does to one item: put, update, delete, or only a check. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import orjson

from gatelet.aws import quotas
from gatelet.storage.table_ports import ItemChange, ItemKey, StreamDraft
from gatelet.tables.definition import Table
from gatelet.tables.entries import index_changes
from gatelet.tables.errors import ConditionFailed, ValidationFailure
from gatelet.tables.expressions.application import apply
from gatelet.tables.expressions.evaluation import holds
from gatelet.tables.expressions.syntax import Condition, Update
from gatelet.tables.key_rules import check_index_keys
from gatelet.tables.records import record_of
from gatelet.tables.sizes import item_size
from gatelet.tables.values import Item, check_depth

TOO_LARGE: Final = "Item size has exceeded the maximum allowed size"
TRANSACTION_TOO_LARGE: Final = "Transaction request size exceeds the maximum allowed size of 4 MB"
TOO_LARGE_UPDATE: Final = "Item size to update has exceeded the maximum allowed size"

_TAKING: Final = frozenset({"REMOVE", "DELETE"})

Kind = Literal["Put", "Update", "Delete", "ConditionCheck"]


@dataclass(frozen=True, slots=True)
class Write:
    """One action on one item.

    ``item`` is the whole new item of a Put, the key attributes of an Update. ``show_item``: a failed condition
    carries the item. ``expiring``: the deletion is time to live's own.
    """

    kind: Kind
    table: Table
    key: ItemKey
    item: Item
    update: Update = ()
    condition: Condition | None = None
    show_item: bool = False
    expiring: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """What became of the item: before and after (None: absent), bytes of both, and entries touched by index owner."""

    old: Item | None
    new: Item | None
    old_size: int
    new_size: int
    entries: dict[int, list[int]]
    """For each index that was written to, the bytes of each entry that was deleted or put."""


def perform(write: Write, stored: bytes | None, now: float) -> tuple[ItemChange | None, Written]:
    """The change (None: nothing changes) and what to tell of it.

    Raises ConditionFailed, ValidationFailure.
    """
    old: Item | None = None if stored is None else orjson.loads(stored)
    if write.condition is not None and not holds(write.condition, old or {}):
        raise ConditionFailed(old if write.show_item else None)
    old_size = 0 if old is None else item_size(old)
    if write.kind == "ConditionCheck":
        return None, Written(old, old, old_size, old_size, {})
    new = _after(write, old)
    new_size = 0 if new is None else _checked_size(write, new)
    if old is None and new is None:
        return None, Written(None, None, 0, 0, {})
    table = write.table
    removed, added, counted = index_changes(table, write.key, old, new)
    growth = (int(new is not None) - int(old is not None), new_size - old_size)
    if growth != (0, 0):
        counted[table.owner] = growth
    record = None
    if table.stream is not None and old != new:
        body = record_of(table, old, new, now, expiring=write.expiring)
        record = StreamDraft(table.stream.owner, now, body)
    encoded = None if new is None else orjson.dumps(new)
    change = ItemChange(write.key, encoded, new_size, removed, added, counted, record)
    entries: dict[int, list[int]] = {}
    for entry in (*removed, *added):
        entries.setdefault(entry.owner, []).append(entry.size)
    return change, Written(old, new, old_size, new_size, entries)


def _after(write: Write, old: Item | None) -> Item | None:
    if write.kind == "Put":
        return write.item
    if write.kind == "Delete":
        return None
    # An update of an item that is not there begins with its keys alone.
    new = apply(write.update, write.item if old is None else old)
    if old is None and write.update and all(action.clause in _TAKING for action in write.update):
        return None  # there was nothing to take away from: no item comes of it
    check_index_keys(write.table, new)
    for action in write.update:
        if len(action.path) > 1 and (changed := new.get(str(action.path[0]))) is not None:
            check_depth(changed)
    return new


def _checked_size(write: Write, item: Item) -> int:
    size = item_size(item)
    if size > quotas.ITEM_BYTES:
        raise ValidationFailure(TOO_LARGE_UPDATE if write.kind == "Update" else TOO_LARGE)
    return size
