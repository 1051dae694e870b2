"""The life of the process: start, serve, drain, stop; and the lines that say so."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from gatelet.http.limits import Limits
from gatelet.http.server import Server
from gatelet.identity.credentials import Credentials
from gatelet.server.config import Config, InvalidConfiguration
from gatelet.server.door import edge_body_limit
from gatelet.server.wiring import House, open_house

_log = logging.getLogger("gatelet")


@dataclass(frozen=True, slots=True)
class Running:
    """A Gatelet that serves."""

    config: Config
    endpoint: str
    invoke_endpoint: str | None
    root: Credentials | None
    """The root key of the secure mode; None in the development mode."""
    first_start: bool
    house: House

    def announcement(self) -> str:
        """What a person wants to know once it serves; the first line is for scripts, too."""
        lines = [f"Gatelet is ready on {self.endpoint}"]
        if self.invoke_endpoint:
            lines.append(f"  invoke URLs  {self.invoke_endpoint}")
        lines.append(f"  state        {self.config.data_dir}")
        lines.append("  AWS clients:")
        lines.extend(f"    export {name}={value}" for name, value in self.client_environment().items())
        if self.root is not None and not self.first_start:
            lines.append("    (the secret of the root key was printed at the first start)")
        return "\n".join(lines)

    def client_environment(self) -> dict[str, str]:
        """What AWS clients need in their environment."""
        environment = {"AWS_ENDPOINT_URL": self.endpoint, "AWS_DEFAULT_REGION": self.config.region}
        environment["AWS_REGION"] = self.config.region
        if self.root is None:
            return environment | {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        environment["AWS_ACCESS_KEY_ID"] = self.root.access_key_id
        if self.first_start:
            environment["AWS_SECRET_ACCESS_KEY"] = self.root.secret_access_key
        return environment


def serve_forever(config: Config, announce: Callable[[Running], Any]) -> int:
    """Serve until SIGTERM or SIGINT; 0, or 1 when it had to stop by itself."""
    configure_logging()
    return run(_serve_until_signal(config, announce))


def run(main: Any) -> int:
    """Run the coroutine to its exit code on the fast loop."""
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        code: int = runner.run(main)
    return code


def configure_logging() -> None:
    """Human lines on standard error for a terminal, JSON lines otherwise."""
    from gatelet.server.log_format import JsonFormatter, TerminalFormatter

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(TerminalFormatter() if sys.stderr.isatty() else JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(os.environ.get("GATELET_LOG_LEVEL", "INFO").upper())


async def _serve_until_signal(config: Config, announce: Callable[[Running], Any]) -> int:
    stop = stop_on_signals()
    async with serving(config) as running:
        announce(running)
        stopped = asyncio.create_task(stop.wait())
        failed = asyncio.ensure_future(running.house.failed())
        await asyncio.wait({stopped, failed}, return_when=asyncio.FIRST_COMPLETED)
        code = 0
        if failed.done() and not stop.is_set():
            _log.critical("storage failed; the process stops: %s", failed.result())
            code = 1
        for task in (stopped, failed):
            task.cancel()
        await asyncio.gather(stopped, failed, return_exceptions=True)
    return code


def stop_on_signals() -> asyncio.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


@asynccontextmanager
async def serving(config: Config) -> AsyncIterator[Running]:
    """A Gatelet that serves inside the block, and is drained at its end."""
    async with contextlib.AsyncExitStack() as stack:
        house = await stack.enter_async_context(open_house(config))
        edge = Server(house.edge.handle, Limits(), house.clock, body_limit=edge_body_limit)
        stack.push_async_callback(edge.drain, config.drain_seconds)
        port = await _listen(edge, config.host, config.port, house)
        invoke_endpoint = None
        if config.invoke_port is not None:
            public = Server(house.public.handle, Limits(), house.clock)
            stack.push_async_callback(public.drain, config.drain_seconds)
            invoke_port = await _listen(public, config.invoke_host, config.invoke_port, house)
            invoke_endpoint = _url(config, config.invoke_host, invoke_port)
        endpoint = _url(config, config.host, port)
        await house.start(endpoint)
        gc.freeze()  # what start-up built lives as long as the process
        yield Running(config, endpoint, invoke_endpoint, house.root, house.first_start, house)
        _log.info("draining")


async def _listen(server: Server, host: str, port: int, house: House) -> int:
    try:
        addresses = await server.start(host, port, tls=house.tls)
    except OSError as error:
        raise InvalidConfiguration(
            f"cannot listen on {host}:{port}: {error.strerror or error}. Another process may hold the port; "
            "choose another with --port."
        ) from error
    bound: int = addresses[0][1]
    return bound


def _url(config: Config, host: str, port: int) -> str:
    scheme = "https" if config.tls_certificate else "http"
    name = f"[{host}]" if ":" in host else host
    return f"{scheme}://{name}:{port}"
