"""Queries and scans: what to read, and what an answer shows of it. Pure.

Reference: platform-neighbours section 2; API Reference (Query, Scan).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from gatelet.storage.table_ports import ItemKey, Page, PageRange, Row
from gatelet.tables import keys
from gatelet.tables.definition import Index, KeyAttribute, Table
from gatelet.tables.errors import ValidationFailure
from gatelet.tables.expressions.evaluation import holds
from gatelet.tables.expressions.key_conditions import KeyConditions
from gatelet.tables.expressions.selection import select, tree_of
from gatelet.tables.expressions.syntax import Condition, Path
from gatelet.tables.key_rules import empty_key
from gatelet.tables.sizes import item_size
from gatelet.tables.values import EMPTY, Item, read_value, type_of

_OUTSIDE = "The provided starting key is outside query boundaries based on provided conditions"
_INVALID = "The provided starting key is invalid"


@dataclass(frozen=True, slots=True)
class Read:
    """One page to read. ``fetch``: the index does not have all that is asked for; its items do."""

    table: Table
    index: Index | None
    range: PageRange
    limit: int | None = None
    filter: Condition | None = None
    projection: tuple[Path, ...] | None = None
    count_only: bool = False
    consistent: bool = False
    fetch: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """One page: its items (fragments of JSON), how many matched and were read, and where it ended."""

    items: list[Any]
    count: int
    scanned: int
    last_key: Item | None
    size: int
    """Bytes that were read of the table or the index."""
    fetched: tuple[int, ...] = ()
    """Bytes of each item that was read beside the index, which lacked what was asked for."""


def key_range(owner: int, index: Index | None, sort: KeyAttribute | None, given: KeyConditions) -> PageRange:
    """The rows that meet the key conditions, in ascending order."""
    partition = keys.partition(given.partition)
    low, high = b"", None
    if given.sort is not None and sort is not None:
        low, high = _sort_bounds(given.sort.operator, [keys.encode(value) for value in given.sort.values])
    return PageRange(owner, index is not None, partition, low, high)


def _sort_bounds(operator: str, encoded: list[bytes]) -> tuple[bytes, bytes | None]:
    first = encoded[0]
    if operator == "=":
        return first, keys.successor(first)
    if operator == "BETWEEN":
        return first, keys.successor(encoded[1])
    if operator == "begins_with":
        return first, keys.after_prefix(first)
    if operator == "<":
        return b"", first
    if operator == "<=":
        return b"", keys.successor(first)
    return (first if operator == ">=" else keys.successor(first)), None


def start_position(
    table: Table, index: Index | None, wanted: PageRange, raw: Mapping[str, Any]
) -> tuple[bytes, bytes, bytes, bytes]:
    """The position of an ExclusiveStartKey. Raises ValidationFailure."""
    start = {name: read_value(value) for name, value in raw.items()}
    expected = {key.name: key for key in (*table.keys, *(() if index is None else index.keys))}
    if start.keys() != expected.keys():
        raise ValidationFailure(f"{_INVALID}: The provided key element does not match the schema")
    for name, value in start.items():
        if type_of(value) != expected[name].type:
            raise ValidationFailure(f"{_INVALID}: The provided key element does not match the schema")
        if value in EMPTY:
            raise ValidationFailure(f"{_INVALID}: {empty_key(name, value)}")
    own = _position(table.keys, start)
    position = (*own, b"", b"") if index is None else (*_position(index.keys, start), *own)
    sorted_by = position[1] if wanted.partition is not None else position[0]
    outside = sorted_by < wanted.low or (wanted.high is not None and sorted_by >= wanted.high)
    if wanted.partition is not None and (position[0] != wanted.partition or outside):
        raise ValidationFailure(_OUTSIDE)
    if outside:
        raise ValidationFailure(f"{_INVALID}: Start key is outside the segment")
    return position


def _position(attributes: tuple[KeyAttribute, ...], item: Item) -> tuple[bytes, bytes]:
    sort = keys.encode(item[attributes[1].name]) if len(attributes) == 2 else b""
    return keys.partition(item[attributes[0].name]), sort


def base_keys(read: Read, page: Page) -> list[ItemKey]:
    """Where the items of a page of entries are."""
    return [ItemKey(read.table.owner, row.base_partition, row.base_sort) for row in page.rows]


def shape(read: Read, page: Page, fetched: Iterable[bytes | None] | None = None) -> Found:
    """The page as it is answered. ``fetched``: the items behind a page of entries, where they were asked for."""
    rows = page.rows
    # An item that was deleted after the page of entries was read is not there any more.
    contents = [row.item for row in rows] if fetched is None else [one for one in fetched if one is not None]
    last_key = None
    if rows and (page.more or len(rows) == read.limit):
        last_key = _last_key(read, rows[-1])
    size = sum([row.size for row in rows])
    sizes = () if fetched is None else tuple([item_size(orjson.loads(content)) for content in contents])
    if read.filter is None and read.projection is None:
        items = [] if read.count_only else [orjson.Fragment(content) for content in contents]
        return Found(items, len(contents), len(contents), last_key, size, sizes)
    matching: list[Any] = []
    count = 0
    tree = None if read.projection is None else tree_of(read.projection)
    for content in contents:
        item = orjson.loads(content)
        if read.filter is not None and not holds(read.filter, item):
            continue
        count += 1
        if not read.count_only:
            matching.append(orjson.Fragment(content if tree is None else orjson.dumps(select(item, tree))))
    return Found(matching, count, len(contents), last_key, size, sizes)


def _last_key(read: Read, row: Row) -> Item:
    item = orjson.loads(row.item)
    attributes = (*read.table.keys, *(() if read.index is None else read.index.keys))
    return {key.name: item[key.name] for key in attributes}
