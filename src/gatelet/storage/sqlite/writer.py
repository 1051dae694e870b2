"""One thread that writes, with group commit: what queues up while a commit runs shares the next one."""

from __future__ import annotations

import asyncio
import os
import queue
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from gatelet.aws.clock import SystemClock
from gatelet.aws.quotas import MIB
from gatelet.storage.failure import Failure
from gatelet.storage.metric_points import Distribution
from gatelet.storage.ports import StorageError, StorageFailed
from gatelet.storage.sqlite.connection import meaning

_T = TypeVar("_T")

_BATCH = 512
_JOBS_PER_CHECKPOINT = 1_000
_LOG_BYTES = 64 * MIB
"""How large the write-ahead log may become before it is written back, however few jobs filled it."""
_JOBS_PER_LARGE_CHECKPOINT = 20


@dataclass(slots=True)
class _Queued:
    """A write on its way: its job may run more than once, its transaction counts once."""

    job: Callable[[sqlite3.Connection], Any]
    future: asyncio.Future[Any]
    result: Any = None
    error: Exception | None = None


class Writer:
    """Runs jobs on one connection, in order, each all-or-nothing, and answers when they are committed.

    ``committed`` is called in the event loop after every commit, before the callers hear of it.
    """

    def __init__(self, connection: sqlite3.Connection, failure: Failure, committed: Callable[[], None]) -> None:
        self._connection = connection
        self.commits = Distribution()
        """Milliseconds that commits took; the writer's thread adds to it."""
        self._failure = failure
        self._committed = committed
        self._loop = asyncio.get_running_loop()
        self._queue: queue.SimpleQueue[_Queued | None] = queue.SimpleQueue()
        self._jobs_since_checkpoint = 0
        self._log = _log_of(connection)
        connection.execute(f"pragma journal_size_limit = {_LOG_BYTES}")
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="sqlite-writer", daemon=True)
        self._thread.start()

    async def run(self, job: Callable[[sqlite3.Connection], _T]) -> _T:
        """The job's result, once its effects are committed.

        The job runs in the writer's thread, inside a transaction, possibly again after the transaction
        of a batch failed. What it raises is raised here, and nothing of it has happened. Raises
        StorageFull, StorageFailed.
        """
        self._failure.check()
        if self._closed:
            raise StorageError("the store is closed")
        queued = _Queued(job, self._loop.create_future())
        self._queue.put(queued)
        result: _T = await queued.future
        return result

    async def close(self) -> None:
        """Finish what is queued, then close the connection."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _work(self) -> None:
        while batch := self._next_batch():
            self._settle(batch)
            self._loop.call_soon_threadsafe(self._deliver, batch)
            self._jobs_since_checkpoint += len(batch)
            if self._is_due():
                self._checkpoint("passive")
            del batch  # what its jobs answered may be megabytes, and the next write may be long in coming
        if self._failure.reason is None:
            self._checkpoint("truncate")
        self._connection.close()

    def _next_batch(self) -> list[_Queued]:
        first = self._queue.get()
        batch = [first] if first is not None else []
        while batch and len(batch) < _BATCH:
            try:
                queued = self._queue.get_nowait()
            except queue.Empty:
                break
            if queued is None:
                self._queue.put(None)  # seen again by the next batch, which is then empty
                break
            batch.append(queued)
        return batch

    def _settle(self, batch: list[_Queued]) -> None:
        """Commit the batch in one transaction; if that fails, each write in one of its own."""
        if self._failure.reason is not None:
            _fail(batch, StorageFailed(self._failure.reason))
            return
        try:
            self._commit(batch)
        except sqlite3.Error as error:
            if self._connection.in_transaction:
                self._roll_back()
            meant = meaning(error)
            if isinstance(meant, StorageFailed):
                _fail(batch, self._failure.report(str(meant)))
            elif len(batch) == 1:
                batch[0].error = meant or error
            else:
                for queued in batch:
                    self._settle([queued])
        except Exception as error:  # noqa: BLE001 - were the thread to end here, every caller would wait for good
            _fail(batch, self._failure.report(f"the writer failed: {error!r}"))

    def _commit(self, batch: list[_Queued]) -> None:
        execute = self._connection.execute
        execute("begin immediate")
        for queued in batch:
            queued.error = None
            execute("savepoint one")
            try:
                queued.result = queued.job(self._connection)
            except sqlite3.Error:
                raise
            except Exception as error:  # noqa: BLE001 - handed to whoever waits for the job
                queued.error = error
                execute("rollback to one")
            execute("release one")
        began = SystemClock.monotonic()
        execute("commit")
        self.commits.add((SystemClock.monotonic() - began) * 1000)

    def _roll_back(self) -> None:
        try:
            self._connection.execute("rollback")
        except sqlite3.Error as error:
            self._failure.report(f"rolling back failed: {error}")

    def _checkpoint(self, mode: str) -> None:
        self._jobs_since_checkpoint = 0
        try:
            self._connection.execute(f"pragma wal_checkpoint({mode})")
        except sqlite3.Error as error:
            # A full disk is no loss: the log keeps what the database could not take, and it is tried again.
            if isinstance(meaning(error), StorageFailed):
                self._failure.report(f"writing the database back failed: {error}")

    def _is_due(self) -> bool:
        """Whether to write the log back; SQLite then begins it anew and cuts the file to the limit."""
        if self._jobs_since_checkpoint >= _JOBS_PER_CHECKPOINT:
            return True
        return self._jobs_since_checkpoint >= _JOBS_PER_LARGE_CHECKPOINT and _size(self._log) > _LOG_BYTES

    def _deliver(self, batch: list[_Queued]) -> None:
        self._committed()
        for queued in batch:
            if queued.future.done():
                continue  # its caller has gone away
            if queued.error is not None:
                queued.future.set_exception(queued.error)
            else:
                queued.future.set_result(queued.result)


def _fail(batch: list[_Queued], error: StorageFailed) -> None:
    for queued in batch:
        queued.error = StorageFailed(*error.args)


def _log_of(connection: sqlite3.Connection) -> str:
    """The path of the write-ahead log; empty for a database in memory."""
    file = str(connection.execute("pragma database_list").fetchone()[2])
    return f"{file}-wal" if file else ""


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size if path else 0  # noqa: PTH116 - asked after every batch
    except FileNotFoundError:
        return 0
