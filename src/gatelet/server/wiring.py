"""The composition root: puts the organs together, on the ground that is there already."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from gatelet.aws import quotas
from gatelet.aws.clock import Clock, SystemClock
from gatelet.aws.ids import Ids
from gatelet.control.dispatch import ControlPlane
from gatelet.control.lambda_.code_download import download
from gatelet.control.lambda_.settle import resume
from gatelet.control.ports import Ports
from gatelet.control.registry import Registry
from gatelet.functions.lambda_service import LambdaService
from gatelet.functions.mappings.run import Ports as MappingPorts
from gatelet.functions.mappings.service import EventSources
from gatelet.functions.runtime_api.programs import lacking
from gatelet.functions.shared_leases import SharedLeases
from gatelet.functions.urls.directory import UrlDirectory
from gatelet.gateway.admission import AccountThrottle, Admission
from gatelet.gateway.explain import explain
from gatelet.gateway.explanations import Explanations
from gatelet.gateway.live import LiveGateway
from gatelet.gateway.pipeline import serve
from gatelet.gateway.plans import LivePlans
from gatelet.gateway.ports import AccessLogs
from gatelet.gateway.ports import Ports as GatewayPorts
from gatelet.gateway.rehearsal import Rehearsals
from gatelet.gateway.response_store import ResponseStore
from gatelet.gateway.settings import GatewaySettings
from gatelet.http.request import Request
from gatelet.http.response import Response
from gatelet.identity.authorization import Authorizer
from gatelet.identity.credentials import Credentials
from gatelet.identity.directory import Directory
from gatelet.identity.service import Identity
from gatelet.identity.signers import Signers
from gatelet.identity.user_pools.service import UserPools
from gatelet.logs.groups import LogGroups
from gatelet.logs.upkeep import upkeep
from gatelet.logs.writer import LogWriter
from gatelet.metrics.service import Metrics
from gatelet.server.access_log_file import FileAccessLog
from gatelet.server.authenticate import Authenticator
from gatelet.server.aws_services import AwsServices
from gatelet.server.config import Config
from gatelet.server.counters import Counters, open_counters
from gatelet.server.door import Door
from gatelet.server.endpoints import outgoing_client, service_client, service_endpoints
from gatelet.server.execution_log import CloudWatchAccessLogs, CloudWatchExecutionLog
from gatelet.server.explain_page import ExplainPage
from gatelet.server.followers import Followers, ServedRecords
from gatelet.server.function_urls import FunctionUrls
from gatelet.server.ground import Ground
from gatelet.server.health import Health
from gatelet.server.hosted_ui_address import PoolPage
from gatelet.server.house import HousePages
from gatelet.server.invoker import FunctionInvoker
from gatelet.server.listener import Listener
from gatelet.server.loop_lag import LoopLag
from gatelet.server.observed import Observed
from gatelet.server.otel import open_spans
from gatelet.server.outbox import FileOutbox
from gatelet.server.secrets import RootKey, root_key, root_key_was_shown, session_key, vault
from gatelet.server.sessions import FunctionSessions
from gatelet.server.stream_source import TableStreams
from gatelet.server.table_endpoint import open_table_endpoint
from gatelet.storage.ports import StorageFailed
from gatelet.storage.sqlite.directory import DataDirectory
from gatelet.tables.service import Tables
from gatelet.tables.upkeep import open_tables
from gatelet.wire.codec import Codec


@dataclass(frozen=True, slots=True)
class House:
    """Everything that a Gatelet is, put together and not yet listening."""

    clock: Clock
    edge: Listener
    public: Listener
    root: RootKey | None
    """The root key of the secure mode; None in the development mode."""
    data: DataDirectory
    organs: Organs
    observed: Observed

    async def start(self, endpoint: str) -> None:
        """Go on with what a stop or a crash interrupted; called once the ports are bound."""
        self.organs.functions.set_endpoint(endpoint)
        await resume(self.organs.control)
        self.organs.functions.start_events()
        await self.organs.sources.start()

    async def failed(self) -> StorageFailed:
        """Return when storage can no longer promise durability: the process must stop."""
        return await asyncio.shield(self.data.failed)

    async def secret_was_shown(self) -> None:
        """The root key's secret was printed: no later start prints it."""
        await root_key_was_shown(self.data.records)


@dataclass(frozen=True, slots=True)
class Organs:
    """The organs that live on one storage."""

    functions: LambdaService
    urls: FunctionUrls
    sources: EventSources
    live: LiveGateway
    followers: Followers
    control: Ports
    gateway: GatewayPorts
    plane: ControlPlane
    metrics: Metrics
    counters: Counters


