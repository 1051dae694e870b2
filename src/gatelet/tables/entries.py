"""The entries that an item has in the indexes of its table. Pure.

Time to live is an index, too: its entries are sorted by the second at which their items expire.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import orjson

from gatelet.aws import quotas
from gatelet.storage.table_ports import Entry, ItemKey
from gatelet.tables import keys
from gatelet.tables.definition import Index, Table, TimeToLive
from gatelet.tables.sizes import item_size
from gatelet.tables.values import EMPTY, Item

_SECONDS_BYTES = 8
EXPIRING_PARTITION = b""


def entries_of(table: Table, key: ItemKey, item: Item) -> dict[int, Entry]:
    """An entry by the owner of each index that has one."""
    found = {entry.owner: entry for index in table.indexes if (entry := entry_of(index, key, item)) is not None}
    if table.time_to_live is not None and (expiring := expiring_entry(table.time_to_live, key, item)) is not None:
        found[expiring.owner] = expiring
    return found


def entry_of(index: Index, key: ItemKey, item: Item) -> Entry | None:
    """The item's entry in an index; None if it lacks one of the index's keys.

    An item that was there before the index may have a value that is no key: it is left out.
    Reference: Developer Guide ("Detecting and correcting index key violations in DynamoDB").
    """
    for attribute in index.keys:
        value = item.get(attribute.name)
        if value is None or attribute.type not in value or value in EMPTY:
            return None
    partition = keys.partition(item[index.partition.name])
    sort = b"" if index.sort is None else keys.encode(item[index.sort.name])
    if keys.partition_bytes(partition) > quotas.PARTITION_KEY_BYTES or len(sort) > quotas.SORT_KEY_BYTES:
        return None
    kept = project(index, item)
    return Entry(
        index.owner,
        partition,
        sort,
        key.partition,
        key.sort,
        orjson.dumps(kept),
        item_size(kept),
    )


def project(index: Index, item: Item) -> Item:
    """What the index keeps of the item."""
    if index.projected is None:
        return item
    return {name: value for name, value in item.items() if name in index.projected}


def expiring_entry(settings: TimeToLive, key: ItemKey, item: Item) -> Entry | None:
    """The item's entry among those that expire; None if its attribute is no number of seconds."""
    second = expires_at(settings, item)
    if second is None:
        return None
    sort = second.to_bytes(_SECONDS_BYTES, "big")
    return Entry(settings.owner, EXPIRING_PARTITION, sort, key.partition, key.sort, b"", 0)


def expires_at(settings: TimeToLive, item: Item) -> int | None:
    """The epoch second at which the item expires, if it does."""
    number = item.get(settings.attribute, {}).get("N")
    if number is None:
        return None
    second = Decimal(number)
    return int(second) if 0 <= second < 1 << 40 else None


def expired_bounds(now: float) -> tuple[bytes, bytes]:
    """Which entries of a time to live are due: expired, and not for more than five years.

    Reference: Developer Guide ("How it works: DynamoDB Time to Live").
    """
    last = max(int(now), 0)
    first = max(last - quotas.TIME_TO_LIVE_YEARS * 365 * 86_400, 0)
    return first.to_bytes(_SECONDS_BYTES, "big"), last.to_bytes(_SECONDS_BYTES, "big")


def index_changes(
    table: Table, key: ItemKey, old: Item | None, new: Item | None
) -> tuple[list[Entry], list[Entry], dict[int, tuple[int, int]]]:
    """What the indexes lose, what they gain, and how much each of them grows in (rows, bytes)."""
    if not table.indexes and table.time_to_live is None:
        return [], [], {}
    before = {} if old is None else entries_of(table, key, old)
    after = {} if new is None else entries_of(table, key, new)
    removed, added = [], []
    counted: dict[int, tuple[int, int]] = {}
    for owner, left, right in _pairs(before, after):
        if left == right:
            continue
        if left is not None and (right is None or left[:5] != right[:5]):
            removed.append(left)
        if right is not None:
            added.append(right)
        growth = (int(right is not None) - int(left is not None), _size(right) - _size(left))
        if growth != (0, 0):
            counted[owner] = growth
    return removed, added, counted


def _pairs(before: dict[int, Entry], after: dict[int, Entry]) -> Iterator[tuple[int, Entry | None, Entry | None]]:
    for owner in before.keys() | after.keys():
        yield owner, before.get(owner), after.get(owner)


def _size(entry: Entry | None) -> int:
    return 0 if entry is None else entry.size
