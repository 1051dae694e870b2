"""Pages of items and of index entries, read from SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

from gatelet.storage.sqlite.reader import Reader
from gatelet.storage.table_ports import Page, PageRange, Row
from gatelet.storage.table_statements import page_statement

# What one page may take in the event loop; a longer one is read by a thread.
_LOOP_ROWS = 64
_LOOP_BYTES = 32_768


def read_page(connection: sqlite3.Connection, wanted: PageRange, limit: int | None, max_bytes: int) -> Page:
    """The page (see ports.TableItems.page)."""
    cursor = connection.cursor()
    try:
        return _collect(cursor.execute(*_question(wanted)), limit, max_bytes)
    finally:
        cursor.close()


def read_short_page(reader: Reader, wanted: PageRange, limit: int | None, max_bytes: int) -> Page | None:
    """The page now, or None if it may be long."""
    enough = _LOOP_ROWS + 1 if limit is None else min(limit, _LOOP_ROWS) + 1
    rows = reader.few(*_question(wanted, enough), rows=_LOOP_ROWS, measure=4, size=_LOOP_BYTES)
    return None if rows is None else _collect(rows, limit, max_bytes)


def _question(wanted: PageRange, limit: int | None = None) -> tuple[str, dict[str, Any]]:
    parameters: dict[str, Any] = {"owner": wanted.owner, "partition": wanted.partition, "low": wanted.low}
    parameters["high"] = wanted.high
    if wanted.after is not None:
        names = ("after_partition", "after_sort", "after_base_partition", "after_base_sort")
        parameters.update(zip(names, wanted.after, strict=True))
    statement = page_statement(
        entries=wanted.entries,
        one_partition=wanted.partition is not None,
        ended=wanted.high is not None,
        continued=wanted.after is not None,
        backwards=wanted.backwards,
    )
    if limit is not None:
        statement += f" limit {limit}"
    return statement, parameters


def _collect(rows: Iterable[tuple[Any, ...]], limit: int | None, max_bytes: int) -> Page:
    found: list[Row] = []
    taken = 0
    for row in rows:
        taken += row[5]
        if len(found) == limit or (found and taken > max_bytes):
            return Page(found, more=True)
        found.append(Row(*row))
    return Page(found, more=False)