@asynccontextmanager
async def open_house(config: Config, ground: Ground) -> AsyncIterator[House]:
    """Load what is served, start the organs; close them in the opposite order."""
    clock, data, ids = ground.clock, ground.data, Ids()
    async with AsyncExitStack() as stack:
        root = await root_key(data.records, ids) if config.mode == "secure" else None
        identity = await _identity(data, None if root is None else root.credentials, clock, ids)
        organs = await stack.enter_async_context(_organs(config, ground, identity, clock, ids))
        observed = stack.enter_context(_observed(organs, data, clock))
        health = Health(config, data, organs.functions, organs.live, organs.followers, observed)
        authenticator = Authenticator(identity.signers)
        explain_page = ExplainPage(authenticator, identity, partial(_explained, organs.gateway), clock)
        listener = partial(
            Listener,
            serve=partial(serve, live=organs.live, ports=organs.gateway),
            serve_url=organs.urls.serve,
            serve_page=partial(_serve_page, organs.control),
            control=organs.plane,
            authenticator=authenticator,
            house=HousePages(health, partial(download, organs.control), explain_page, observed),
            clock=clock,
            ids=ids,
        )
        yield House(
            clock=clock,
            edge=listener(Door([config.host, *config.hosts])),
            public=listener(Door(data_plane_only=True)),
            root=root,
            data=data,
            organs=organs,
            observed=observed,
        )


async def _serve_page(control: Ports, request: Request, page: PoolPage) -> Response:
    from gatelet.server.hosted_ui import HostedUi  # dozens of modules: they are for those who have user pools

    return await HostedUi(control).serve(request, page)


@contextmanager
def _observed(organs: Organs, data: DataDirectory, clock: Clock) -> Iterator[Observed]:
    lag = LoopLag(clock)
    lag.start()
    logs = organs.control.log_writer
    try:
        commits, queue, counters = data.commits, data.queue, organs.counters
        yield Observed(organs.metrics, organs.functions, logs, commits, queue, counters, lag, clock, clock.now())
    finally:
        lag.stop()


def _explained(gateway: GatewayPorts, request_id: str) -> dict[str, Any] | None:
    trace = gateway.explanations.find(request_id)
    return None if trace is None else explain(trace, gateway)


async def _identity(data: DataDirectory, root: Credentials | None, clock: Clock, ids: Ids) -> Identity:
    directory = Directory(data.records)
    await directory.start()
    sessions, sealed = await session_key(data.records), await vault(data.records)
    signers = Signers(directory, sessions, sealed, root)
    pools = UserPools(data.records, sealed)
    await pools.start()
    return Identity(directory, Authorizer(directory, clock, ids), signers, sessions, sealed, pools)


@asynccontextmanager
async def _organs(config: Config, ground: Ground, identity: Identity, clock: Clock, ids: Ids) -> AsyncIterator[Organs]:
    data = ground.data
    async with AsyncExitStack() as stack:
        log_writer = await stack.enter_async_context(_logs(config, data, clock))
        metrics = await stack.enter_async_context(_metrics(config, data, clock))
        counters = await stack.enter_async_context(
            open_counters(config.counters_url, ids.uuid(), data.records, config.cache_mb * quotas.MIB)
        )
        functions = await stack.enter_async_context(_functions(ground, identity, log_writer, metrics, counters, ids))
        live, plans, urls = (
            LiveGateway(data.records, _account(config)),
            LivePlans(data.records),
            UrlDirectory(data.records),
        )
        await asyncio.gather(live.start(), plans.start(), urls.start())
        tables = await stack.enter_async_context(open_tables(data.table_items, clock))
        sources = await stack.enter_async_context(_event_sources(config, data, tables, functions, identity))
        readers = (identity.directory, identity.user_pools, live, plans, functions, urls, sources)
        followers = Followers(data.changes, [reader.apply for reader in readers])
        await followers.start()
        stack.push_async_callback(followers.stop)
        services = stack.enter_context(_aws_services(config, identity, clock, ids))
        gateway = await stack.enter_async_context(
            _gateway(config, functions, log_writer, metrics, counters, plans, identity, services)
        )
        stack.push_async_callback(gateway.validation.close)
        control = Ports(
            records=ServedRecords(data.records, followers),
            blobs=data.blobs,
            log_chunks=data.log_chunks,
            log_writer=log_writer,
            functions=functions,
            gateway=Rehearsals(gateway),
            identity=identity,
            quotas=counters.quotas,
            metrics=metrics,
            traces=metrics.spans is not None,
            clock=clock,
            ids=ids,
            service_endpoints=frozenset(service_endpoints(config)),
            tables=tables,
            lacking=partial(lacking, node=config.node),
            account_throttle=_account(config),
            outbox=FileOutbox(config.data_dir, log_writer, clock),
        )
        stack.push_async_callback(control.background.stop)
        relays = await stack.enter_async_context(open_table_endpoint(config, os.environ, clock))
        services.plane = plane = ControlPlane(Codec(), Registry(), control, relays)
        served = FunctionUrls(urls, functions, identity, clock, ids, _networks(config))
        yield Organs(functions, served, sources, live, followers, control, gateway, plane, metrics, counters)


