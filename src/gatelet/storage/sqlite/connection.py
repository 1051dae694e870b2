"""Connections to an SQLite file: how they are set up, migrated, and what their errors mean."""

from __future__ import annotations

import os
import sqlite3
from importlib import resources
from pathlib import Path

from gatelet.storage.ports import StorageError, StorageFailed, StorageFull

_FULL = sqlite3.SQLITE_FULL
_BROKEN = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_READONLY})


def open_for_writing(path: Path, *, migrations: str, synchronous: str) -> sqlite3.Connection:
    """The one connection that writes, the file created (mode 0600) and migrated if need be.

    ``migrations`` is a folder of ``storage/migrations``; ``synchronous`` is FULL (fsync before a commit
    returns) or NORMAL (fsync at checkpoints only). Raises StorageError.
    """
    # Created here so that nobody else may read it, whatever the umask; SQLite gives its WAL the same mode.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    try:
        connection = _connect(path)
        connection.execute("pragma auto_vacuum = incremental")
        connection.execute("pragma journal_mode = wal")
        connection.execute(f"pragma synchronous = {synchronous}")
        connection.execute("pragma fullfsync = on")
        connection.execute("pragma checkpoint_fullfsync = on")
        # The writer checkpoints by itself, after acknowledging, and sees the errors that SQLite would swallow.
        connection.execute("pragma wal_autocheckpoint = 0")
        migrate(connection, migrations)
    except sqlite3.Error as error:
        raise StorageError(f"{path} cannot be opened: {error}") from error
    return connection


def open_for_reading(path: Path) -> sqlite3.Connection:
    """A connection that only reads; the file exists."""
    connection = _connect(path)
    connection.execute("pragma query_only = on")
    return connection


def _connect(path: Path) -> sqlite3.Connection:
    # Transactions are begun by hand; the owner of a connection sees to it that one thread uses it at a time.
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10, cached_statements=64)


def migrate(connection: sqlite3.Connection, migrations: str) -> None:
    """Apply the numbered migrations that the file has not seen, all of them or none.

    ``pragma user_version`` holds the number of the last one applied. Raises StorageError for a file that
    a newer version wrote.
    """
    (version,) = connection.execute("pragma user_version").fetchone()
    scripts = _scripts(migrations)
    if version > max(scripts):
        raise StorageError(f"the data was written by a newer version of Gatelet (schema {version})")
    due = [number for number in sorted(scripts) if number > version]
    if not due:
        return
    # "begin" inside the script, because executescript commits whatever is open when it starts.
    text = "\n".join(scripts[number] for number in due)
    try:
        connection.executescript(f"begin immediate;\n{text}\npragma user_version = {due[-1]};\ncommit;")
    except sqlite3.Error:
        if connection.in_transaction:
            connection.execute("rollback")
        raise


def _scripts(migrations: str) -> dict[int, str]:
    folder = resources.files("gatelet.storage") / "migrations" / migrations
    return {
        int(entry.name.partition("_")[0]): entry.read_text(encoding="utf-8")
        for entry in folder.iterdir()
        if entry.name.endswith(".sql")
    }


def meaning(error: sqlite3.Error) -> StorageError | None:
    """What an SQLite error means for the caller; None for one that is nobody's disk (a fault of ours)."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return None
    if code & 0xFF == _FULL:
        return StorageFull("no space is left for records")
    if code & 0xFF in _BROKEN:
        return StorageFailed(f"the database failed: {error} ({error.sqlite_errorname})")
    return None
