"""The file operations that durability rests on, behind a seam so that tests can watch and break them."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Protocol


class Files(Protocol):
    """What a durable write is made of. Every operation raises OSError."""

    def create(self, path: Path) -> int:
        """Open a file (mode 0600) for writing, emptied if it exists; its descriptor."""

    def write(self, descriptor: int, data: bytes) -> None:
        """Write all the bytes."""

    def sync(self, descriptor: int) -> None:
        """Flush a file to the disk (fsync)."""

    def close(self, descriptor: int) -> None:
        """Close a descriptor."""

    def rename(self, source: Path, target: Path) -> None:
        """Move a file within its file system, atomically."""

    def make_directory(self, path: Path) -> None:
        """Create a directory (mode 0700) unless it exists."""

    def sync_directory(self, path: Path) -> None:
        """Flush a directory's entries to the disk (fsync)."""


class SystemFiles:
    """The operating system's files: see Files for what each operation does."""

    close = staticmethod(os.close)

    def create(self, path: Path) -> int:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)

    def write(self, descriptor: int, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]

    def sync(self, descriptor: int) -> None:
        # On macOS fsync stops at the drive's own cache; F_FULLFSYNC does not.
        full: int | None = getattr(fcntl, "F_FULLFSYNC", None)
        if full is None:
            os.fsync(descriptor)
        else:
            fcntl.fcntl(descriptor, full)

    def rename(self, source: Path, target: Path) -> None:
        source.replace(target)

    def make_directory(self, path: Path) -> None:
        path.mkdir(mode=0o700, exist_ok=True)

    def sync_directory(self, path: Path) -> None:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            self.sync(descriptor)
        finally:
            os.close(descriptor)
