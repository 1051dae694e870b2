"""Zip archives from users: what is refused, and unpacking what is not (lambda-control-plane section 4).

Pure of any event loop; meant for a thread.
"""

from __future__ import annotations

import io
import lzma
import os
import stat
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from gatelet.aws import quotas
from gatelet.aws.errors import AwsError

_CHUNK = 1024 * 1024
_MAX_NAME_BYTES = 255
_ENCRYPTED = 0x1
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)
"""Whatever ``zipfile`` and the decompressors below it raise for bytes that are no sound archive."""


def could_not_unzip() -> AwsError:
    """Lambda's one answer to every archive that it cannot or will not unpack."""
    return AwsError(
        "InvalidParameterValueException",
        "Could not unzip uploaded file. Please check your file, then try to upload again.",
    )


def unzipped_too_large() -> AwsError:
    """The archive holds more than Lambda takes."""
    return AwsError(
        "InvalidParameterValueException", f"Unzipped size must be smaller than {quotas.CODE_UNZIPPED_BYTES} bytes"
    )


def zipped_too_large() -> AwsError:
    """The archive itself is over the limit."""
    return AwsError(
        "RequestEntityTooLargeException",
        f"Zipped size must be smaller than {quotas.CODE_ZIPPED_BYTES} bytes",
        status=413,
    )


def check(data: bytes) -> int:
    """Validate an archive: sizes declared and real, ratio, names, kinds; its bytes unzipped. Raises AwsError."""
    if len(data) > quotas.CODE_ZIPPED_BYTES:
        raise zipped_too_large()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            budget = quotas.CODE_UNZIPPED_BYTES
            for entry in _entries(archive):
                if not entry.is_dir():
                    budget = _copy(archive, entry, None, budget)
    except _BROKEN:
        raise could_not_unzip() from None
    return quotas.CODE_UNZIPPED_BYTES - budget


def brings_extensions(data: bytes) -> bool:
    """Whether a checked archive, as a layer, brings external extensions (files of ``extensions/``)."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return any(name.startswith("extensions/") and not name.endswith("/") for name in archive.namelist())


def unpack(data: bytes, directory: Path) -> None:
    """Unpack a checked archive into an empty directory; who may execute is kept, nothing stays writable.

    Every file becomes readable: the worker may run as another user. Files without a mode (made on other
    systems) become executable too. Raises AwsError.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            budget = quotas.CODE_UNZIPPED_BYTES
            for entry in _entries(archive):
                path = directory.joinpath(*PurePosixPath(entry.filename).parts)
                if entry.is_dir():
                    path.mkdir(parents=True, exist_ok=True)
                    continue
                path.parent.mkdir(parents=True, exist_ok=True)
                budget = _copy(archive, entry, path, budget)
                mode = stat.S_IMODE(entry.external_attr >> 16)
                path.chmod((mode or 0o755) & 0o555 | 0o444)
    except _BROKEN:
        raise could_not_unzip() from None
    for parent, _, _ in os.walk(directory, topdown=False):
        Path(parent).chmod(0o555)


def _entries(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The archive's entries, all of them acceptable by what they declare. Raises AwsError."""
    entries = archive.infolist()
    if sum(entry.file_size for entry in entries) > quotas.CODE_UNZIPPED_BYTES:
        raise unzipped_too_large()
    if len(entries) > quotas.CODE_ENTRIES:
        raise could_not_unzip()
    files: set[tuple[str, ...]] = set()
    directories: set[tuple[str, ...]] = set()
    for entry in entries:
        parts = _safe_parts(entry)
        if entry.is_dir():
            directories.add(parts)
        elif parts in files or not parts:
            raise could_not_unzip()
        else:
            files.add(parts)
        directories.update(parts[:depth] for depth in range(1, len(parts)))
    if files & directories:
        raise could_not_unzip()
    return entries


def _safe_parts(entry: zipfile.ZipInfo) -> tuple[str, ...]:
    """The path below the root, refused if it could lead anywhere else or is no file or directory."""
    name = entry.filename
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if entry.flag_bits & _ENCRYPTED or kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise could_not_unzip()
    if not name or name.startswith("/") or "\\" in name or "\0" in entry.orig_filename or name[1:2] == ":":
        raise could_not_unzip()
    parts = PurePosixPath(name).parts
    if ".." in parts or any(len(part.encode("utf-8", "replace")) > _MAX_NAME_BYTES for part in parts):
        raise could_not_unzip()
    return parts


def _copy(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path | None, budget: int) -> int:
    """Decompress one entry (to ``path``, if given) and count real bytes; what is left of the budget.

    ``zipfile`` stops at the declared size and checks the CRC, so a lie about the size is a broken archive.
    """
    target = open(path, "wb") if path is not None else None  # noqa: SIM115, PTH123 - closed below
    try:
        with archive.open(entry) as source:
            while chunk := source.read(_CHUNK):
                budget -= len(chunk)
                if budget < 0:
                    raise unzipped_too_large()
                if target is not None:
                    target.write(chunk)
    finally:
        if target is not None:
            target.close()
    return budget
