"""Write the lock files anew: every version and every hash that an installation may use.

    python scripts/lock.py            (or: make lock)

The newest versions that pyproject.toml's ranges allow are taken; local package sources are left out.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCKS = {
    "server.txt": "hatchling>=1.25\neditables>=0.5\n{project}",
    "dev.txt": "hatchling>=1.25\neditables>=0.5\n{project}\n{dev}",
    "bench.txt": "{project}\n{dev}\n{bench}",
    "runtime.txt": "boto3>=1.40,<2",
    "awscli.txt": "awscli>=1.40,<2",
}
HEADER = "# Locked by `make lock` (scripts/lock.py) for Python 3.11; do not edit by hand.\n"


def main() -> int:
    """Write each lock file."""
    sets = _dependency_sets()
    for name, template in LOCKS.items():
        print(f"requirements/{name}", flush=True)
        _lock(ROOT / "requirements" / name, template.format(**sets))
    return 0


def _dependency_sets() -> dict[str, str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    return {
        "project": "\n".join(project["dependencies"]),
        "dev": "\n".join(extras["dev"]),
        "bench": "\n".join(extras["bench"]),
    }


def _lock(target: Path, requirements: str) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PIP_FIND")}
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "requirements.in"
        output = Path(folder) / "requirements.txt"
        source.write_text(requirements, "utf-8")
        subprocess.run(
            [sys.executable, "-m", "piptools", "compile", "--quiet", "--generate-hashes", "--allow-unsafe",
             "--strip-extras", "--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links",
             "--no-emit-trusted-host", "--output-file", str(output), str(source)],
            check=True,
            env=environment,
        )  # fmt: skip
        lines = [
            line for line in output.read_text("utf-8").splitlines() if not re.match(r"\s*(--find-links|-i|-f)\b", line)
        ]
    target.write_text(HEADER + "\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
