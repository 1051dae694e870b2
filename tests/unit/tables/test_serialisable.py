"""Concurrent writes happen one after the other, whatever they rest on."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from pathlib import Path

import orjson
from tests.contract.tables_child import DOCUMENT, SCOPE, count, put
from tests.unit.control.plane import TickingClock

from gatelet.storage.sqlite.directory import open_data_directory
from gatelet.tables.definition import Table
from gatelet.tables.errors import ConditionFailed, TableNotFound, TransactionCancelled
from gatelet.tables.expressions.syntax import Action, Attribute, Compare, Literal, Predicate, Sum
from gatelet.tables.key_rules import key_of
from gatelet.tables.service import Tables
from gatelet.tables.values import Item
from gatelet.tables.writes import Write


def told(place: Path, story: Callable[[Tables, Table], Awaitable[None]]) -> None:
    async def opened() -> None:
        async with open_data_directory(place) as data:
            tables = Tables(data.table_items, TickingClock())
            await story(tables, await tables.catalogue.create(SCOPE, "t", DOCUMENT, []))

    asyncio.run(opened())


async def number(tables: Tables, table: Table, name: str) -> int:
    held = await tables.get(key_of(table, {"id": {"S": name}}))
    return 0 if held is None else int(orjson.loads(held)["n"]["N"])


def test_counters_lose_nothing(tmp_path: Path) -> None:
    async def story(tables: Tables, table: Table) -> None:
        await asyncio.gather(*(tables.write(count(table, 1)) for _ in range(200)))
        assert await number(tables, table, "counter-1") == 200

    told(tmp_path, story)


def test_one_of_many_makes_an_item(tmp_path: Path) -> None:
    async def story(tables: Tables, table: Table) -> None:
        async def create(writer: int) -> bool:
            write = put(table, "same", writer)
            condition = Predicate("attribute_not_exists", (Attribute(("id",)),))
            try:
                await tables.write(Write("Put", table, write.key, write.item, condition=condition))
            except ConditionFailed:
                return False
            return True

        made = await asyncio.gather(*(create(writer) for writer in range(50)))
        assert sum(made) == 1
        held = orjson.loads(await tables.get(put(table, "same", 0).key) or b"")
        assert held["writer"]["S"] == f"w{made.index(True)}"

    told(tmp_path, story)


def test_optimistic_locking(tmp_path: Path) -> None:
    """Developer Guide ("Optimistic locking with version number"): read, then write if nobody did meanwhile."""

    async def story(tables: Tables, table: Table) -> None:
        key: Item = {"id": {"S": "v"}}
        where = key_of(table, key)
        await tables.write(Write("Put", table, where, {**key, "n": {"N": "0"}}))

        async def increment() -> None:
            while True:
                held = await number(tables, table, "v")
                await asyncio.sleep(0)
                known = Compare("=", Attribute(("n",)), Literal({"N": str(held)}))
                more = (Action("SET", ("n",), Literal({"N": str(held + 1)})),)
                try:
                    await tables.write(Write("Update", table, where, key, more, known))
                except ConditionFailed:
                    continue
                return

        await asyncio.gather(*(increment() for _ in range(20)))
        assert await number(tables, table, "v") == 20

    told(tmp_path, story)


def test_transfers_keep_the_sum(tmp_path: Path) -> None:
    """Transactions between accounts: no account below zero, nothing made or lost, at every moment."""
    chance = random.Random(7)

    async def story(tables: Tables, table: Table) -> None:
        accounts: list[Item] = [{"id": {"S": f"account-{at}"}} for at in range(6)]
        keys = [key_of(table, account) for account in accounts]
        for account, key in zip(accounts, keys, strict=True):
            await tables.write(Write("Put", table, key, {**account, "n": {"N": "10"}}))

        async def transfer(source: int, target: int, amount: int) -> bool:
            given = Literal({"N": str(amount)})
            n = Attribute(("n",))
            minus = (Action("SET", ("n",), Sum(n, given, subtract=True)),)
            plus = (Action("SET", ("n",), Sum(n, given, subtract=False)),)
            enough = Compare(">=", n, given)
            try:
                await tables.transact(
                    [
                        Write("Update", table, keys[source], accounts[source], minus, enough),
                        Write("Update", table, keys[target], accounts[target], plus),
                    ]
                )
            except TransactionCancelled:
                return False
            return True

        async def watch() -> None:
            for _ in range(30):
                held = [int(orjson.loads(one or b"")["n"]["N"]) for one in await tables.get_many(keys)]
                assert sum(held) == 60
                assert min(held) >= 0

        moves = [(*chance.sample(range(6), 2), chance.randrange(1, 9)) for _ in range(150)]
        done = await asyncio.gather(watch(), *(transfer(*move) for move in moves))
        assert {True, False} <= set(done[1:]), "some had enough, some had not"

    told(tmp_path, story)


def test_a_definition_may_change_under_writes(tmp_path: Path) -> None:
    async def story(tables: Tables, table: Table) -> None:
        async def change() -> None:
            current = table
            for at in range(10):
                current = await tables.catalogue.replace(current, {**current.document, "Tags": {"n": str(at)}})

        await asyncio.gather(change(), *(tables.write(put(table, f"item-{at}", at)) for at in range(50)))
        assert await tables.items.count(table.owner) == (50, sum(len(f"item-{at}w{at}idwriter") for at in range(50)))
        last = tables.table(SCOPE, "t")
        gone = asyncio.gather(
            tables.catalogue.remove(last, [], [last.owner]), tables.write(put(table, "late", 1)), return_exceptions=True
        )
        assert isinstance((await gone)[1], TableNotFound)

    told(tmp_path, story)
