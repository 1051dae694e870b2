"""A data directory: everything that survives, in one place, held by one process.

    DIR/lock        held (flock) while a process has the directory open; its pid is inside
    DIR/state.db    records, changes and queues, durable at every acknowledgement
    DIR/blobs/      immutable bytes, a file each
    DIR/logs.db     log events and metrics
    DIR/tables.db   DynamoDB's tables, durable at every acknowledgement

StorageError
└── DataDirectoryInUse    another process holds the lock
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from gatelet.storage.blobs import FileBlobs
from gatelet.storage.failure import Failure
from gatelet.storage.files import Files, SystemFiles
from gatelet.storage.metric_points import Distribution
from gatelet.storage.ports import Storage, StorageError, StorageFailed
from gatelet.storage.sqlite.changes import SqliteChanges
from gatelet.storage.sqlite.connection import open_for_writing
from gatelet.storage.sqlite.log_chunks import SqliteLogChunks
from gatelet.storage.sqlite.metric_points import SqliteMetricPoints
from gatelet.storage.sqlite.queue import SqliteQueue, end_all_leases
from gatelet.storage.sqlite.reader import Reader
from gatelet.storage.sqlite.records import SqliteRecords
from gatelet.storage.sqlite.table_store import open_table_items
from gatelet.storage.sqlite.writer import Writer
from gatelet.storage.table_ports import TableItems

CHANGES_KEPT = 100_000


class DataDirectoryInUse(StorageError):
    """Another process has the data directory open. ``pid`` is None if it did not say."""

    def __init__(self, path: Path, pid: int | None) -> None:
        super().__init__(f"the data directory {path} is in use by {f'process {pid}' if pid else 'another process'}")
        self.pid = pid


@dataclass(frozen=True)
class DataDirectory(Storage):
    """The open directory. ``failed`` completes if durability is lost: the process is to stop then."""

    path: Path
    failed: asyncio.Future[StorageFailed]
    table_items: TableItems
    commits: Mapping[str, Distribution]
    """Milliseconds that commits took, by the file's name."""


@asynccontextmanager
async def open_data_directory(
    path: Path, *, files: Files | None = None, changes_kept: int = CHANGES_KEPT
) -> AsyncIterator[DataDirectory]:
    """Create the directory if need be (mode 0700), lock it, open what is inside; close it all at the end.

    ``files`` does the file operations of blobs. Raises DataDirectoryInUse, StorageError.
    """
    files = files or SystemFiles()
    failure = Failure(asyncio.get_running_loop())
    async with AsyncExitStack() as stack:
        blobs = FileBlobs(path / "blobs", files, failure)
        stack.enter_context(_locked(path, files))
        state, logs = await asyncio.to_thread(_open, path, blobs)
        stack.callback(blobs.close)

        reader = Reader(path / "state.db")
        changes = SqliteChanges(reader)
        writer = Writer(state, failure, committed=changes.wake)
        stack.push_async_callback(writer.close)
        stack.callback(reader.close)

        log_reader = Reader(path / "logs.db")
        log_writer = Writer(logs, failure, committed=lambda: None)
        stack.push_async_callback(log_writer.close)
        stack.callback(log_reader.close)

        table_items = await stack.enter_async_context(open_table_items(path / "tables.db", failure))
        yield DataDirectory(
            records=SqliteRecords(reader, writer, changes_kept),
            changes=changes,
            blobs=blobs,
            log_chunks=SqliteLogChunks(log_reader, log_writer),
            queue=SqliteQueue(reader, writer),
            metric_points=SqliteMetricPoints(log_reader, log_writer),
            path=path,
            failed=failure.told,
            table_items=table_items,
            commits={"state": writer.commits, "logs": log_writer.commits},
        )


def _open(path: Path, blobs: FileBlobs) -> tuple[sqlite3.Connection, sqlite3.Connection]:
    try:
        blobs.prepare()
        state = open_for_writing(path / "state.db", migrations="state", synchronous="full")
        end_all_leases(state)
        logs = open_for_writing(path / "logs.db", migrations="logs", synchronous="normal")
    except OSError as error:
        raise StorageError(f"the data directory {path} cannot be used: {error}") from error
    return state, logs


@contextmanager
def _locked(path: Path, files: Files) -> Iterator[None]:
    try:
        if not path.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True)
            files.make_directory(path)
            files.sync_directory(path.parent)
        descriptor = os.open(path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StorageError(f"the data directory {path} cannot be used: {error}") from error
    try:
        _take_lock(path, descriptor)
        yield
    finally:
        os.close(descriptor)


def _take_lock(path: Path, descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    except BlockingIOError:
        pid = os.pread(descriptor, 32, 0).strip()
        raise DataDirectoryInUse(path, int(pid) if pid.isdigit() else None) from None
    except OSError as error:
        raise StorageError(f"the data directory {path} cannot be used: {error}") from error
