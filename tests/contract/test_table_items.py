"""The port of tables' items (storage/table_ports.py)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import cast

import pytest
from tests.contract.conftest import Driver

from gatelet.storage.ports import Storage
from gatelet.storage.sqlite.directory import DataDirectory
from gatelet.storage.table_ports import (
    Definition,
    DefinitionChanged,
    DefinitionExists,
    Entry,
    ItemChange,
    ItemKey,
    Page,
    PageRange,
    StoredStream,
    StreamDraft,
    TableItems,
    Token,
    TokenUsed,
    owner_of,
)

Story = Callable[[TableItems], Awaitable[None]]


def told(driver: Driver, story: Story) -> None:
    """Run the story over the driver's tables."""

    async def opened(storage: Storage) -> None:
        await story(cast(DataDirectory, storage).table_items)

    driver.run(opened)


async def made(items: TableItems, name: str = "t") -> Definition:
    return await items.create("000000000000", "us-east-1", name, {"name": name})


def putting(*changes: ItemChange) -> Callable[[Sequence[bytes | None]], tuple[list[ItemChange], list[bytes | None]]]:
    return lambda stored: (list(changes), list(stored))


def key(definition: Definition, partition: str, sort: str = "") -> ItemKey:
    return ItemKey(owner_of(definition.id, 0), partition.encode(), sort.encode())


async def put(items: TableItems, definition: Definition, partition: str, sort: str, text: str) -> None:
    where = key(definition, partition, sort)
    change = ItemChange(where, text.encode(), len(text), counted={where.owner: (1, len(text))})
    await items.change({definition.id: definition.revision}, [where], putting(change))


def test_definitions_survive(driver: Driver) -> None:
    async def first(items: TableItems) -> None:
        one = await made(items)
        two = await items.replace(one, {"name": "changed"})
        assert (two.id, two.revision, two.document) == (one.id, 2, {"name": "changed"})
        with pytest.raises(DefinitionExists):
            await made(items)
        with pytest.raises(DefinitionChanged):
            await items.replace(one, {})
        with pytest.raises(DefinitionChanged):
            await items.remove(one, [], [])
        assert (await made(items, "u")).id != one.id

    async def then(items: TableItems) -> None:
        assert [found.document["name"] for found in await items.definitions()] == ["changed", "u"]

    told(driver, first)
    told(driver, then)


def test_ids_are_never_used_again(driver: Driver) -> None:
    async def story(items: TableItems) -> None:
        one = await made(items)
        await items.remove(one, [], [owner_of(one.id, 0)])
        assert (await made(items)).id > one.id

    told(driver, story)


def test_a_change_is_all_or_nothing(driver: Driver) -> None:
    async def story(items: TableItems) -> None:
        table = await made(items)
        where = key(table, "a")
        entry = Entry(where.owner + 1, b"p", b"s", where.partition, where.sort, b"e", 1)
        change = ItemChange(
            where, b"1", 1, added=[entry], counted={where.owner: (1, 1)}, record=StreamDraft(where.owner + 2, 1.0, b"r")
        )
        revisions = {table.id: table.revision}
        assert await items.change(revisions, [where], putting(change)) == [None]
        assert await items.change(revisions, [where], putting()) == [b"1"]

        def fail(stored: Sequence[bytes | None]) -> tuple[list[ItemChange], None]:
            raise LookupError(stored)

        with pytest.raises(LookupError):
            await items.change(revisions, [where], fail)
        with pytest.raises(DefinitionChanged):
            await items.change({table.id: 7}, [where], putting(change))
        assert await items.get(where) == b"1"
        assert await items.count(where.owner) == (1, 1)
        assert await items.page(PageRange(entry.owner, entries=True), None, 100, lambda page: len(page.rows)) == 1
        assert [record.body for record in await items.records(where.owner + 2, 0, 10, 100)] == [b"r"]

    told(driver, story)


def test_a_token_counts_once(driver: Driver) -> None:
    async def story(items: TableItems) -> None:
        table = await made(items)
        where = key(table, "a")
        revisions = {table.id: table.revision}

        async def once(digest: bytes, now: float) -> list[bytes | None] | None:
            change = putting(ItemChange(where, b"x", 1))
            return await items.change(revisions, [where], change, Token("t", digest, now, now + 10))

        assert await once(b"d", 0) == [None]
        assert await once(b"d", 5) is None
        with pytest.raises(TokenUsed):
            await once(b"e", 5)
        assert await once(b"e", 11) == [b"x"]

    told(driver, story)


def everything(page: Page) -> list[tuple[str, str]]:
    return [(row.partition.decode(), row.sort.decode()) for row in page.rows]


