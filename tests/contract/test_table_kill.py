"""``kill -9`` during thousands of transactions: all that was acknowledged is there, and no half of anything."""

from __future__ import annotations

import asyncio
import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import orjson
from tests.contract.tables_child import SCOPE

from gatelet.aws import quotas
from gatelet.aws.clock import SystemClock
from gatelet.storage.sqlite.directory import open_data_directory
from gatelet.storage.table_ports import PageRange, Row, TableItems
from gatelet.tables.service import Tables

CHILD = Path(__file__).with_name("tables_child.py")
ROUNDS = 2
MOMENTS = random.Random(20_261)


def write_until_killed(place: Path, round_number: int, acknowledgements: int) -> set[str]:
    """The transactions that the child said were done before it died."""
    child = subprocess.Popen(
        [sys.executable, str(CHILD), str(place), str(round_number)], stdout=subprocess.PIPE, cwd=CHILD.parents[2]
    )
    assert child.stdout is not None
    with child.stdout as lines:
        heard = [lines.readline() for _ in range(acknowledgements)]
        child.send_signal(signal.SIGKILL)
        heard += lines.readlines()
    assert child.wait() == -signal.SIGKILL
    assert all(line.endswith(b"\n") for line in heard)
    return {line.decode().strip() for line in heard}


async def all_rows(items: TableItems, owner: int, *, entries: bool) -> list[Row]:
    wanted = PageRange(owner, entries=entries)
    return list(await items.page(wanted, None, 100 * quotas.MIB, lambda page: page.rows))


def test_every_acknowledged_transaction_survives_whole(tmp_path: Path) -> None:
    acknowledged: set[str] = set()
    for round_number in range(ROUNDS):
        acknowledged |= write_until_killed(tmp_path / "data", round_number, MOMENTS.randrange(600, 1_000))
        asyncio.run(check(tmp_path / "data", acknowledged))
    assert len(acknowledged) > 1_000


async def check(place: Path, acknowledged: set[str]) -> None:
    async with open_data_directory(place) as data:
        tables = Tables(data.table_items, SystemClock())
        await tables.catalogue.load()
        table = tables.table(SCOPE, "t")
        rows = await all_rows(data.table_items, table.owner, entries=False)
        found = {item["id"]["S"]: item for item in (orjson.loads(row.item) for row in rows)}
        left = {name.removesuffix("-left") for name in found if name.endswith("-left")}
        right = {name.removesuffix("-right") for name in found if name.endswith("-right")}
        assert left == right, "a transaction is all or nothing"
        assert acknowledged <= left
        written = Counter(found[f"{name}-left"]["writer"]["S"].removeprefix("w") for name in left)
        counted = {name.removeprefix("counter-"): int(item["n"]["N"]) for name, item in found.items() if "n" in item}
        assert counted == dict(written)
        entries = await all_rows(data.table_items, table.indexes[0].owner, entries=True)
        assert {orjson.loads(row.item)["id"]["S"] for row in entries} == {n for n in found if "counter" not in n}
        assert await data.table_items.count(table.owner) == (len(rows), sum(row.size for row in rows))
        assert await data.table_items.count(table.indexes[0].owner) == (len(entries), sum(r.size for r in entries))
        assert table.stream is not None
        bodies = await data.table_items.records(table.stream.owner, 0, 1_000_000, 100 * quotas.MIB)
        assert len(bodies) == 3 * len(left), "three records for each transaction"
        changes = [orjson.loads(record.body)["dynamodb"] for record in bodies]
        latest = {change["Keys"]["id"]["S"]: change["NewImage"] for change in changes}
        assert latest == found
