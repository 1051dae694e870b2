"""The writer's thread: group commit, full disks, failing disks."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from gatelet.storage.failure import Failure
from gatelet.storage.ports import Collection, Put, StorageError, StorageFailed, StorageFull
from gatelet.storage.sqlite.directory import open_data_directory
from gatelet.storage.sqlite.writer import Writer

THINGS = Collection("test", "Thing", "000000000000", "us-east-1")


def test_writes_that_queue_up_share_a_commit(tmp_path: Path) -> None:
    commits: list[str] = []

    async def story() -> None:
        async with open_data_directory(tmp_path) as data:
            writer = data.records._writer  # type: ignore[attr-defined]
            writer._connection.set_trace_callback(
                lambda text: commits.append(text) if text.lower() == "commit" else None
            )
            begun, gate = threading.Event(), threading.Event()

            def hold(_: sqlite3.Connection) -> None:
                begun.set()
                gate.wait()

            held = asyncio.ensure_future(writer.run(hold))
            await asyncio.to_thread(begun.wait)
            writes = [asyncio.ensure_future(data.records.write(Put(THINGS.key(str(n)), {}))) for n in range(100)]
            await asyncio.sleep(0)
            gate.set()
            await asyncio.gather(held, *writes)
            assert len(await data.records.list(THINGS)) == 100

    asyncio.run(story())
    assert len(commits) == 2


def test_a_full_disk_refuses_the_write_changes_nothing_and_passes(tmp_path: Path) -> None:
    async def story() -> None:
        async with open_data_directory(tmp_path) as data:
            await data.records.write(Put(THINGS.key("kept"), {}))
            connection = data.records._writer._connection  # type: ignore[attr-defined]
            (pages,) = connection.execute("pragma page_count").fetchone()
            connection.execute(f"pragma max_page_count = {pages + 3}")
            results = await asyncio.gather(
                data.records.write(Put(THINGS.key("small"), {})),
                data.records.write(Put(THINGS.key("half"), {}), Put(THINGS.key("large"), {"x": "x" * 100_000})),
                data.records.write(Put(THINGS.key("small too"), {})),
                return_exceptions=True,
            )
            assert [type(result) for result in results] == [int, StorageFull, int]
            assert [record.key.id for record in await data.records.list(THINGS)] == ["kept", "small", "small too"]
            assert await data.changes.latest() == 3
            assert not data.failed.done()
            connection.execute("pragma max_page_count = 100000")
            await data.records.write(Put(THINGS.key("large"), {"x": "x" * 100_000}))

    asyncio.run(story())


BROKEN_DISK = """
import asyncio, resource, signal, sys
from pathlib import Path
from gatelet.storage.ports import Collection, Put, StorageFailed
from gatelet.storage.sqlite.directory import open_data_directory
THINGS = Collection("test", "Thing", "a", "r")
async def story():
    async with open_data_directory(Path(sys.argv[1])) as data:
        await data.records.write(Put(THINGS.key("before"), {}))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        for _ in range(2):
            try:
                await data.records.write(Put(THINGS.key("large"), {"x": "x" * 500_000}))
            except StorageFailed:
                print("refused")
        print(type(await data.failed).__name__)
        print([record.key.id for record in await data.records.list(THINGS)])
asyncio.run(story())
"""


def test_a_write_error_of_the_database_stops_every_further_write(tmp_path: Path) -> None:
    """The kernel refuses to let the file grow (RLIMIT_FSIZE): an I/O error, not a full disk."""
    result = subprocess.run(
        [sys.executable, "-c", BROKEN_DISK, str(tmp_path)], capture_output=True, text=True, check=True, timeout=60
    )
    assert result.stdout.splitlines() == ["refused", "refused", "StorageFailed", "['before']"]


def test_a_job_that_raises_is_undone_and_tells_its_caller_alone(tmp_path: Path) -> None:
    async def story() -> None:
        async with open_data_directory(tmp_path) as data:
            writer = data.records._writer  # type: ignore[attr-defined]

            def half(connection: sqlite3.Connection) -> None:
                connection.execute("delete from records")
                raise ZeroDivisionError

            await data.records.write(Put(THINGS.key("a"), {}))
            with pytest.raises(ZeroDivisionError):
                await writer.run(half)
            with pytest.raises(sqlite3.OperationalError):
                await writer.run(lambda connection: connection.execute("not sql"))
            assert len(await data.records.list(THINGS)) == 1

    asyncio.run(story())


def test_a_caller_that_goes_away_leaves_the_others_their_answers(tmp_path: Path) -> None:
    async def story() -> None:
        async with open_data_directory(tmp_path) as data:
            gone = asyncio.ensure_future(data.records.write(Put(THINGS.key("gone"), {})))
            stays = asyncio.ensure_future(data.records.write(Put(THINGS.key("stays"), {})))
            await asyncio.sleep(0)
            gone.cancel()
            await stays
            assert await data.records.get(THINGS.key("stays")) is not None

    asyncio.run(story())


def test_what_is_queued_when_the_store_closes_is_written_and_nothing_after(tmp_path: Path) -> None:
    async def story() -> None:
        async with open_data_directory(tmp_path) as data:
            writes = [asyncio.ensure_future(data.records.write(Put(THINGS.key(str(n)), {}))) for n in range(50)]
            await asyncio.sleep(0)
        await asyncio.gather(*writes)
        with pytest.raises(StorageError, match="closed"):
            await data.records.write(Put(THINGS.key("late"), {}))
        async with open_data_directory(tmp_path) as again:
            assert len(await again.records.list(THINGS)) == 50

    asyncio.run(story())


def test_the_log_is_written_back_so_that_it_does_not_grow_forever(tmp_path: Path) -> None:
    async def story() -> None:
        async with open_data_directory(tmp_path) as data:
            for _ in range(8):
                await asyncio.gather(
                    *(data.records.write(Put(THINGS.key("a"), {"x": "x" * 2_000})) for _ in range(1_000))
                )
            # Two megabytes of values in each of eight rounds; the log starts over after it was written back.
            assert (tmp_path / "state.db-wal").stat().st_size < 8_000_000
        assert not (tmp_path / "state.db-wal").exists()

    asyncio.run(story())


class Exhausted(sqlite3.Connection):
    """A connection whose process has no memory left when it commits."""

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        if sql == "commit":
            raise MemoryError
        return super().execute(sql, *parameters)


def test_a_fault_of_the_writer_itself_leaves_nobody_waiting(tmp_path: Path) -> None:
    async def story() -> None:
        connection = sqlite3.connect(
            tmp_path / "x.db", isolation_level=None, check_same_thread=False, factory=Exhausted
        )
        failure = Failure(asyncio.get_running_loop())
        writer = Writer(connection, failure, committed=lambda: None)
        for _ in range(2):
            with pytest.raises(StorageFailed, match="MemoryError"):
                await asyncio.wait_for(writer.run(lambda _: None), 10)
        assert isinstance(await failure.told, StorageFailed)
        await writer.close()

    asyncio.run(story())


def test_a_few_large_jobs_do_not_swell_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gatelet.storage.sqlite.writer._LOG_BYTES", 1_000_000)

    async def story() -> None:
        async with open_data_directory(tmp_path) as data:
            for number in range(100):
                await data.records.write(Put(THINGS.key(str(number)), {"x": "x" * 100_000}))
            # 20 jobs of a tenth of a megabyte each, before the log is looked at again
            assert (tmp_path / "state.db-wal").stat().st_size < 5_000_000

    asyncio.run(story())
