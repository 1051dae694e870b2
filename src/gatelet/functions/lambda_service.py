"""Lambda as the rest of the house sees it: from a target to a function's answer.

The life of an invocation: resolve, permit, admit, lease an environment (pool), run (environment), report.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

from gatelet.aws import quotas
from gatelet.aws.arn import function_arn
from gatelet.aws.clock import Clock
from gatelet.aws.ids import Ids
from gatelet.aws.scope import Scope
from gatelet.functions import lineage
from gatelet.functions.admission import Admission, Admitted, Checked
from gatelet.functions.budget import Budget
from gatelet.functions.catalogue import Catalogue
from gatelet.functions.channels import new_channel
from gatelet.functions.code import CodeStore
from gatelet.functions.concurrency import Concurrency, Lease
from gatelet.functions.concurrency_metrics import samples_of
from gatelet.functions.debugging import DebugSessions, task_root
from gatelet.functions.environment_log import LogSink
from gatelet.functions.event import JsonEvent, ProxyEvent
from gatelet.functions.events.delivery import EventDelivery
from gatelet.functions.events.permission import DestinationPermission
from gatelet.functions.host import CredentialsOf, Host
from gatelet.functions.invocation import (
    FunctionTarget,
    Invocation,
    InvocationResult,
    PayloadTooLarge,
    PermissionDenied,
    ProxyInvocation,
    ProxyResult,
    RecursiveInvocation,
)
from gatelet.functions.load import FunctionLoad
from gatelet.functions.machinery import Machinery, make_anew, trust_bundle
from gatelet.functions.model import KIND, SERVICE, VERSION_KIND, CodeReference, function_key, name_of_version
from gatelet.functions.permissions import Permissions
from gatelet.functions.pools import Pools
from gatelet.functions.provisioned import ProvisionedState
from gatelet.functions.response_stream import ResponseStream
from gatelet.functions.runtime_api.programs import Programs
from gatelet.functions.settings import FunctionSettings
from gatelet.functions.shared_leases import SharedLeases
from gatelet.functions.stream_event import StreamEvent
from gatelet.functions.version import FunctionVersion, Qualified, compile_latest
from gatelet.identity.authorization import Authorizer
from gatelet.metrics.invocations import FunctionMeters
from gatelet.metrics.samples import Sample
from gatelet.metrics.spans import Spans
from gatelet.storage.ports import Blobs, Change, Key, Records
from gatelet.storage.queue import Queue

_WARM_UP_SECONDS = 1.0


class LambdaService:
    """Implements gatelet.functions.service.Functions."""

    def __init__(
        self,
        settings: FunctionSettings,
        *,
        machinery: Machinery,
        records: Records,
        blobs: Blobs,
        log_writer: LogSink,
        clock: Clock,
        ids: Ids,
        credentials: CredentialsOf,
        queue: Queue,
        authorizer: Authorizer | None = None,
        meters: FunctionMeters | None = None,
        spans: Spans | None = None,
        leases: SharedLeases | None = None,
    ) -> None:
        self._settings = settings
        self.meters = meters or FunctionMeters()
        self._spans = spans
        self._logs = log_writer
        self._endpoint_url = settings.endpoint_url
        self._clock = clock
        self._ids = ids
        self._credentials = credentials
        self._catalogue = Catalogue(records)
        self._permissions = Permissions()
        self._concurrency = Concurrency()
        self._admission = Admission(self._concurrency, self._catalogue, self.meters, leases)
        self._budget = Budget(settings.max_environments)
        permit = DestinationPermission(self._catalogue, authorizer)
        self._events = EventDelivery(queue, records, self._run, permit, clock, ids, self.meters)
        self._debugging = DebugSessions()
        self._code = CodeStore(settings.work_directory / "code", blobs)
        self._machinery = machinery
        self._runtimes = machinery.runtimes
        self._pools: Pools
        self._background: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop
        self._host: Host
        self._stopping = False

    async def start(self) -> None:
        """Begin: environments of an earlier process are forgotten."""
        loop = self._loop = asyncio.get_running_loop()
        settings = self._settings
        self._host = Host(
            loop=loop,
            settings=settings,
            clock=self._clock,
            ids=self._ids,
            code=self._code,
            runtimes=self._runtimes,
            logs=self._logs,
            credentials=self._credentials,
            new_channel=lambda: new_channel(loop),
            endpoint_url=lambda: self._endpoint_url,
            trust=trust_bundle(settings),
            sandbox=self._machinery.sandbox,
            templates=self._machinery.templates,
            meters=self.meters,
            spans=self._spans,
            programs=Programs(settings.node),
        )
        self._machinery.serve(self._host)
        await asyncio.to_thread(make_anew, settings.work_directory / "environments")
        await self._code.start()
        self._pools = Pools(self._host, self._budget, self._pool_is_gone)
        known = await self._catalogue.start()
        for key in known.provisioned:
            self._spawn(self._provision(key))
        self._pools.start()

    def start_events(self) -> None:
        """Go on with the events that an earlier process accepted; functions must be able to call the endpoint."""
        self._events.start()

    async def stop(self) -> None:
        """Wait for running events (``drain_seconds`` at most), then end every process."""
        self._stopping = True
        self._events.pause()
        await self._pools.drain(self._settings.drain_seconds)
        await self._events.stop()
        self._debugging.stop()
        self._pools.stop()
        for task in list(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)

    @property
    def environments(self) -> int:
        """How many execution environments there are, all functions together."""
        return self._budget.taken

    @property
    def sandbox(self) -> dict[str, str]:
        """The sandbox's layers, a line for each, and where functions' layers are if that is not AWS's place.

        Empty while the sandbox is looked for.
        """
        report = self._machinery.report()
        if report and report["namespaces"] != "on":
            report["/opt"] = "absent: the layers of functions are in directories below the data directory"
        return report

    @property
    def templates(self) -> dict[str, Any]:
        """See gatelet.functions.templates.Templates.report."""
        return self._machinery.templates.report()

    def fold(self) -> Iterator[Sample]:
        """How much ran at once since this was last asked, by CloudWatch's metrics."""
        return samples_of(self._concurrency.peaks(), self._pools.provisioned_of)

    def load(self) -> FunctionLoad:
        """What runs and what waits now."""
        environments = Counter((function.arn, state) for function, state in self._pools.environments())
        return FunctionLoad(self._concurrency.running(), environments, self._pools.waiting(), self._events.at_work)

    def set_endpoint(self, url: str) -> None:
        """``AWS_ENDPOINT_URL`` of environments that start from now on."""
        self._endpoint_url = url

    # ------------------------------------------------------------------ changes

    async def apply(self, change: Change) -> None:
        """Serve a committed change of a function or a version; see gatelet.functions.service."""
        key = change.key
        if key.service != SERVICE:
            return
        if key.kind == KIND:
            await self._apply_function(key)
        elif key.kind == VERSION_KIND:
            name, number = name_of_version(key)
            self._catalogue.forget_versions(key.account, key.region, name)
            if change.deleted:
                self._pools.retire(Scope(key.account, key.region), name, number)
            else:
                await self._provision(function_key(Scope(key.account, key.region), name))

    async def _apply_function(self, key: Key) -> None:
        document = await self._catalogue.read(key)
        version = None if document is None else compile_latest(Scope(key.account, key.region), key.id, document)
        if version is not None:
            self._spawn(self._runtimes.warm(version.runtime))
        old = self._catalogue.latest(key)
        if old is not None and version is not None and version.serving != old.serving:
            await self._warm_up(old, version)
        self._catalogue.serve(key, document, version)
        if document is None:
            scope = Scope(key.account, key.region)
            self._pools.retire(scope, key.id)
            self._concurrency.forget(function_arn(scope, key.id))
        elif old is not None and (version is None or version.serving != old.serving):
            self._pools.retire_serving(old.serving)
        await self._provision(key)

    async def _provision(self, key: Key) -> None:
        """Keep initialised what the function's provisioned concurrency asks for."""
        document = await self._catalogue.read(key)
        if document is not None:
            versions = await self._catalogue.provisioned(key, document)
            self._pools.provision(Scope(key.account, key.region), key.id, versions)

    async def provisioned(self, target: FunctionTarget) -> ProvisionedState:
        """How far the provisioned concurrency of a version or an alias is. Raises InvocationRefused."""
        named = self._catalogue.get(target) or await self._catalogue.load(target)
        ready, failure = 0, ""
        for version in (named.version, named.other):
            pool = None if version is None else self._pools.find(version.serving)
            if pool is not None:
                ready += pool.provisioned.state.ready
                failure = failure or pool.provisioned.state.failure
        if named.version.provisioned > self._settings.max_environments:
            failure = f"This host runs {self._settings.max_environments} environments at most (max_environments)."
        return ProvisionedState(ready, failure)

    async def check_code(self, zip_bytes: bytes) -> int:
        """Validate an archive off the loop; its bytes unzipped. Raises AwsError."""
        return await self._code.check(zip_bytes)

    async def prepare(self, code: CodeReference) -> None:
        """Unpack the code so that environments can start from it."""
        self._spawn(self._runtimes.warm())
        await self._code.prepare(code["blob"])

    async def _warm_up(self, old: FunctionVersion, version: FunctionVersion) -> None:
        """Make the first new environment while the old ones still serve."""
        pool = self._pools.find(old.serving)
        if pool is not None and pool.size:
            # One that takes longer goes on starting, and the first calls wait for it.
            with suppress(TimeoutError):
                await asyncio.wait_for(self._pools.of(version).warm_up(), _WARM_UP_SECONDS)

    async def _collect_code(self) -> None:
        """Remove what no function and no environment runs any more."""
        await self._code.collect_garbage(self._code_in_use)

    async def _code_in_use(self) -> set[str]:
        return await self._catalogue.code_in_use() | self._pools.code_in_use() | self._debugging.code_in_use()

    def _pool_is_gone(self) -> None:
        if not self._stopping:
            self._spawn(self._collect_code())

    # ------------------------------------------------------------------ invocations

    async def invoke(self, invocation: Invocation) -> InvocationResult:
        """Run a function on a JSON event. Raises InvocationRefused."""
        named = self._catalogue.get(invocation.target) or await self._catalogue.load(invocation.target)
        self._enter(invocation, named)
        return await (self._debug(invocation, named) if invocation.debug_port else self._run(invocation, named))

    async def task_root(self, target: FunctionTarget) -> str:
        """Where the function's code is, as its debugger sees it. Raises InvocationRefused."""
        named = self._catalogue.get(target) or await self._catalogue.load(target)
        return await task_root(self._host, named.version)

    async def check_invocation(self, invocation: Invocation) -> None:
        """Whether ``invoke`` would begin. Raises InvocationRefused."""
        named = self._catalogue.get(invocation.target) or await self._catalogue.load(invocation.target)
        self._enter(invocation, named)

    async def invoke_async(self, invocation: Invocation) -> None:
        """Accept an event durably; it is run later. See gatelet.functions.service."""
        await self.check_invocation(invocation)
        if len(invocation.payload) > quotas.ASYNC_PAYLOAD_BYTES:
            raise PayloadTooLarge(len(invocation.payload))
        await self._events.accept(invocation)

    def _enter(self, invocation: Invocation, named: Qualified) -> None:
        """Ask the function's policy, if it is to be asked, and add the function to the lineage. Raises as invoke."""
        source = invocation.source_arn
        service, account = invocation.source_service, invocation.source_account
        if source is not None and not self._permissions.api_may_invoke(named, source, account, service):
            raise PermissionDenied(named.arn)
        if invocation.url_auth_type is not None:
            if not self._permissions.url_may_invoke(named, invocation.url_auth_type, invocation.url_caller):
                raise PermissionDenied(named.arn)
            return  # plain HTTP is not followed in the lineage
        invocation.trace_id = lineage.advanced(invocation.trace_id, named.version.arn)

    async def _run(self, invocation: Invocation, named: Qualified | None = None) -> InvocationResult:
        """Run the function now; whoever asks has been let in. ``named`` is what the target means, if it is known."""
        named = named or self._catalogue.get(invocation.target) or await self._catalogue.load(invocation.target)
        function, arn, lease = await self._begin(invocation, named)
        future: asyncio.Future[InvocationResult] = self._loop.create_future()
        self._pools.submit(function, JsonEvent(invocation, function, arn, lease, future))
        return await future

    async def _debug(self, invocation: Invocation, named: Qualified) -> InvocationResult:
        """Run it under a debugger, in an environment of its own."""
        await task_root(self._host, named.version)
        function, arn, lease = await self._begin(invocation, named)
        future: asyncio.Future[InvocationResult] = self._loop.create_future()
        event = JsonEvent(invocation, function, arn, lease, future)
        return await self._debugging.run(self._host, function, event, invocation.debug_port)

    async def _begin(self, invocation: Invocation, named: Qualified) -> tuple[FunctionVersion, str, Lease]:
        """The version that runs, its ARN as the handler sees it, and room for the event."""
        function, arn, now = self._check(invocation, named)
        lease = self._admission.admit(named, function, now)
        if lease is None:
            check = partial(self._check, invocation)
            function, arn, _, lease = await self._admission.admit_among_all(invocation.target, check)
        return function, arn, lease

    def _check(self, invocation: Invocation, named: Qualified) -> Checked:
        if not named.may_loop and lineage.loops(invocation.trace_id, named.version.arn):
            raise RecursiveInvocation(named.arn)
        if len(invocation.payload) > quotas.INVOKE_PAYLOAD_BYTES:
            raise PayloadTooLarge(len(invocation.payload))
        function = named.version if named.other is None else named.choose(self._ids.fraction())
        return function, function.invoked_arn(invocation.target.qualifier), self._clock.monotonic()

    async def invoke_stream(self, invocation: Invocation) -> ResponseStream:
        """Run a function whose response is taken as it comes. See gatelet.functions.service."""
        named = self._catalogue.get(invocation.target) or await self._catalogue.load(invocation.target)
        self._enter(invocation, named)
        function, arn, lease = await self._begin(invocation, named)
        future: asyncio.Future[ResponseStream] = self._loop.create_future()
        request_id, abandon_at = invocation.request_id, invocation.abandon_at
        self._pools.submit(function, StreamEvent(invocation, function, arn, request_id, lease, future, abandon_at))
        return await future

    async def invoke_proxy(self, invocation: ProxyInvocation) -> ProxyResult:
        """Run a function on a gateway's request. Raises InvocationRefused."""
        function, arn, now, lease = await self._begin_proxy(invocation)
        future: asyncio.Future[ProxyResult] = self._loop.create_future()
        event = ProxyEvent(invocation, function, arn, self._ids.uuid(), lease, future, now + invocation.timeout)
        self._pools.submit(function, event)
        return await future

    async def invoke_proxy_stream(self, invocation: ProxyInvocation) -> ResponseStream:
        """Run a function on a gateway's request, taking the response as it comes. See gatelet.functions.service."""
        function, arn, now, lease = await self._begin_proxy(invocation)
        future: asyncio.Future[ResponseStream] = self._loop.create_future()
        event = StreamEvent(invocation, function, arn, self._ids.uuid(), lease, future, now + invocation.timeout)
        self._pools.submit(function, event)
        return await future

    async def _begin_proxy(self, invocation: ProxyInvocation) -> Admitted:
        """As ``_begin``."""
        named = self._catalogue.get(invocation.target) or await self._catalogue.load(invocation.target)
        function, arn, now = self._check_proxy(invocation, named)
        lease = self._admission.admit(named, function, now)
        if lease is None:
            return await self._admission.admit_among_all(invocation.target, partial(self._check_proxy, invocation))
        return function, arn, now, lease

    def _check_proxy(self, invocation: ProxyInvocation, named: Qualified) -> Checked:
        source = invocation.source_arn
        if source is not None and not self._permissions.api_may_invoke(named, source, invocation.source_account):
            raise PermissionDenied(named.arn)
        size = len(invocation.head) + len(invocation.body)
        if size > quotas.INVOKE_PAYLOAD_BYTES:
            raise PayloadTooLarge(size)
        function = named.version if named.other is None else named.choose(self._ids.fraction())
        return function, function.invoked_arn(invocation.target.qualifier), self._clock.monotonic()

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = self._loop.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