def _account(config: Config) -> AccountThrottle:
    return AccountThrottle(float(config.account_rate), config.account_burst)


@asynccontextmanager
async def _event_sources(
    config: Config, data: DataDirectory, tables: Tables, functions: LambdaService, identity: Identity
) -> AsyncIterator[EventSources]:
    streams, clock, ids = TableStreams(tables), SystemClock(), Ids()
    sources = EventSources(MappingPorts(data.records, streams, functions, identity.authorizer, clock, ids))
    try:
        yield sources
    finally:
        await sources.stop(config.drain_seconds)


def _networks(config: Config) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(network) for network in config.trusted_proxies)


@asynccontextmanager
async def _gateway(
    config: Config,
    functions: LambdaService,
    log_writer: LogWriter,
    metrics: Metrics,
    counters: Counters,
    plans: LivePlans,
    identity: Identity,
    services: AwsServices,
) -> AsyncIterator[GatewayPorts]:
    clock, ids = SystemClock(), Ids()
    async with AsyncExitStack() as stack:
        client = outgoing_client(config)
        stack.callback(client.close)
        access_log: AccessLogs = CloudWatchAccessLogs(log_writer, clock)
        if config.access_log:
            access_log = await stack.enter_async_context(FileAccessLog(config.access_log, access_log).kept())
        yield GatewayPorts(
            invoker=FunctionInvoker(functions, identity, ids),
            execution_log=CloudWatchExecutionLog(log_writer, clock),
            clock=clock,
            ids=ids,
            settings=GatewaySettings(
                _networks(config), config.mode == "dev", config.throttles_fail_open, config.quotas_fail_open
            ),
            admission=Admission(plans, counters.buckets, counters.quotas),
            identity=identity,
            access_log=access_log,
            responses=ResponseStore(counters.cache, config.cache_mb * quotas.MIB),
            explanations=Explanations(config.explain_requests),
            meters=metrics.requests,
            spans=metrics.spans,
            http=client,
            services=services,
        )


@contextmanager
def _aws_services(config: Config, identity: Identity, clock: Clock, ids: Ids) -> Iterator[AwsServices]:
    client = service_client(config)
    try:
        yield AwsServices(identity, client, service_endpoints(config), clock, ids)
    finally:
        client.close()


@asynccontextmanager
async def _metrics(config: Config, data: DataDirectory, clock: Clock) -> AsyncIterator[Metrics]:
    async with open_spans(config.otel_endpoint) as spans:
        metrics = Metrics(data.metric_points, clock, spans=spans)
        async with metrics.kept():
            yield metrics


@asynccontextmanager
async def _logs(config: Config, data: DataDirectory, clock: Clock) -> AsyncIterator[LogWriter]:
    groups = LogGroups(data.records, data.log_chunks, clock)
    async with upkeep(groups, data.log_chunks, clock, budget=config.log_budget_mb * quotas.MIB):
        log_writer = LogWriter(groups, data.log_chunks, clock)
        try:
            yield log_writer
        finally:
            await log_writer.close()


@asynccontextmanager
async def _functions(
    ground: Ground, identity: Identity, log_writer: LogWriter, metrics: Metrics, counters: Counters, ids: Ids
) -> AsyncIterator[LambdaService]:
    data, clock = ground.data, ground.clock
    leases = None if counters.leases is None else SharedLeases(counters.leases)
    functions = LambdaService(
        settings=ground.settings,
        machinery=ground.machinery,
        records=data.records,
        blobs=data.blobs,
        log_writer=log_writer,
        clock=clock,
        ids=ids,
        credentials=FunctionSessions(identity.session_key, identity.directory, clock, ids).issue,
        queue=data.queue,
        authorizer=identity.authorizer,
        meters=metrics.functions,
        spans=metrics.spans,
        leases=leases,
    )
    async with nullcontext() if leases is None else leases.kept():
        await functions.start()
        metrics.add_source(functions.fold)
        try:
            yield functions
        finally:
            await functions.stop()
