"""A mapping at work: its lanes, each with one batch at a time, until it is stopped.

A lane reads, invokes, decides (``rules``) and writes down how far it is, in that order: after a crash it delivers
again what was not written down.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass

from gatelet.aws.arn import function_arn
from gatelet.aws.clock import Clock
from gatelet.aws.ids import Ids
from gatelet.aws.scope import Scope
from gatelet.functions.invocation import Invocation, InvocationRefused, InvocationResult
from gatelet.functions.mappings import rules
from gatelet.functions.mappings.access import may_read, may_send, refusal
from gatelet.functions.mappings.batches import Reader, payload
from gatelet.functions.mappings.model import Mapping
from gatelet.functions.mappings.progress import Progress
from gatelet.functions.mappings.record import discarded
from gatelet.functions.mappings.rules import Attempt, Batch, Condition
from gatelet.functions.mappings.source import SourceGone, StreamSource
from gatelet.functions.model import KIND, SERVICE
from gatelet.functions.service import Functions
from gatelet.identity.authorization import Authorizer
from gatelet.storage.ports import Collection, Records, RevisionConflict, StorageError

_log = logging.getLogger(__name__)

_OK = "OK"
_CALL_FAILED = "PROBLEM: Function call failed"
_AFTER_A_PROBLEM_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Ports:
    """What runs need."""

    records: Records
    source: StreamSource
    functions: Functions
    authorizer: Authorizer
    clock: Clock
    ids: Ids


class _NoAccess(Exception):
    """The function's role may not read the stream."""


class Run:
    """One run of a mapping, from its start to its stop."""

    def __init__(self, mapping: Mapping, ports: Ports) -> None:
        self._mapping = mapping
        self._ports = ports
        self._progress = Progress(ports.records, mapping)
        self._stopping = asyncio.Event()
        self._role = ""

    def stop(self) -> None:
        """Begin no more batches; the invocations that run go on."""
        self._stopping.set()

    async def run(self) -> None:
        """Until it is stopped, or the mapping is gone."""
        while not await self._loaded():
            if self._stopping.is_set():
                return
        await asyncio.gather(*(self._guarded(lane) for lane in range(self._mapping.lanes)))

    async def _loaded(self) -> bool:
        try:
            if not await self._progress.load():
                self.stop()
                return False
        except StorageError:
            _log.exception("the progress of %s cannot be read", self._mapping.key.id)
            await self._pause(_AFTER_A_PROBLEM_SECONDS)
            return False
        return True

    async def _guarded(self, lane: int) -> None:
        reader = Reader(self._mapping, lane, self._ports.source, self._ports.clock)
        while not self._stopping.is_set():
            try:
                await self._turn(lane, reader)
            except RevisionConflict:  # the mapping is gone, or runs elsewhere
                self.stop()
            except (_NoAccess, SourceGone):
                await self._problem(f"PROBLEM: {refusal(self._mapping.stream_arn)}")
            except StorageError:
                _log.exception("the mapping %s rests", self._mapping.key.id)
                await self._pause(_AFTER_A_PROBLEM_SECONDS)
            except Exception:  # noqa: BLE001 - a background task: the records stay where they are
                _log.exception("the mapping %s failed", self._mapping.key.id)
                await self._pause(_AFTER_A_PROBLEM_SECONDS)

    async def _problem(self, result: str) -> None:
        await self._progress.tell(result)
        await self._pause(_AFTER_A_PROBLEM_SECONDS)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _turn(self, lane: int, reader: Reader) -> None:
        """One batch, to its end."""
        await self._read_role()
        gathering = asyncio.create_task(reader.gather(self._progress.position(lane), self._check_access))
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({gathering, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if self._stopping.is_set():
                return
            gathered = gathering.result()
        finally:
            for task in (gathering, stopping):
                task.cancel()
            await asyncio.gather(gathering, stopping, return_exceptions=True)
        await self._settle(lane, Batch(gathered.records), gathered.end)

    async def _read_role(self) -> None:
        target = self._mapping.target
        record = await self._ports.records.get(
            Collection(SERVICE, KIND, target.account, target.region).key(target.name)
        )
        self._role = "" if record is None else record.value["configuration"]["Role"]

    def _check_access(self) -> None:
        mapping = self._mapping
        if not may_read(self._ports.authorizer, self._role, mapping.function_arn, mapping.stream_arn):
            raise _NoAccess

    async def _settle(self, lane: int, whole: Batch, end: int) -> None:
        """Every record of the batch is processed or given up when this returns, or the run is stopping."""
        waiting = [whole]
        result: InvocationResult | None = None
        while waiting and not self._stopping.is_set():
            batch = waiting.pop()
            old = rules.too_old(batch, self._mapping, self._ports.clock.now())
            if old:
                decision, told = rules.expired(batch, old), _CALL_FAILED if batch.invokes else _OK
            else:
                attempt, result = await self._attempt(batch)
                decision = rules.decide(batch, attempt, self._mapping)
                told = _OK if attempt.done == len(batch.records) else _CALL_FAILED
            if decision.given_up is not None:
                await self._give_up(decision.given_up, decision.condition, result)
            waiting += reversed(decision.go_on)
            await self._progress.settled(lane, _position(waiting, end), told)
            if decision.pause:
                await self._pause(decision.pause)

    async def _attempt(self, batch: Batch) -> tuple[Attempt, InvocationResult | None]:
        ports, mapping = self._ports, self._mapping
        event = await asyncio.to_thread(payload, batch.records)
        invocation = Invocation(mapping.target, event, ports.ids.uuid(), ports.ids.trace_id(ports.clock.now()))
        try:
            result = await ports.functions.invoke(invocation)
        except InvocationRefused as refused:
            _log.info("%s was not invoked for %s: %r", mapping.function_arn, mapping.key.id, refused)
            return Attempt(0, invoked=False), None
        if result.function_error is not None:
            return Attempt(0), result
        if not mapping.partial:
            return Attempt(len(batch.records)), result
        numbers = [ports.source.sequence_number(record.sequence) for record in batch.records]
        return Attempt(rules.succeeded(batch, result.payload, numbers)), result

    async def _give_up(self, batch: Batch, condition: Condition, result: InvocationResult | None) -> None:
        ports, mapping = self._ports, self._mapping
        _log.warning("%d records are given up by %s: %s", len(batch.records), mapping.key.id, condition.value)
        if (destination := mapping.destination) is None:
            return
        arn = function_arn(Scope(destination.account, destination.region), destination.name, destination.qualifier)
        if not may_send(ports.authorizer, self._role, mapping.function_arn, arn):
            _log.warning("the destination of %s is not told: %s may not invoke it", mapping.key.id, self._role)
            return
        request_id = ports.ids.uuid() if result is None else result.request_id
        now = ports.clock.now()
        record = discarded(now, mapping, ports.source, batch, condition, request_id, result)
        trace_id = ports.ids.trace_id(now)
        try:
            await ports.functions.invoke_async(Invocation(destination, record, ports.ids.uuid(), trace_id))
        except InvocationRefused as refused:
            _log.warning("the destination of %s does not take a record: %r", mapping.key.id, refused)


def _position(waiting: list[Batch], end: int) -> int:
    """Up to where everything is settled: before the first record that is still to be done."""
    return waiting[-1].records[0].sequence - 1 if waiting else end