RANGES: list[tuple[dict[str, object], str]] = [
    ({}, "a1 a2 a3 b1 b2 c1"),
    ({"low": b"b"}, "b1 b2 c1"),
    ({"low": b"b", "high": b"c"}, "b1 b2"),
    ({"after": (b"a", b"3", b"", b"")}, "b1 b2 c1"),
    ({"partition": b"a"}, "a1 a2 a3"),
    ({"partition": b"a", "backwards": True}, "a3 a2 a1"),
    ({"partition": b"a", "low": b"2"}, "a2 a3"),
    ({"partition": b"a", "high": b"2"}, "a1"),
    ({"partition": b"a", "after": (b"a", b"1", b"", b"")}, "a2 a3"),
    ({"partition": b"a", "after": (b"a", b"3", b"", b""), "backwards": True}, "a2 a1"),
    ({"partition": b"x"}, ""),
]


def test_pages_are_ranges_in_order(driver: Driver) -> None:
    async def story(items: TableItems) -> None:
        table = await made(items)
        owner = owner_of(table.id, 0)
        for name in ("b2", "a3", "c1", "a1", "b1", "a2"):
            await put(items, table, name[0], name[1], "x" * 10)
        for given, expected in RANGES:
            wanted = PageRange(owner, entries=False, **given)  # type: ignore[arg-type]
            found = await items.page(wanted, None, 1_000, everything)
            assert " ".join(partition + sort for partition, sort in found) == expected
        wanted = PageRange(owner, entries=False)
        limits = ((2, 1_000, 2, True), (6, 1_000, 6, False), (None, 35, 3, True), (None, 1, 1, True))
        for limit, size, count, more in limits:
            page = await items.page(wanted, limit, size, lambda found: found)
            assert (len(page.rows), page.more) == (count, more)

    told(driver, story)


def test_long_pages_are_the_same(driver: Driver) -> None:
    """A page that a thread reads does not differ from one that the loop reads."""

    async def story(items: TableItems) -> None:
        table = await made(items)
        names = [f"{at:03d}" for at in range(150)]
        await asyncio.gather(*(put(items, table, "p", name, "x" * 500) for name in names))
        wanted = PageRange(owner_of(table.id, 0), entries=False, partition=b"p")
        assert [sort for _, sort in await items.page(wanted, None, 100_000, everything)] == names
        assert [sort for _, sort in await items.page(wanted, 140, 100_000, everything)] == names[:140]
        assert len(await items.page(wanted, None, 50_000, everything)) == 100

    told(driver, story)


def test_rows_of_dropped_owners_go(driver: Driver) -> None:
    async def story(items: TableItems) -> None:
        table, other = await made(items), await made(items, "u")
        for definition in (table, other):
            for at in range(5):
                await put(items, definition, "p", str(at), "x")
        await items.remove(table, [], [owner_of(table.id, 0)])
        rounds = 0
        while await items.purge(2):
            rounds += 1
        assert rounds == 4
        assert await items.count(owner_of(table.id, 0)) == (0, 0)
        assert await items.page(PageRange(owner_of(table.id, 0), entries=False), None, 100, everything) == []
        assert await items.count(owner_of(other.id, 0)) == (5, 5)

    told(driver, story)


def test_streams_and_their_records(driver: Driver) -> None:
    async def story(items: TableItems) -> None:
        stream = StoredStream(3, "000000000000", "us-east-1", "t", "label", {"view": "KEYS_ONLY"}, 5.0)
        table = await items.create("000000000000", "us-east-1", "t", {}, [stream])
        owner = owner_of(table.id, 3)
        assert await items.streams("000000000000", "us-east-1") == [stream.of(table.id)]
        assert await items.record_bounds(owner) == (0, 0)
        waiting = asyncio.create_task(cast("asyncio.Future[None]", items.written()))  # type: ignore[arg-type]
        await asyncio.sleep(0)
        where = key(table, "a")
        for at in range(4):
            record = StreamDraft(owner, float(at), b"r%d" % at)
            await items.change({table.id: 1}, [where], putting(ItemChange(where, b"x", 1, record=record)))
        await waiting
        assert await items.record_bounds(owner) == (1, await items.latest_record()) == (1, 4)
        assert [found.body for found in await items.records(owner, 1, 2, 100)] == [b"r1", b"r2"]
        assert [found.body for found in await items.records(owner, 0, 10, 3)] == [b"r0"]
        assert await items.trim_records(2.0, 10) == 2
        assert await items.record_bounds(owner) == (3, 4)

    told(driver, story)


def test_get_many_is_one_moment(driver: Driver) -> None:
    async def story(items: TableItems) -> None:
        table = await made(items)
        pair = [key(table, "a"), key(table, "b")]

        async def write() -> None:
            for at in range(40):
                text = str(at).encode()
                changes = [ItemChange(where, text, 1) for where in pair]
                await items.change({table.id: 1}, pair, putting(*changes))

        async def read() -> None:
            for _ in range(40):
                left, right = await items.get_many(pair)
                assert left == right

        await asyncio.gather(write(), read())

    told(driver, story)
