"""A directory's deploy.py, run once the server serves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from gatelet.cli import script_runner
from gatelet.cli.failure import CommandFailed

_TERMINATE_SECONDS = 5.0


class DeployScript:
    """One run of the script, in a process of its own."""

    def __init__(self, script: Path, runtime_dir: Path) -> None:
        self._script = script
        self._libraries = runtime_dir / "python"
        self._process: subprocess.Popen[bytes] | None = None
        self._hear, self._tell = os.pipe()

    def prepare(self) -> subprocess.Popen[bytes]:
        """Start its interpreter, which loads boto3 and waits."""
        if self._process is None:
            inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
            paths = [str(self._libraries), *filter(None, [inherited.get("PYTHONPATH")])]
            self._process = subprocess.Popen(
                [sys.executable, script_runner.__file__, str(self._hear), str(self._script.resolve())],
                env={**inherited, "PYTHONPATH": os.pathsep.join(paths)},
                pass_fds=[self._hear],
                start_new_session=True,  # Ctrl-C comes to Gatelet alone, which then ends the script
            )
        return self._process

    def run(self, variables: Mapping[str, str]) -> None:
        """Run it with these environment variables. Blocks; raises CommandFailed if it fails."""
        process = self.prepare()
        with suppress(BrokenPipeError), open(self._tell, "w", encoding="utf-8", closefd=False) as told:
            told.write(json.dumps(dict(variables)) + "\n")
        code = process.wait()
        if code != 0:
            raise CommandFailed(f"{self._script} failed with exit code {code}; its message stands above.")

    def end(self) -> None:
        """End it if it still runs, kindly first."""
        process = self._process
        if process is not None and process.poll() is None:
            process.terminate()
            try:
                process.wait(_TERMINATE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def close(self) -> None:
        """End it; it does not run again."""
        self.end()
        os.close(self._hear)
        os.close(self._tell)


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
