"""What an editor is told about where a function's files are."""

from __future__ import annotations

from pathlib import Path

from gatelet.cli.attach import mappings
from gatelet.cli.sources import Sources


def sources(**files: str) -> Sources:
    return Sources("f", b"", {name.replace("__", "/") + ".py": Path(path) for name, path in files.items()})


def test_the_directory_of_most_files_comes_first() -> None:
    found = sources(app="/src/app.py", lib__a="/src/lib/a.py", vendored__b="/other/vendored/b.py")
    assert mappings(found, "/var/task") == [
        {"localRoot": "/src", "remoteRoot": "/var/task"},
        {"localRoot": "/other/vendored", "remoteRoot": "/var/task/vendored"},
    ]


def test_without_sources_the_workspace_is_meant() -> None:
    assert mappings(sources(), "/var/task") == [{"localRoot": "${workspaceFolder}", "remoteRoot": "/var/task"}]
