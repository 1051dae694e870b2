"""Which files of a directory a function was made of, found by comparing its archive with them.

Nothing has to be declared: whatever built the archive, an entry whose bytes are those of a file with the same
name is that file. Entries without one (built, downloaded, generated) stay as they were deployed.
"""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

_LARGEST = 10 * 1024 * 1024
"""Bytes of a file that is compared: sources are small, and every save reads them again."""
_NOT_SOURCES = frozenset(("__pycache__", "node_modules", "site-packages"))
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Sources:
    """A function's archive, and the file of each entry that has one."""

    function: str
    archive: bytes
    files: Mapping[str, Path]
    """By entry name."""

    def uses(self, changed: Iterable[Path]) -> bool:
        """Whether one of the files is the function's."""
        own = set(self.files.values())
        return any(path in own for path in changed)

    def rebuilt(self) -> bytes:
        """The archive with what the files hold now. Raises OSError if one cannot be read."""
        built = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(self.archive)) as old, zipfile.ZipFile(built, "w") as new:
            for entry in old.infolist():
                file = self.files.get(entry.filename)
                fresh = zipfile.ZipInfo(entry.filename, _EPOCH)
                fresh.external_attr = entry.external_attr
                fresh.compress_type = entry.compress_type
                new.writestr(fresh, old.read(entry) if file is None else file.read_bytes())
        return built.getvalue()


def find_sources(function: str, archive: bytes, directory: Path) -> Sources:
    """Match the archive's entries with the files below a directory. Raises BadZipFile."""
    files: dict[str, Path] = {}
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        entries = [entry for entry in opened.infolist() if not entry.is_dir() and entry.file_size <= _LARGEST]
        by_name: dict[str, list[zipfile.ZipInfo]] = {}
        for entry in entries:
            by_name.setdefault(PurePosixPath(entry.filename).name, []).append(entry)
        for path in _files(directory, by_name.keys()):
            for entry in by_name[path.name]:
                if entry.filename not in files and _is(path, entry, opened):
                    files[entry.filename] = path
    return Sources(function, archive, files)


def _files(directory: Path, names: Iterable[str]) -> Iterator[Path]:
    """The files with one of the names, the nearest first."""
    wanted, found = set(names), []
    for folder, folders, files in os.walk(directory):
        folders[:] = [name for name in folders if name not in _NOT_SOURCES and not name.startswith(".")]
        found += [Path(folder, name) for name in files if name in wanted]
    yield from sorted(found, key=lambda path: (len(path.parts), path))


def _is(path: Path, entry: zipfile.ZipInfo, archive: zipfile.ZipFile) -> bool:
    """Whether the entry was made of the file: its path ends with the entry's, and the bytes are the same."""
    wanted = PurePosixPath(entry.filename).parts
    if path.parts[-len(wanted) :] != wanted:
        return False
    return path.stat().st_size == entry.file_size and path.read_bytes() == archive.read(entry)
