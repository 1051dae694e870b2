"""``gatelet up [DIR]``: start, deploy, follow the log."""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from gatelet.cli.client import Client
from gatelet.cli.endpoint import trusting
from gatelet.cli.failure import CommandFailed, NoServer
from gatelet.cli.follow import follow_all
from gatelet.server.config import Config

if TYPE_CHECKING:
    from gatelet.server.lifecycle import Running

_TERMINATE_SECONDS = 5.0


def run(arguments: argparse.Namespace, config: Config) -> int:
    """Start Gatelet here unless one runs on the port already; deploy DIR; follow."""
    script = arguments.directory / "deploy.py"
    if not script.is_file():
        raise CommandFailed(
            f"{arguments.directory} holds no deploy.py: a script that creates what it needs through AWS's APIs "
            "(see examples/users/deploy.py)."
        )
    runtime = config.runtime_dir / "python"
    if not runtime.is_dir():
        raise CommandFailed(f"{runtime} does not exist: run `gatelet install-runtime` once (it installs boto3).")
    if config.port:
        client = Client(config.endpoint, config.region, trusting(config, os.environ))
        with suppress(NoServer):
            client.health()
            return _join(client, script, runtime)
    return _serve(config, script, runtime)


def _join(client: Client, script: Path, runtime: Path) -> int:
    print(f"Gatelet runs on {client.endpoint} already; deploying to it.", flush=True)
    done = subprocess.run(
        _command(script), env=_environment(client.environment(), runtime), start_new_session=True, check=False
    )
    _check(script, done.returncode)
    _print_following()
    follow_all(client, Event().wait)
    return 0


def _serve(config: Config, script: Path, runtime: Path) -> int:
    from gatelet.server import lifecycle
    from gatelet.server.log_format import log_to_standard_error

    async def main() -> int:
        stop = lifecycle.stop_on_signals()
        async with lifecycle.serving(config) as running:
            await running.announce(partial(print, flush=True))
            work = asyncio.create_task(_deploy_and_follow(running, script, runtime))
            stopped = asyncio.create_task(lifecycle.until_stopped(running, stop))
            try:
                await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
                if work.done():
                    work.result()  # it ends by failing only
                return await stopped
            finally:
                for task in (work, stopped):
                    task.cancel()
                await asyncio.gather(work, stopped, return_exceptions=True)

    log_to_standard_error(os.environ)
    return lifecycle.run(main())


async def _deploy_and_follow(running: Running, script: Path, runtime: Path) -> None:
    """Run the script, then follow until cancelled. Raises CommandFailed."""
    variables = running.client_environment()
    # A session of its own: Ctrl-C comes to Gatelet alone, which then ends the script.
    process = await asyncio.create_subprocess_exec(
        *_command(script), env=_environment(variables, runtime), start_new_session=True
    )
    try:
        _check(script, await process.wait())
    finally:
        await _end(process)
    _print_following()
    client = Client(running.endpoint, running.config.region, variables)
    stop = Event()
    following = asyncio.create_task(asyncio.to_thread(follow_all, client, stop.wait))
    try:
        await asyncio.shield(following)
    finally:
        stop.set()
        await asyncio.gather(following, return_exceptions=True)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), _TERMINATE_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()


def _command(script: Path) -> list[str]:
    return [sys.executable, str(script.resolve())]


def _environment(variables: Mapping[str, str], runtime: Path) -> dict[str, str]:
    """What the script finds: what an AWS client needs, and boto3 from the functions' runtime directory."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    paths = [str(runtime), *filter(None, [inherited.get("PYTHONPATH")])]
    return {**inherited, **variables, "PYTHONPATH": os.pathsep.join(paths)}


def _check(script: Path, code: int) -> None:
    if code != 0:
        raise CommandFailed(f"{script} failed with exit code {code}; its message stands above.")


def _print_following() -> None:
    print("Following the log of every function; Ctrl-C stops.", flush=True)
