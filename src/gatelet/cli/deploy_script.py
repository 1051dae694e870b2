"""A directory's deploy.py: made ready while the server starts, run once it serves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from gatelet.cli import script_runner
from gatelet.cli.failure import CommandFailed

_TERMINATE_SECONDS = 5.0


class DeployScript:
    """One run of the script, in a process of its own."""

    def __init__(self, script: Path, process: subprocess.Popen[bytes], tell: int) -> None:
        self._script = script
        self._process = process
        self._tell = tell

    def run(self, variables: Mapping[str, str]) -> None:
        """Run it with these environment variables. Blocks; raises CommandFailed if it fails."""
        with suppress(BrokenPipeError), open(self._tell, "w", encoding="utf-8", closefd=False) as told:
            told.write(json.dumps(dict(variables)) + "\n")
        code = self._process.wait()
        if code != 0:
            raise CommandFailed(f"{self._script} failed with exit code {code}; its message stands above.")

    def end(self) -> None:
        """End it if it still runs, kindly first."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_TERMINATE_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


def find(directory: Path, runtime_dir: Path) -> Path:
    """The script of a directory. Raises CommandFailed if it is not there, or boto3 for it is not."""
    script = directory / "deploy.py"
    if not script.is_file():
        raise CommandFailed(
            f"{directory} holds no deploy.py: a script that creates what it needs through AWS's APIs "
            "(see examples/users/deploy.py)."
        )
    runtime = runtime_dir / "python"
    if not runtime.is_dir():
        raise CommandFailed(f"{runtime} does not exist: run `gatelet install-runtime` once (it installs boto3).")
    return script


@contextmanager
def prepared(script: Path, runtime_dir: Path) -> Iterator[DeployScript]:
    """The script in an interpreter that is making itself ready; nothing of it is left after the block."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    paths = [str(runtime_dir / "python"), *filter(None, [inherited.get("PYTHONPATH")])]
    hear, tell = os.pipe()
    try:
        process = subprocess.Popen(
            [sys.executable, script_runner.__file__, str(hear), str(script.resolve())],
            env={**inherited, "PYTHONPATH": os.pathsep.join(paths)},
            pass_fds=[hear],
            start_new_session=True,  # Ctrl-C comes to Gatelet alone, which then ends the script
        )
        run = DeployScript(script, process, tell)
        try:
            yield run
        finally:
            run.end()
    finally:
        os.close(hear)
        os.close(tell)
