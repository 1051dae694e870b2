"""What a start begins with: storage, and what starts workers.

The interpreter of the functions that are there loads its libraries in a process of its own while this one imports
the rest of the house.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from gatelet.aws.clock import Clock, SystemClock
from gatelet.functions.catalogue import Catalogue
from gatelet.functions.machinery import Machinery
from gatelet.functions.sandbox.layers import SandboxMissing
from gatelet.functions.settings import FunctionSettings
from gatelet.gateway.events import proxy
from gatelet.server.config import Config
from gatelet.server.errors import CannotStart
from gatelet.storage.sqlite.directory import DataDirectory, open_data_directory


@dataclass(frozen=True, slots=True)
class Ground:
    """What the house is built on."""

    clock: Clock
    data: DataDirectory
    settings: FunctionSettings
    machinery: Machinery


@asynccontextmanager
async def open_ground(config: Config) -> AsyncIterator[Ground]:
    """Open storage, look for the sandbox's layers, make the runtimes ready that functions name.

    Raises CannotStart, StorageError.
    """
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        data = await stack.enter_async_context(open_data_directory(config.data_dir))
        if os.geteuid() == 0:
            _let_workers_pass(config.data_dir)
        settings = _function_settings(config)
        machinery = Machinery(settings, clock)
        try:
            await machinery.start()
        except SandboxMissing as missing:
            raise CannotStart(str(missing)) from missing
        stack.push_async_callback(machinery.stop)
        known = await Catalogue(data.records).start()
        if known.runtimes:
            machinery.warm(known.runtimes)
        yield Ground(clock, data, settings, machinery)


def _let_workers_pass(data_dir: Path) -> None:
    """As root, workers run as users of their own: they reach their code below, and can list or read nothing else."""
    data_dir.chmod(0o711)


def _function_settings(config: Config) -> FunctionSettings:
    return FunctionSettings(
        work_directory=config.data_dir / "work",
        runtime_directory=config.runtime_dir,
        node=config.node,
        proxy_event_module=Path(proxy.__file__),
        endpoint_url="",
        certificate=config.tls_certificate,
        secure=config.mode == "secure",
        idle_seconds=config.idle_seconds,
        max_environments=config.max_environments,
        cores=os.cpu_count() or 1,
        drain_seconds=config.drain_seconds,
        sandbox=config.sandbox,
        shared_directories=tuple(Path(path).expanduser().resolve() for path in config.shared_directories),
        templates=config.templates,
    )
