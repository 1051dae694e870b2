"""``gatelet up --watch``: save a file, and the next request runs it.

A file that a function was made of goes straight into the function (UpdateFunctionCode; requests that run finish
on the old code). Any other change in the directory runs its deploy.py again.
"""

from __future__ import annotations

import logging
import sys
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Event

from gatelet.cli.client import Client
from gatelet.cli.failure import CommandFailed
from gatelet.cli.sources import Sources, find_sources

_STEP_MS = 10
_DEBOUNCE_MS = 200
"""A save comes as several events: wait until there is none for a step, at most so long."""


class Watcher:
    """Keeps what is deployed equal to a directory."""

    def __init__(self, client: Client, directory: Path, deploy: Callable[[], None]) -> None:
        self._client = client
        self._directory = directory.resolve()
        self._deploy = deploy
        self._sources: list[Sources] = []

    def look(self) -> None:
        """Find out which files the deployed functions are made of."""
        found = []
        for function in self._client.functions():
            archive = self._client.code(function["FunctionName"])
            try:
                sources = find_sources(function["FunctionName"], archive, self._directory)
            except zipfile.BadZipFile:
                continue
            if sources.files:
                found.append(sources)
        self._sources = found

    def apply(self, changed: Iterable[Path]) -> None:
        """Deploy a change. What fails is said, and the watch goes on: the next save may mend it."""
        paths = set(changed)
        known = {path for sources in self._sources for path in sources.files.values()}
        # Editors save by way of files that are gone at once; a source that is gone is for deploy.py to decide about.
        others = {path for path in paths - known if path.is_file()} | {path for path in known if not path.is_file()}
        try:
            if others:
                self._deploy()
                self.look()
            else:
                self._update(paths & known)
        except (CommandFailed, OSError) as failure:
            print(f"gatelet: {failure}", file=sys.stderr, flush=True)

    def _update(self, paths: set[Path]) -> None:
        for index, sources in enumerate(self._sources):
            if sources.uses(paths):
                archive = sources.rebuilt()
                if archive == sources.archive:
                    continue
                self._client.update_code(sources.function, archive)
                self._sources[index] = Sources(sources.function, archive, sources.files)
                print(f"Updated the code of {sources.function}", flush=True)


def watch(client: Client, directory: Path, deploy: Callable[[], None], stop: Event) -> None:
    """Deploy every change of the directory until stopped."""
    import watchfiles  # here: other commands must not pay for it

    logging.getLogger("watchfiles").setLevel(logging.WARNING)
    watcher = Watcher(client, directory, deploy)
    watcher.look()
    print(f"Watching {directory} for changes.", flush=True)
    changes = watchfiles.watch(
        directory, step=_STEP_MS, debounce=_DEBOUNCE_MS, stop_event=stop, rust_timeout=500, raise_interrupt=False
    )
    for batch in changes:
        watcher.apply(Path(path) for _, path in batch)
