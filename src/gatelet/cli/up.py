"""``gatelet up [DIR]``: start, deploy, follow the log."""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlsplit

from gatelet.cli.deploy_script import DeployScript, find
from gatelet.cli.failure import NoServer
from gatelet.server.config import Config

# A start needs no client of a running Gatelet until it serves: those modules are imported where they are used.
if TYPE_CHECKING:
    from gatelet.cli.client import Client
    from gatelet.cli.follow import Stopped
    from gatelet.server.lifecycle import Running

Follow: TypeAlias = "Callable[[Client, Stopped], None]"
"""What is done until the command is stopped."""

_CONNECT_SECONDS = 5.0


def run(arguments: argparse.Namespace, config: Config) -> int:
    """Start Gatelet here unless one runs on the port already; deploy DIR; follow."""
    script = find(arguments.directory, config.runtime_dir)
    follow: Follow = _follow
    if arguments.watch:
        follow = partial(_watch_and_follow, directory=arguments.directory, script=script, config=config)
    with closing(DeployScript(script, config.runtime_dir)) as deployment:
        if not config.data_dir.exists():
            # The first start: only the script has something to do. On a later one the functions start first.
            deployment.prepare()
        if config.port and _somebody_listens(config.endpoint):
            from gatelet.cli.client import Client
            from gatelet.cli.endpoint import trusting

            client = Client(config.endpoint, config.region, trusting(config, os.environ))
            with suppress(NoServer):
                client.health()
                return _join(client, deployment, follow)
        return _serve(config, deployment, follow)


def _somebody_listens(endpoint: str) -> bool:
    url = urlsplit(endpoint)
    with suppress(OSError), socket.create_connection((url.hostname, url.port), _CONNECT_SECONDS):
        return True
    return False


def _join(client: Client, deployment: DeployScript, follow: Follow) -> int:
    print(f"Gatelet runs on {client.endpoint} already; deploying to it.", flush=True)
    deployment.run(client.environment())
    _print_following()
    follow(client, Event().wait)
    return 0


def _follow(client: Client, stopped: Stopped) -> None:
    from gatelet.cli.follow import follow_all

    follow_all(client, stopped)


def _watch_and_follow(client: Client, stopped: Stopped, *, directory: Path, script: Path, config: Config) -> None:
    """Follow, and deploy every change meanwhile."""
    from gatelet.cli.watch import watch

    def deploy() -> None:
        with closing(DeployScript(script, config.runtime_dir)) as deployment:
            deployment.run(client.environment())

    stop = Event()
    watching = Thread(target=watch, args=(client, directory, deploy, stop), daemon=True)
    watching.start()
    try:
        _follow(client, stopped)
    finally:
        stop.set()
        watching.join()


def _serve(config: Config, deployment: DeployScript, follow: Follow) -> int:
    from gatelet.server import lifecycle
    from gatelet.server.log_format import log_to_standard_error

    async def main() -> int:
        stop = lifecycle.stop_on_signals()
        async with lifecycle.serving(config) as running:
            await running.announce(partial(print, flush=True))
            work = asyncio.create_task(_deploy_and_follow(running, deployment, follow))
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


async def _deploy_and_follow(running: Running, deployment: DeployScript, follow: Follow) -> None:
    """Run the script, then follow until cancelled. Raises CommandFailed."""
    variables = running.client_environment()
    deployment.prepare()
    running_script = asyncio.create_task(asyncio.to_thread(deployment.run, variables))
    try:
        await asyncio.shield(running_script)
    finally:
        await asyncio.to_thread(deployment.end)
        await asyncio.gather(running_script, return_exceptions=True)
    from gatelet.cli.client import Client

    _print_following()
    client = Client(running.endpoint, running.config.region, variables)
    stop = Event()
    following = asyncio.create_task(asyncio.to_thread(follow, client, stop.wait))
    try:
        await asyncio.shield(following)
    finally:
        stop.set()
        await asyncio.gather(following, return_exceptions=True)


def _print_following() -> None:
    print("Following the log of every function; Ctrl-C stops.", flush=True)
