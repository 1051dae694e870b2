"""How to attach an editor to a function that waits for its debugger."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from pathlib import Path, PurePosixPath

from gatelet.cli.client import Client
from gatelet.cli.failure import CommandFailed
from gatelet.cli.sources import Sources, find_sources

HOST = "127.0.0.1"


def how_to_attach(client: Client, function: str, port: int, directory: Path) -> str:
    """The text to print before the function waits. Raises CommandFailed: it may not be debugged."""
    root = client.task_root(function, port)
    try:
        sources = find_sources(function, client.code(function), directory.resolve())
    except (zipfile.BadZipFile, OSError) as error:
        raise CommandFailed(f"the sources of {function} cannot be compared with {directory}: {error}") from error
    configuration = {
        "name": f"Gatelet: {function}",
        "type": "debugpy",
        "request": "attach",
        "connect": {"host": HOST, "port": port},
        "pathMappings": mappings(sources, root),
    }
    return (
        f"{function} waits for a debugger on {HOST}:{port}; its time does not run. Ctrl-C ends it.\n"
        "For VS Code, in the configurations of .vscode/launch.json:\n"
        f"{json.dumps(configuration, indent=2)}\n"
    )


def mappings(sources: Sources, root: str) -> list[dict[str, str]]:
    """``pathMappings``: first the directory that most of the files are in, then those of the others."""
    roots = Counter(_root(entry, path) for entry, path in sources.files.items())
    if not roots:
        return [{"localRoot": "${workspaceFolder}", "remoteRoot": root}]
    main = roots.most_common(1)[0][0]
    others = {
        str(PurePosixPath(root, entry).parent): str(path.parent)
        for entry, path in sources.files.items()
        if _root(entry, path) != main
    }
    pairs = [(root, str(main)), *sorted(others.items())]
    return [{"localRoot": local, "remoteRoot": remote} for remote, local in pairs]


def _root(entry: str, path: Path) -> Path:
    """The directory that the entry's name begins in."""
    return path.parents[len(PurePosixPath(entry).parts) - 1]
