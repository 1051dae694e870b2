"""Asynchronous invocations from their acceptance to their end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from gatelet.aws import quotas
from gatelet.aws.arn import function_arn
from gatelet.aws.clock import Clock
from gatelet.aws.ids import Ids
from gatelet.aws.scope import Scope
from gatelet.functions import lineage
from gatelet.functions.events import envelope
from gatelet.functions.events.dispatcher import Dispatcher
from gatelet.functions.events.envelope import AcceptedEvent
from gatelet.functions.events.permission import Permit
from gatelet.functions.events.record import destination_record
from gatelet.functions.events.rules import Condition, Done, Outcome, Retry, decide, too_old
from gatelet.functions.events.settings import EventSettings, event_settings
from gatelet.functions.invocation import (
    FunctionNotFound,
    FunctionTarget,
    Invocation,
    InvocationRefused,
    InvocationResult,
    RecursiveInvocation,
    TooManyRequests,
)
from gatelet.functions.model import KIND, SERVICE
from gatelet.metrics.invocations import FunctionMeter, FunctionMeters
from gatelet.storage.ports import Collection, QueueFull, Records, StorageFull
from gatelet.storage.queue import Lease, LeasedMessage, Message, Queue, QueueBounds

_log = logging.getLogger(__name__)

Run = Callable[[Invocation], Awaitable[InvocationResult]]
"""Runs a function now. Raises InvocationRefused."""

QUEUE_FULL = "CallerRateLimitExceeded"
"""AWS's Reason for more requests than it takes, which its clients answer with a pause and a new try."""

_BOUNDS = QueueBounds(
    quotas.QUEUED_EVENTS, quotas.QUEUED_BYTES, quotas.QUEUED_EVENTS_IN_ALL, quotas.QUEUED_BYTES_IN_ALL
)
_FULL_SECONDS = 1.0
_LARGE = 64 * quotas.KIB
"""Records of larger results are written by a thread."""


