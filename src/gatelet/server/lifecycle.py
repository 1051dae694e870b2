"""The life of the process: start, serve, drain, stop; and the lines that say so."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import importlib
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gatelet.http.limits import Limits
from gatelet.http.server import Server
from gatelet.http.tls import TlsContext
from gatelet.server.config import Config
from gatelet.server.door import edge_body_limit
from gatelet.server.errors import CannotStart, InvalidConfiguration
from gatelet.server.ground import open_ground
from gatelet.server.log_format import log_to_standard_error
from gatelet.storage.ports import StorageError

if TYPE_CHECKING:
    from gatelet.server.wiring import House

_log = logging.getLogger("gatelet")
_INTERRUPTED = 130


Show = Callable[[str], None]
"""Where the announcement goes: a terminal, mostly."""


@dataclass(frozen=True, slots=True)
class Running:
    """A Gatelet that serves."""

    config: Config
    endpoint: str
    invoke_endpoint: str | None
    house: House

    async def announce(self, show: Show) -> None:
        """Say where it serves, and remember that the root key's secret was shown if it was."""
        show(self.announcement())
        if self.house.root is not None and not self.house.root.shown:
            await self.house.secret_was_shown()

    def announcement(self) -> str:
        """What a person wants to know once it serves; the first line is for scripts, too."""
        root = self.house.root
        secret = root is None or not root.shown
        lines = [f"Gatelet is ready on {self.endpoint}"]
        if self.invoke_endpoint:
            lines.append(f"  invoke URLs  {self.invoke_endpoint}")
        lines.append(f"  state        {self.config.data_dir}")
        lines.append("  AWS clients:")
        for name, value in self.client_environment().items():
            if secret or name != "AWS_SECRET_ACCESS_KEY":
                lines.append(f"    export {name}={value}")
        if root is not None:
            lines.append(
                "    (the root key: its secret is shown this once)"
                if secret
                else "    (the secret of the root key was shown at its first start)"
            )
        return "\n".join(lines)

    def client_environment(self) -> dict[str, str]:
        """What an AWS client needs in its environment: as root, the secret included."""
        environment = {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_DEFAULT_REGION": self.config.region,
            "AWS_REGION": self.config.region,
        }
        if self.config.tls_certificate is not None:
            environment["AWS_CA_BUNDLE"] = str(self.config.tls_certificate.absolute())
        root = self.house.root
        if root is None:
            return environment | {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        key = root.credentials
        return environment | {
            "AWS_ACCESS_KEY_ID": key.access_key_id,
            "AWS_SECRET_ACCESS_KEY": key.secret_access_key,
        }


def serve_forever(config: Config, show: Show) -> int:
    """Serve until SIGTERM or SIGINT; 0, or 1 when it had to stop by itself.

    Raises InvalidConfiguration, CannotStart.
    """

    async def main() -> int:
        stop = stop_on_signals()
        async with serving(config) as running:
            await running.announce(show)
            return await until_stopped(running, stop)

    log_to_standard_error(os.environ)
    return run(main())


def run(main: Coroutine[Any, Any, int]) -> int:
    """Run the coroutine to its exit code on the fast loop."""
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)


def stop_on_signals() -> asyncio.Event:
    """An event that SIGTERM and SIGINT set. A second signal ends the process where it stands.

    That loses no more than a crash does: nothing that was acknowledged.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def on_signal() -> None:
        if stop.is_set():
            os._exit(_INTERRUPTED)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal)
    return stop


async def until_stopped(running: Running, stop: asyncio.Event) -> int:
    """Wait for the signal, or for the failure of storage: the exit code."""
    stopped = asyncio.create_task(stop.wait())
    failed = asyncio.create_task(running.house.failed())
    try:
        await asyncio.wait({stopped, failed}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            return 0
        _log.critical("storage failed; the process stops: %s", failed.result())
        return 1
    finally:
        for task in (stopped, failed):
            task.cancel()
        await asyncio.gather(stopped, failed, return_exceptions=True)


@asynccontextmanager
async def serving(config: Config) -> AsyncIterator[Running]:
    """A Gatelet that serves inside the block, and is drained at its end.

    Raises InvalidConfiguration, CannotStart.
    """
    async with contextlib.AsyncExitStack() as stack:
        tls = _tls(config)
        _try_to_bind("port", config.host, config.port)
        if config.invoke_port is not None:
            _try_to_bind("invoke-port", config.invoke_host, config.invoke_port)
        try:
            ground = await stack.enter_async_context(open_ground(config))
            # While this imports for a quarter of a second, the interpreter of functions loads in its own process.
            wiring = await asyncio.to_thread(importlib.import_module, "gatelet.server.wiring")
            house = await stack.enter_async_context(wiring.open_house(config, ground))
        except (StorageError, OSError) as error:
            raise CannotStart(str(error)) from error
        edge = Server(house.edge.handle, Limits(), house.clock, body_limit=edge_body_limit)
        public = Server(house.public.handle, Limits(), house.clock)
        house.observed.listening.update(edge=edge, invoke=public)
        stack.push_async_callback(_drain, [edge, public], config.drain_seconds)
        endpoint = config.url(config.host, await _listen(edge, "port", config.host, config.port, tls))
        invoke_endpoint = None
        if config.invoke_port is not None:
            port = await _listen(public, "invoke-port", config.invoke_host, config.invoke_port, tls)
            invoke_endpoint = config.url(config.invoke_host, port)
        await house.start(endpoint)
        gc.freeze()  # what start-up built lives as long as the process
        # Requests leave no cycles; looking for them often is what the slowest of them waited for.
        gc.set_threshold(50_000, 20, 50)
        # A thread that computes (a signature, an archive) gives way to the event loop after a millisecond, not five.
        sys.setswitchinterval(0.001)
        yield Running(config, endpoint, invoke_endpoint, house)
        _log.info("draining")


async def _drain(servers: Sequence[Server], seconds: float) -> None:
    await asyncio.gather(*(server.drain(seconds) for server in servers))


def _tls(config: Config) -> TlsContext | None:
    if config.tls_certificate is None or config.tls_key is None:
        return None
    try:
        return TlsContext(config.tls_certificate, config.tls_key)
    except (OSError, ValueError) as error:
        raise InvalidConfiguration(
            f"the TLS certificate {config.tls_certificate} with the key {config.tls_key} cannot be used: {error}"
        ) from error


def _try_to_bind(flag: str, host: str, port: int) -> None:
    """Find out before anything is opened or made that a port is taken."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        socket.create_server(address[:2], family=family).close()
    except (OSError, UnicodeError) as error:
        raise _cannot_listen(flag, host, port, error) from error


async def _listen(server: Server, flag: str, host: str, port: int, tls: TlsContext | None) -> int:
    try:
        addresses = await server.start(host, port, tls=tls)
    except (OSError, UnicodeError) as error:
        raise _cannot_listen(flag, host, port, error) from error
    return addresses[0].port


def _cannot_listen(flag: str, host: str, port: int, error: Exception) -> CannotStart:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return CannotStart(f"the port {port} of {host} is in use by another process: choose another with --{flag}.")
    reason = getattr(error, "strerror", None) or str(error)
    return CannotStart(f"cannot listen on {host}:{port}: {reason}.")
