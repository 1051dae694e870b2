"""serverless-offline with the example's handler, where npm has put it: GATELET_BENCH_SERVERLESS, or the repository.

Set up with: npm install serverless@3 serverless-offline@13 (version 4 of serverless asks for an account).
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.servers import EXAMPLE, QUERY, ROOT, Server, free_port, running, wait_for_user

_SERVICE = """\
service: users
frameworkVersion: "3"
provider: {name: aws, runtime: python3.11, stage: prod}
plugins: [serverless-offline]
functions:
  getUser:
    handler: lambda_function.lambda_handler
    events: [{http: {path: users, method: get}}]
"""


def _modules() -> Path:
    return Path(os.environ.get("GATELET_BENCH_SERVERLESS", ROOT)) / "node_modules"


def installed() -> bool:
    """Whether the framework and the plugin are there."""
    return (_modules() / ".bin" / "serverless").exists() and (_modules() / "serverless-offline").is_dir()


@contextmanager
def serve() -> Iterator[Server]:
    """A service of one function in a folder of its own."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="gatelet-bench-") as name:
        folder = Path(name)
        (folder / "serverless.yml").write_text(_SERVICE, "utf-8")
        shutil.copy(EXAMPLE / "lambda_function.py", folder)
        (folder / "node_modules").symlink_to(_modules())
        (folder / "python3.11").symlink_to(sys.executable)
        binary = str(folder / "node_modules" / ".bin" / "serverless")
        options = ["--host", "127.0.0.1", "--httpPort", str(port), "--lambdaPort", str(free_port())]
        environment = {
            **os.environ,
            "PATH": os.pathsep.join([name, str(Path(sys.executable).parent), os.environ["PATH"]]),
            "SLS_TELEMETRY_DISABLED": "1",
            "SLS_NOTIFICATIONS_MODE": "off",
        }
        url = f"http://127.0.0.1:{port}/prod{QUERY}"
        with running([binary, "offline", *options], environment, folder) as process:
            wait_for_user(url, process)
            yield Server("serverless-offline", process.pid, url, f"http://127.0.0.1:{port}")
