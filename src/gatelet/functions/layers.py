"""Layers on disk: unpacked archives merged into one directory, which is a function's ``/opt``.

Reference: lambda-execution section 6 (merged in order, a later layer overwrites).
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from pathlib import Path


def merged_name(blobs: Sequence[str]) -> str:
    """What the merged directory of these layers is called; one layer needs no merging."""
    if len(blobs) < 2:
        return "".join(blobs)
    return hashlib.sha256("\n".join(blobs).encode()).hexdigest()


def merge(layers: Sequence[Path], target: Path) -> None:
    """Fill an empty directory with the layers' files, in order. Files are linked, not copied, where that is possible.

    The layers are read-only directories as ``archive.unpack`` leaves them; so is ``target`` afterwards, but for
    its own mode.
    """
    for layer in layers:
        for directory, _, files in os.walk(layer):
            place = target / Path(directory).relative_to(layer)
            if place.exists() and not place.is_dir():
                place.unlink()
            place.mkdir(parents=True, exist_ok=True)
            for name in files:
                _put(Path(directory, name), place / name)
    for directory, _, _ in os.walk(target, topdown=False):
        if directory != str(target):
            Path(directory).chmod(0o555)


def _put(source: Path, target: Path) -> None:
    if target.is_dir():
        shutil.rmtree(target)
    else:
        target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
