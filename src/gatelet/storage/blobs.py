"""Blobs as files: ``blobs/ab/cdef...``, each written once and never changed.

The order that makes a blob durable: write a temporary file, fsync it, rename it into place, fsync its
directory and the one above, and only then say so.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from gatelet.storage.failure import Failure
from gatelet.storage.files import Files
from gatelet.storage.ports import StorageError, StorageFull

_In = TypeVar("_In")
_Out = TypeVar("_Out")

_ADDRESS = re.compile("[0-9a-f]{64}", re.ASCII)
_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT})
_BROKEN = frozenset({errno.EIO, errno.EROFS, errno.ENXIO, errno.ENODEV})


class FileBlobs:
    """Blobs in a directory; one thread does the writing, in turn. Implements ports.Blobs."""

    def __init__(self, root: Path, files: Files, failure: Failure) -> None:
        self._root = root
        self._unfinished = root / "unfinished"
        self._files = files
        self._failure = failure
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="blobs")

    def prepare(self) -> None:
        """Create the directories and drop what a crash left half-written."""
        self._files.make_directory(self._root)
        self._files.make_directory(self._unfinished)
        self._files.sync_directory(self._root.parent)
        for leftover in self._unfinished.iterdir():
            leftover.unlink()

    async def put(self, data: bytes) -> str:
        """See ports.Blobs. Raises StorageFull, StorageFailed."""
        return await self._run(self._put, data)

    async def get(self, address: str) -> bytes | None:
        """See ports.Blobs."""
        return await asyncio.to_thread(self._get, address)

    async def path(self, address: str) -> Path | None:
        """See ports.Blobs."""
        path = self._place(address)
        return path if path is not None and path.exists() else None

    async def delete(self, address: str) -> None:
        """See ports.Blobs."""
        await self._run(self._delete, address)

    def close(self) -> None:
        """Finish what was begun."""
        self._thread.shutdown(wait=True)

    async def _run(self, work: Callable[[_In], _Out], given: _In) -> _Out:
        self._failure.check()
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, given)

    def _put(self, data: bytes) -> str:
        address = hashlib.sha256(data).hexdigest()
        place = self._root / address[:2] / address[2:]
        self._failure.check()
        try:
            if not place.exists():
                self._create(place, data)
            # Also when the file is there: an earlier put may have died before its directories were flushed.
            self._sync(place.parent)
            self._sync(self._root)
        except OSError as error:
            raise self._refusal(error) from error
        return address

    def _create(self, place: Path, data: bytes) -> None:
        self._files.make_directory(place.parent)
        unfinished = self._unfinished / place.name
        descriptor = self._files.create(unfinished)
        try:
            try:
                self._files.write(descriptor, data)
                with self._durably():
                    self._files.sync(descriptor)
            finally:
                self._files.close(descriptor)
            self._files.rename(unfinished, place)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise

    def _sync(self, directory: Path) -> None:
        with self._durably():
            self._files.sync_directory(directory)

    @contextmanager
    def _durably(self) -> Iterator[None]:
        """After a failed fsync the kernel may have dropped the bytes: asking again proves nothing."""
        try:
            yield
        except OSError as error:
            if error.errno in _NO_SPACE:
                raise
            raise self._failure.report(f"flushing a blob to the disk failed: {error}") from error

    def _refusal(self, error: OSError) -> StorageError:
        if error.errno in _NO_SPACE:
            return StorageFull("no space is left for blobs")
        if error.errno in _BROKEN:
            return self._failure.report(f"writing a blob failed: {error}")
        return StorageError(f"writing a blob failed: {error}")

    def _place(self, address: str) -> Path | None:
        return self._root / address[:2] / address[2:] if _ADDRESS.fullmatch(address) else None

    def _get(self, address: str) -> bytes | None:
        place = self._place(address)
        if place is None:
            return None
        try:
            return place.read_bytes()
        except FileNotFoundError:
            return None

    def _delete(self, address: str) -> None:
        place = self._place(address)
        if place is not None:
            place.unlink(missing_ok=True)
