"""Unpacked code on disk: ``{work}/code/{sha}``, one read-only directory an archive, shared by environments."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from gatelet.functions import archive
from gatelet.functions.layers import merge, merged_name
from gatelet.storage.ports import Blobs

_UNPACKING = ".unpacking-"
_REMOVING = ".removing-"


class CodeMissing(Exception):
    """A function refers to an archive that the store does not have."""


class CodeStore:
    """Unpacks archives once, off the event loop, and forgets those that nobody refers to."""

    def __init__(self, directory: Path, blobs: Blobs) -> None:
        self._directory = directory
        self._blobs = blobs
        self._unpacking: dict[str, asyncio.Task[Path]] = {}
        self._ready: dict[str, Path] = {}
        self._asked: set[str] = set()
        """What was asked for since a collection of garbage began."""
        self._collecting = asyncio.Lock()

    async def start(self) -> None:
        """Remove what an earlier process left half-made or half-removed."""
        await asyncio.to_thread(_remove_leftovers, self._directory)

    async def check(self, data: bytes) -> int:
        """Validate an archive; its bytes unzipped. Raises AwsError."""
        return await asyncio.to_thread(archive.check, data)

    def ready(self, blob: str) -> Path | None:
        """The directory of an archive that was unpacked before."""
        self._asked.add(blob)
        return self._ready.get(blob)

    async def prepare(self, blob: str) -> Path:
        """The directory that holds the code, unpacked now if need be. Raises CodeMissing, AwsError."""
        path = self.ready(blob)
        if path is not None:
            return path
        task = self._unpacking.get(blob)
        if task is None:
            task = self._unpacking[blob] = asyncio.create_task(self._unpack(blob))
            task.add_done_callback(lambda _: self._unpacking.pop(blob, None))
        return await asyncio.shield(task)

    async def prepare_layers(self, blobs: Sequence[str]) -> Path:
        """The directory that holds these layers, merged in order. Raises CodeMissing, AwsError."""
        name = merged_name(blobs)
        path = self.ready(name)
        if path is not None:
            return path
        task = self._unpacking.get(name)
        if task is None:
            work = self._unpack(name) if len(blobs) == 1 else self._merge(name, blobs)
            task = self._unpacking[name] = asyncio.create_task(work)
            task.add_done_callback(lambda _: self._unpacking.pop(name, None))
        return await asyncio.shield(task)

    async def collect_garbage(self, in_use: Callable[[], Awaitable[set[str]]]) -> None:
        """Remove the code that no function and no environment refers to."""
        async with self._collecting:
            self._asked.clear()
            used = await in_use()
            for path in await asyncio.to_thread(lambda: list(self._directory.glob("[!.]*"))):
                if path.name in used or path.name in self._asked or path.name in self._unpacking:
                    continue
                # Moved away at once: whoever needs the code again unpacks it anew.
                self._ready.pop(path.name, None)
                grave = Path(tempfile.mkdtemp(prefix=_REMOVING, dir=self._directory))
                path.chmod(0o700)
                path.rename(grave / "code")
                await asyncio.to_thread(_remove, grave)

    async def _merge(self, name: str, blobs: Sequence[str]) -> Path:
        path = self._directory / name
        if not await asyncio.to_thread(path.is_dir):
            layers = [await self.prepare(blob) for blob in blobs]
            await asyncio.to_thread(_make, path, lambda content: merge(layers, content))
        self._ready[name] = path
        return path

    async def _unpack(self, blob: str) -> Path:
        path = self._directory / blob
        if not await asyncio.to_thread(path.is_dir):
            data = await self._blobs.get(blob)
            if data is None:
                raise CodeMissing(blob)
            await asyncio.to_thread(_make, path, lambda content: archive.unpack(data, content))
        self._ready[blob] = path
        return path


def _make(path: Path, fill: Callable[[Path], None]) -> None:
    """A read-only directory, there with all its content or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o711)
    temporary = Path(tempfile.mkdtemp(prefix=_UNPACKING, dir=path.parent))
    try:
        content = temporary / "code"
        content.mkdir()
        fill(content)
        # A directory without write permission cannot be moved by its owner: it gets its mode after.
        content.chmod(0o700)
        try:
            content.rename(path)
        except OSError:
            if not path.is_dir():
                raise
        path.chmod(0o555)
    finally:
        _remove(temporary)


def _remove_leftovers(directory: Path) -> None:
    for path in directory.glob(".*-*"):
        _remove(path)


def _remove(path: Path) -> None:
    for parent, directories, _ in os.walk(path):
        for name in directories:
            os.chmod(os.path.join(parent, name), 0o700)  # noqa: PTH101, PTH118 - os.walk gives texts
    if path.is_dir():
        path.chmod(0o700)
    shutil.rmtree(path, ignore_errors=True)
