"""Which files a function was made of, and its archive rebuilt from them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from gatelet.cli.sources import find_sources


def bundle(**entries: bytes) -> bytes:
    """An archive; ``__`` in a name stands for a slash, ``_py`` at its end for the suffix."""
    built = io.BytesIO()
    with zipfile.ZipFile(built, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "/").replace("_py", ".py"), content)
    return built.getvalue()


def entries(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def write(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_an_entry_is_the_file_with_its_name_and_bytes(tmp_path: Path) -> None:
    handler = write(tmp_path / "app.py", b"one")
    nested = write(tmp_path / "src" / "lib" / "model.py", b"two")
    write(tmp_path / "other" / "model.py", b"two")
    write(tmp_path / "src" / "lib" / "made.py", b"not what was deployed")
    sources = find_sources("f", bundle(app_py=b"one", lib__model_py=b"two", lib__made_py=b"generated"), tmp_path)
    assert sources.files == {"app.py": handler, "lib/model.py": nested}


def test_the_nearest_of_equal_files_is_taken(tmp_path: Path) -> None:
    near = write(tmp_path / "app.py", b"one")
    write(tmp_path / "copy" / "app.py", b"one")
    assert find_sources("f", bundle(app_py=b"one"), tmp_path).files == {"app.py": near}


@pytest.mark.parametrize("place", [".venv", ".git", "node_modules", "__pycache__", "site-packages"])
def test_installed_and_hidden_files_are_no_sources(tmp_path: Path, place: str) -> None:
    write(tmp_path / place / "app.py", b"one")
    assert find_sources("f", bundle(app_py=b"one"), tmp_path).files == {}


def test_rebuilding_takes_the_files_as_they_are_now(tmp_path: Path) -> None:
    handler = write(tmp_path / "app.py", b"one")
    sources = find_sources("f", bundle(app_py=b"one", lib__made_py=b"generated"), tmp_path)
    handler.write_bytes(b"another")
    assert sources.uses([handler])
    assert not sources.uses([tmp_path / "README.md"])
    assert entries(sources.rebuilt()) == {"app.py": b"another", "lib/made.py": b"generated"}
    assert sources.rebuilt() == sources.rebuilt()


def test_an_archive_that_is_none_is_said(tmp_path: Path) -> None:
    with pytest.raises(zipfile.BadZipFile):
        find_sources("f", b"no archive", tmp_path)