class EventDelivery:
    """Accepts events durably and runs each at least once (lambda-execution section 10)."""

    def __init__(
        self,
        queue: Queue,
        records: Records,
        run: Run,
        permit: Permit,
        clock: Clock,
        ids: Ids,
        meters: FunctionMeters | None = None,
    ) -> None:
        self._meters = meters or FunctionMeters()
        self._queue = queue
        self._records = records
        self._run = run
        self._permit = permit
        self._clock = clock
        self._ids = ids
        self._dispatcher = Dispatcher(queue, self._deliver, clock)

    def start(self) -> None:
        """Go on with what an earlier process accepted."""
        self._dispatcher.start()

    def pause(self) -> None:
        """Begin no more events."""
        self._dispatcher.pause()

    async def stop(self) -> None:
        """Leave the events that still run in the queue."""
        await self._dispatcher.stop()

    @property
    def at_work(self) -> int:
        """Events in work."""
        return self._dispatcher.at_work

    def wake(self) -> None:
        """Look at the clock again."""
        self._dispatcher.wake()

    async def accept(self, invocation: Invocation) -> None:
        """Store the event: it is durable when this returns. Raises TooManyRequests: too many are waiting."""
        message = self._message(
            invocation.target, invocation.payload, invocation.request_id, invocation.trace_id, self._clock.now()
        )
        try:
            await self._queue.put(message, _BOUNDS)
        except QueueFull:
            raise TooManyRequests(QUEUE_FULL) from None
        self._meter(invocation.target).received()
        self._dispatcher.wake()

    def _meter(self, target: FunctionTarget) -> FunctionMeter:
        scope = Scope(target.account, target.region)
        return self._meters.meter(function_arn(scope, target.name, target.qualifier))

    @staticmethod
    def _message(target: FunctionTarget, payload: bytes, request_id: str, trace_id: str, now: float) -> Message:
        event = AcceptedEvent(target, request_id, trace_id, now, payload)
        return Message(envelope.queue_of(target), int(now * 1000), envelope.encode(event))

    # ------------------------------------------------------------------ one attempt

    async def _deliver(self, leased: LeasedMessage) -> float:
        event = envelope.decode(leased.message.queue, leased.message.body)
        attempts = envelope.decode_attempts(leased.message.state)
        document = await self._document(event.target)
        if document is None:
            return await self._drop(leased.lease, event, "the function does not exist any more")
        settings = event_settings(document, event.target.qualifier)
        result: InvocationResult | None = None
        if too_old(self._clock.now(), event.accepted, settings.rules):
            return await self._finish(leased.lease, event, Done(Condition.EVENT_AGE_EXCEEDED, attempts), settings, None)
        if document.get("reserved_concurrency") == 0:
            outcome = Outcome.ZERO_CONCURRENCY
        else:
            self._meter(event.target).begun(max(0.0, self._clock.now() - event.accepted) * 1000)
            try:
                result = await self._run(Invocation(event.target, event.payload, event.request_id, event.trace_id))
                outcome = Outcome.SUCCESS if result.function_error is None else Outcome.FUNCTION_ERROR
            except FunctionNotFound:
                return await self._drop(leased.lease, event, "its version or alias does not exist any more")
            except InvocationRefused as refused:
                outcome = _outcome(refused)
        decision = decide(self._clock.now(), event.accepted, attempts, outcome, settings.rules)
        if isinstance(decision, Done):
            return await self._finish(leased.lease, event, decision, settings, result)
        return await self._retry(leased.lease, event, decision, outcome)

    async def _retry(self, lease: Lease, event: AcceptedEvent, retry: Retry, outcome: Outcome) -> float:
        state = envelope.encode_attempts(retry.attempts)
        await self._settled(lambda: self._queue.release(lease, due=int(retry.at * 1000), state=state))
        _log.info("event %s of %s is tried again: %s", event.request_id, event.function_arn, outcome.value)
        return 0.0 if outcome is Outcome.FUNCTION_ERROR else retry.at

    async def _finish(
        self, lease: Lease, event: AcceptedEvent, done: Done, settings: EventSettings, result: InvocationResult | None
    ) -> float:
        target = settings.destination(done.condition)
        if target is not None and not await self._permit(event.target, target):
            _log.warning("the record of event %s does not go to %s: the role of %s may not invoke it",
                event.request_id, target.name, event.function_arn)  # fmt: skip
            target = None
        then = [await self._record(target, event, done, result)] if target is not None else []
        if not await self._settled(lambda: self._queue.acknowledge(lease, then)):
            return 0.0  # another has it now
        if done.condition is not Condition.SUCCESS:
            self._meter(event.target).dropped()
            _log.warning("event %s of %s is given up: %s after %d attempts%s", event.request_id, event.function_arn,
                done.condition.value, done.attempts.invokes, "" if then else "; nobody hears of it")  # fmt: skip
        return 0.0

    async def _drop(self, lease: Lease, event: AcceptedEvent, reason: str) -> float:
        self._meter(event.target).dropped()
        await self._settled(lambda: self._queue.acknowledge(lease))
        _log.warning("event %s of %s is dropped: %s", event.request_id, event.function_arn, reason)
        return 0.0

    @staticmethod
    async def _settled(write: Callable[[], Awaitable[bool]]) -> bool:
        """Write what became of an event. On a full disk that waits: running it again would be worse."""
        while True:
            try:
                return await write()
            except StorageFull:
                _log.warning("no space is left: an event's outcome waits until there is")
                await asyncio.sleep(_FULL_SECONDS)

    async def _record(
        self, target: FunctionTarget, event: AcceptedEvent, done: Done, result: InvocationResult | None
    ) -> Message:
        now = self._clock.now()
        size = len(event.payload) + (len(result.payload) if result is not None else 0)
        if size > _LARGE:
            record = await asyncio.to_thread(destination_record, now, event, done, result)
        else:
            record = destination_record(now, event, done, result)
        trace_id = lineage.advanced(event.trace_id, function_arn(Scope(target.account, target.region), target.name))
        return self._message(target, record, self._ids.uuid(), trace_id, now)

    async def _document(self, target: FunctionTarget) -> dict[str, Any] | None:
        key = Collection(SERVICE, KIND, target.account, target.region).key(target.name)
        record = await self._records.get(key)
        return None if record is None else record.value


def _outcome(refused: InvocationRefused) -> Outcome:
    match refused:
        case TooManyRequests():
            return Outcome.THROTTLED
        case RecursiveInvocation():
            return Outcome.RECURSION
        case _:
            return Outcome.SYSTEM_ERROR
