"""The composition root: the only place that names drivers and puts the organs together."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_network
from typing import Any

import gatelet
from gatelet.aws.clock import Clock, SystemClock
from gatelet.aws.ids import Ids
from gatelet.control.dispatch import ControlPlane
from gatelet.control.lambda_.code_download import download
from gatelet.control.lambda_.settle import resume
from gatelet.control.ports import Ports
from gatelet.control.registry import Registry
from gatelet.functions.lambda_service import LambdaService
from gatelet.functions.settings import FunctionSettings
from gatelet.gateway.events import proxy
from gatelet.gateway.live import LiveGateway
from gatelet.gateway.pipeline import serve
from gatelet.gateway.settings import GatewaySettings
from gatelet.http.tls import TlsContext
from gatelet.identity.credentials import Credentials
from gatelet.logs.writer import LogWriter
from gatelet.server.authenticate import Authenticator
from gatelet.server.config import Config
from gatelet.server.door import Door
from gatelet.server.execution_log import CloudWatchExecutionLog
from gatelet.server.followers import Followers, ServedRecords
from gatelet.server.house import HousePages
from gatelet.server.invoker import FunctionInvoker
from gatelet.server.listener import Listener
from gatelet.server.secrets import root_credentials, session_key
from gatelet.server.sessions import FunctionSessions
from gatelet.storage.ports import StorageFailed
from gatelet.storage.sqlite.data_directory import DataDirectory, open_data_directory
from gatelet.wire.codec import Codec

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class House:
    """Everything that a Gatelet is, put together and not yet listening."""

    config: Config
    clock: Clock
    edge: Listener
    public: Listener
    tls: TlsContext | None
    root: Credentials | None
    first_start: bool
    _data: DataDirectory
    _functions: LambdaService
    _sessions: FunctionSessions
    _ports: Ports

    async def start(self, endpoint: str) -> None:
        """Go on with what a stop or a crash interrupted; called once the ports are bound."""
        self._functions.set_endpoint(endpoint)
        await resume(self._ports)

    async def failed(self) -> StorageFailed:
        """Return when storage can no longer promise durability: the process must stop."""
        return await self._data.failed


@asynccontextmanager
async def open_house(config: Config) -> AsyncIterator[House]:
    """Open storage, load what is served, start the organs; close them in the opposite order."""
    clock, ids = SystemClock(), Ids()
    async with AsyncExitStack() as stack:
        data = await stack.enter_async_context(open_data_directory(config.data_dir))
        first_start = await data.changes.latest() == 0
        secret = await session_key(data.records)
        root = await root_credentials(data.records, ids) if config.mode == "secure" else None
        groups = LogGroups(data.records, data.log_chunks, clock)
        await stack.enter_async_context(
            upkeep(groups, data.log_chunks, clock, budget=config.log_budget_mb * quotas.MIB)
        )
        log_writer = LogWriter(groups, data.log_chunks, clock)
        stack.push_async_callback(log_writer.close)
        sessions = FunctionSessions(secret, clock, ids)
        functions = LambdaService(
            _function_settings(config), data.records, data.blobs, log_writer, clock, ids, sessions.issue
        )
        await functions.start()
        stack.push_async_callback(functions.stop)
        live = LiveGateway(data.records)
        await live.start()
        followers = Followers(data.changes, [live.apply, functions.apply])
        await followers.start()
        stack.push_async_callback(followers.stop)
        ports = Ports(
            records=ServedRecords(data.records, followers),
            blobs=data.blobs,
            log_chunks=data.log_chunks,
            log_writer=log_writer,
            functions=functions,
            gateway=live,
            clock=clock,
            ids=ids,
        )
        authenticator = Authenticator(root=root, sessions=secret)
        listener = partial(
            Listener,
            serve=partial(serve, live=live, ports=_gateway_ports(config, functions, log_writer, clock, ids)),
            control=ControlPlane(Codec(), Registry(), ports),
            authenticator=authenticator,
            house=HousePages(partial(_health, config, data, functions), partial(download, ports)),
            clock=clock,
            ids=ids,
        )
        tls = TlsContext(config.tls_certificate, config.tls_key) if config.tls_certificate and config.tls_key else None
        edge = listener(Door([config.host, *config.hosts]))
        public = listener(Door(data_plane_only=True))
        yield House(config, clock, edge, public, tls, root, first_start, data, functions, sessions, ports)
