"""The order that durability rests on, and what happens when a step of it fails (design section 6, Guards)."""

from __future__ import annotations

import asyncio
import errno
import hashlib
from pathlib import Path

import pytest

from gatelet.storage.files import SystemFiles
from gatelet.storage.ports import Collection, Put, StorageError, StorageFailed, StorageFull
from gatelet.storage.sqlite.directory import DataDirectory, open_data_directory

FUNCTIONS = Collection("lambda", "Function", "000000000000", "us-east-1")
DATA = b"code"
ADDRESS = hashlib.sha256(DATA).hexdigest()


class WatchedFiles(SystemFiles):
    """The system's files; keeps a journal, and breaks one step when told to."""

    def __init__(self) -> None:
        self.journal: list[str] = []
        self.break_at: tuple[str, int] | None = None
        self._names: dict[int, str] = {}
        self._syncing_directory = False

    def step(self, name: str, of: object) -> None:
        self.journal.append(f"{name} {of}")
        if self.break_at is not None and self.break_at[0] == name:
            raise OSError(self.break_at[1], "broken by the test")

    def create(self, path: Path) -> int:
        self.step("create", path.parent.name)
        descriptor = super().create(path)
        self._names[descriptor] = path.parent.name
        return descriptor

    def write(self, descriptor: int, data: bytes) -> None:
        self.step("write", self._names[descriptor])
        super().write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        if not self._syncing_directory:
            self.step("sync", self._names[descriptor])
        super().sync(descriptor)

    def rename(self, source: Path, target: Path) -> None:
        self.step("rename", f"{source.parent.name} to {target.parent.name}")
        super().rename(source, target)

    def sync_directory(self, path: Path) -> None:
        self.step("sync directory", path.name)
        self._syncing_directory = True
        super().sync_directory(path)
        self._syncing_directory = False


def watch_commits(data: DataDirectory, files: WatchedFiles) -> None:
    def note(statement: str) -> None:
        if statement.lower() == "commit":
            files.journal.append("commit")

    data.records._writer._connection.set_trace_callback(note)  # type: ignore[attr-defined]


def test_write_sync_rename_sync_directories_commit_acknowledge(tmp_path: Path) -> None:
    files = WatchedFiles()

    async def story() -> None:
        async with open_data_directory(tmp_path / "data", files=files) as data:
            watch_commits(data, files)
            files.journal.clear()
            address = await data.blobs.put(DATA)
            files.journal.append("blob acknowledged")
            await data.records.write(Put(FUNCTIONS.key("f"), {"code": address}))
            files.journal.append("record acknowledged")

    asyncio.run(story())
    assert files.journal == [
        "create unfinished",
        "write unfinished",
        "sync unfinished",
        f"rename unfinished to {ADDRESS[:2]}",
        f"sync directory {ADDRESS[:2]}",
        "sync directory blobs",
        "blob acknowledged",
        "commit",
        "record acknowledged",
    ]


def test_the_records_are_flushed_at_every_commit_and_the_logs_are_not(tmp_path: Path) -> None:
    async def story() -> None:
        async with open_data_directory(tmp_path / "data") as data:
            full = data.records._writer._connection  # type: ignore[attr-defined]
            normal = data.log_chunks._writer._connection  # type: ignore[attr-defined]
            for connection, synchronous in ((full, 2), (normal, 1)):  # 2 is FULL, 1 is NORMAL
                assert connection.execute("pragma synchronous").fetchone() == (synchronous,)
                assert connection.execute("pragma journal_mode").fetchone() == ("wal",)

    asyncio.run(story())


def test_bytes_that_are_there_already_are_flushed_before_they_are_acknowledged(tmp_path: Path) -> None:
    files = WatchedFiles()

    async def story() -> None:
        async with open_data_directory(tmp_path / "data", files=files) as data:
            await data.blobs.put(DATA)
            files.journal.clear()
            await data.blobs.put(DATA)

    asyncio.run(story())
    assert files.journal == [f"sync directory {ADDRESS[:2]}", "sync directory blobs"]


@pytest.mark.parametrize("step", ["sync", "sync directory"])
def test_a_failed_fsync_stops_every_further_write(tmp_path: Path, step: str) -> None:
    files = WatchedFiles()

    async def story() -> None:
        async with open_data_directory(tmp_path / "data", files=files) as data:
            await data.records.write(Put(FUNCTIONS.key("before"), {}))
            assert not data.failed.done()
            files.break_at = (step, errno.EIO)
            with pytest.raises(StorageFailed):
                await data.blobs.put(DATA)
            files.break_at = None
            assert "broken by the test" in str(await asyncio.wait_for(asyncio.shield(data.failed), 5))
            with pytest.raises(StorageFailed):
                await data.blobs.put(DATA)
            with pytest.raises(StorageFailed):
                await data.records.write(Put(FUNCTIONS.key("after"), {}))
            assert [record.key.id for record in await data.records.list(FUNCTIONS)] == ["before"]

    asyncio.run(story())


@pytest.mark.parametrize("step", ["create", "write", "sync", "rename", "sync directory"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_refuses_the_blob_and_nothing_else(tmp_path: Path, step: str, number: int) -> None:
    files = WatchedFiles()

    async def story() -> None:
        async with open_data_directory(tmp_path / "data", files=files) as data:
            files.break_at = (step, number)
            with pytest.raises(StorageFull):
                await data.blobs.put(DATA)
            files.break_at = None
            assert list((tmp_path / "data" / "blobs" / "unfinished").iterdir()) == []
            assert not data.failed.done()
            assert await data.blobs.put(DATA) == ADDRESS
            assert await data.blobs.get(ADDRESS) == DATA

    asyncio.run(story())


def test_another_error_of_the_files_refuses_the_blob_alone(tmp_path: Path) -> None:
    files = WatchedFiles()

    async def story() -> None:
        async with open_data_directory(tmp_path / "data", files=files) as data:
            files.break_at = ("create", errno.EMFILE)
            with pytest.raises(StorageError, match="broken by the test"):
                await data.blobs.put(DATA)
            files.break_at = None
            assert await data.blobs.put(DATA) == ADDRESS

    asyncio.run(story())


def test_what_a_crash_left_unfinished_is_dropped_at_the_next_start(tmp_path: Path) -> None:
    async def story() -> None:
        async with open_data_directory(tmp_path / "data"):
            pass
        leftover = tmp_path / "data" / "blobs" / "unfinished" / "x"
        leftover.write_bytes(b"half")
        async with open_data_directory(tmp_path / "data"):
            assert not leftover.exists()

    asyncio.run(story())
