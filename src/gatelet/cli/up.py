"""``gatelet up [DIR]``: start, deploy, follow the log."""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
from pathlib import Path

from gatelet.cli.client import Client
from gatelet.cli.failure import CommandFailed, NoServer
from gatelet.cli.follow import follow_all
from gatelet.server.config import Config


def run(arguments: argparse.Namespace, config: Config) -> int:
    """Start Gatelet here unless one runs on the port already; deploy DIR; follow."""
    script = arguments.directory / "deploy.py"
    if not script.is_file():
        raise CommandFailed(
            f"{arguments.directory} holds no deploy.py: a script that creates what it needs through AWS's APIs "
            "(see examples/users/deploy.py)."
        )
    client = Client(config.endpoint, config.region)
    try:
        client.health()
    except NoServer:
        return _serve(config, script)
    print(f"Gatelet runs on {config.endpoint} already; deploying to it.", flush=True)
    _deploy(script, config, client.environment())
    _print_following()
    follow_all(client)
    return 0


def _serve(config: Config, script: Path) -> int:
    from gatelet.server import lifecycle

    async def main() -> int:
        stop = lifecycle.stop_on_signals()
        async with lifecycle.serving(config) as running:
            print(running.announcement(), flush=True)
            environment = running.client_environment()
            if running.root is not None:
                environment["AWS_SECRET_ACCESS_KEY"] = running.root.secret_access_key
            work = asyncio.create_task(asyncio.to_thread(_deploy, script, config, environment))
            stopped = asyncio.create_task(stop.wait())
            await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                work.result()
                _print_following()
                client = Client(running.endpoint, config.region, environment)
                following = asyncio.create_task(asyncio.to_thread(follow_all, client, stop.is_set))
                await stopped
                await following
        return 0

    lifecycle.configure_logging()
    return lifecycle.run(main())


def _print_following() -> None:
    print("Following the log of every function; Ctrl-C stops.", flush=True)


def _deploy(script: Path, config: Config, environment: dict[str, str]) -> None:
    """Run the script with what an AWS client needs, and boto3 from the functions' runtime directory."""
    runtime = config.runtime_dir / "python"
    if not runtime.is_dir():
        raise CommandFailed(f"{runtime} does not exist: run `gatelet install-runtime` once (it installs boto3).")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    paths = [str(runtime), *filter(None, [inherited.get("PYTHONPATH")])]
    done = subprocess.run(
        [sys.executable, str(script.resolve())],
        env=inherited | environment | {"PYTHONPATH": os.pathsep.join(paths)},
        check=False,
    )
    if done.returncode != 0:
        raise CommandFailed(f"{script} failed with exit code {done.returncode}; its message stands above.")
