"""The data directory: its lock, its modes, its migrations."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from gatelet.storage.ports import ChangesLost, Collection, Put, StorageError, StreamKey
from gatelet.storage.sqlite.connection import open_for_writing
from gatelet.storage.sqlite.directory import DataDirectoryInUse, open_data_directory

THINGS = Collection("test", "Thing", "000000000000", "us-east-1")
HOLDER = """
import asyncio, sys
from pathlib import Path
from gatelet.storage.sqlite.directory import open_data_directory
async def hold():
    async with open_data_directory(Path(sys.argv[1])):
        print("held", flush=True)
        await asyncio.to_thread(sys.stdin.read)
asyncio.run(hold())
"""


async def opened(place: Path) -> None:
    async with open_data_directory(place):
        pass


def test_a_second_process_is_told_who_holds_the_directory(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    with holder.stdin, holder.stdout:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(DataDirectoryInUse, match=f"in use by process {holder.pid}") as refusal:
            asyncio.run(opened(tmp_path))
        assert refusal.value.pid == holder.pid
        holder.kill()
        holder.wait()
    asyncio.run(opened(tmp_path))  # a dead holder holds nothing


def test_an_error_of_the_block_is_no_conflict_over_the_lock(tmp_path: Path) -> None:
    async def story() -> None:
        async with open_data_directory(tmp_path):
            raise BlockingIOError("the block's own")

    with pytest.raises(BlockingIOError, match="the block's own"):
        asyncio.run(story())


def test_nobody_else_may_read_what_is_inside(tmp_path: Path) -> None:
    async def story() -> None:
        umask = os.umask(0)
        try:
            async with open_data_directory(tmp_path / "new" / "data") as data:
                await data.records.write(Put(THINGS.key("a"), {}))
                await data.log_chunks.append({StreamKey("a", "r", "g", "s"): [(1, "x")]}, 0)
                await data.blobs.put(b"x")
                for path in (data.path, *data.path.rglob("*")):
                    assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
                assert stat.S_IMODE(data.path.stat().st_mode) == 0o700
        finally:
            os.umask(umask)

    asyncio.run(story())


def test_a_place_that_cannot_be_used_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StorageError, match="cannot be used"):
        asyncio.run(opened(tmp_path / "file" / "data"))


def test_a_file_that_is_no_database_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "state.db").write_bytes(b"not a database" * 1_000)
    with pytest.raises(StorageError, match=r"state\.db cannot be opened"):
        asyncio.run(opened(tmp_path))
    assert (tmp_path / "state.db").read_bytes() == b"not a database" * 1_000


def test_the_data_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    asyncio.run(opened(tmp_path))
    with sqlite3.connect(tmp_path / "state.db", isolation_level=None) as connection:
        connection.execute("pragma user_version = 9999")
    connection.close()
    with pytest.raises(StorageError, match="newer version of Gatelet \\(schema 9999\\)"):
        asyncio.run(opened(tmp_path))


@pytest.mark.parametrize("migrations", ["state", "logs"])
def test_migrations_are_applied_once_and_whole(tmp_path: Path, migrations: str) -> None:
    path = tmp_path / "x.db"
    first = open_for_writing(path, migrations=migrations, synchronous="full")
    tables = first.execute("select name, sql from sqlite_master order by name").fetchall()
    assert first.execute("pragma user_version").fetchone()[0] >= 1
    assert first.execute("pragma integrity_check").fetchall() == [("ok",)]
    first.close()
    again = open_for_writing(path, migrations=migrations, synchronous="full")
    assert again.execute("select name, sql from sqlite_master order by name").fetchall() == tables
    again.close()


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    before = sqlite3.connect(path, isolation_level=None)
    before.execute("create table changes (mine)")  # in the way of the first migration's second table
    before.close()
    with pytest.raises(StorageError, match="already exists"):
        open_for_writing(path, migrations="state", synchronous="full")
    after = sqlite3.connect(path, isolation_level=None)
    assert after.execute("select name from sqlite_master").fetchall() == [("changes",)]
    assert after.execute("pragma user_version").fetchone() == (0,)
    after.close()


def test_old_changes_are_trimmed_and_a_late_follower_is_told(tmp_path: Path) -> None:
    async def story() -> None:
        async with open_data_directory(tmp_path, changes_kept=100) as data:
            for _ in range(11):
                await data.records.write(*(Put(THINGS.key("a"), {}) for _ in range(100)))
            with pytest.raises(ChangesLost):
                await anext(data.changes.follow(0))
            assert (await anext(data.changes.follow(900))).sequence == 901
            with pytest.raises(ChangesLost):
                await anext(data.changes.follow(899))

    asyncio.run(story())
