"""Takes messages from the queues and has them worked on: side by side, fairly between queues, within bounds."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress

from gatelet.aws import quotas
from gatelet.aws.clock import Clock
from gatelet.storage.ports import StorageError
from gatelet.storage.queue import Lease, LeasedMessage, Queue, QueueHead

_log = logging.getLogger(__name__)

_LEASE_SECONDS = 60.0
_EXTEND_SECONDS = 20.0
_AFTER_A_FAILURE_SECONDS = 1.0
_KEPT_LESSONS = 10_000
_LONGEST_WAIT_SECONDS = 60.0
"""The wall clock may be set, or go on while the host sleeps."""

Deliver = Callable[[LeasedMessage], Awaitable[float]]
"""Works on one message: until when (epoch seconds) its queue is to be left alone, 0 for not at all.

It acknowledges or releases the message itself; a message that it leaves comes again when its lease ends.
"""


class Dispatcher:
    """One for all queues. Nothing is polled: it looks when it is woken, and when a message falls due.

    Of the queues with something due, the one with the fewest messages in work is next; a queue has at most
    ``QUEUED_EVENTS_AT_ONCE`` in work. Where messages come back undone, that number is halved, and grows again with
    every full round that is done; a queue with nothing else in work rests.
    """

    def __init__(self, queue: Queue, deliver: Deliver, clock: Clock) -> None:
        self._queue = queue
        self._deliver = deliver
        self._clock = clock
        self._at_work: Counter[str] = Counter()
        self._leases: set[Lease] = set()
        self._rest_until: dict[str, float] = {}
        self._at_once: dict[str, float] = {}
        self._extend_at = 0.0
        self._wake = asyncio.Event()
        self._stopping = False
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Begin with what is due."""
        self._keep(asyncio.create_task(self._run(), name="asynchronous events"))

    def wake(self) -> None:
        """Something was put, or time has passed."""
        self._wake.set()

    def pause(self) -> None:
        """Begin nothing more; what is in work goes on."""
        self._stopping = True
        self._wake.set()

    async def stop(self) -> None:
        """Leave what is still in work: it comes again."""
        self.pause()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def at_work(self) -> int:
        """Messages in work."""
        return len(self._leases)

    async def _run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                seconds = await self._look()
            except StorageError:
                _log.exception("the queues of asynchronous events cannot be read")
                seconds = _AFTER_A_FAILURE_SECONDS
            if self._wake.is_set():
                continue
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), seconds)

    async def _look(self) -> float | None:
        """Begin what can be begun; the seconds after which to look again (None: nothing will fall due)."""
        now = self._clock.now()
        if self._leases and now >= self._extend_at:
            # Until that worked nothing is taken: what is in work here could be among it.
            await self._queue.extend(list(self._leases), _milliseconds(now + _LEASE_SECONDS))
            self._extend_at = now + _EXTEND_SECONDS
        self._rest_until = {name: until for name, until in self._rest_until.items() if until > now}
        moments = [self._extend_at] if self._leases else []
        ready = []
        for head in await self._queue.heads(_milliseconds(now)):
            moment = max(head.due / 1000, self._rest_until.get(head.queue, 0.0))
            if moment > now:
                moments.append(moment)
            elif self._room(head.queue) > 0:
                ready.append(head)
        await self._take(ready, now)
        return min(max(0.001, min(moments) - now), _LONGEST_WAIT_SECONDS) if moments else None

    async def _take(self, ready: list[QueueHead], now: float) -> None:
        for head in sorted(ready, key=lambda head: self._at_work[head.queue]):
            room = self._room(head.queue)
            if room <= 0:
                return  # all together are at their bound
            taken = await self._queue.take(
                head.queue, now=_milliseconds(now), until=_milliseconds(now + _LEASE_SECONDS), limit=room
            )
            if not self._leases:
                self._extend_at = now + _EXTEND_SECONDS
            for leased in taken:
                self._leases.add(leased.lease)
                self._at_work[head.queue] += 1
                self._keep(asyncio.create_task(self._work(leased)))

    def _room(self, queue: str) -> int:
        in_all = quotas.QUEUED_EVENTS_AT_ONCE_IN_ALL - len(self._leases)
        return min(int(self._at_once.get(queue, quotas.QUEUED_EVENTS_AT_ONCE)) - self._at_work[queue], in_all)

    async def _work(self, leased: LeasedMessage) -> None:
        queue = leased.message.queue
        try:
            rest_until = await self._deliver(leased)
        except StorageError:
            _log.exception("an event of %s stays in its queue", queue)
            rest_until = self._clock.now() + _AFTER_A_FAILURE_SECONDS
        except Exception:  # noqa: BLE001 - a background task: one event's fault must not stop the others
            _log.exception("an event of %s could not be delivered", queue)
            rest_until = self._clock.now() + _AFTER_A_FAILURE_SECONDS
        self._learn(queue, rest_until)
        self._leases.discard(leased.lease)
        self._at_work[queue] -= 1
        if not self._at_work[queue]:
            del self._at_work[queue]
        self._wake.set()

    def _learn(self, queue: str, rest_until: float) -> None:
        at_once = self._at_once.get(queue, float(quotas.QUEUED_EVENTS_AT_ONCE))
        if rest_until:
            if len(self._at_once) >= _KEPT_LESSONS:
                self._at_once.clear()
            self._at_once[queue] = max(1.0, at_once / 2)
            if self._at_work[queue] == 1:
                self._rest_until[queue] = max(rest_until, self._rest_until.get(queue, 0.0))
        elif queue in self._at_once:
            self._at_once[queue] = at_once + 1 / at_once
            if self._at_once[queue] >= quotas.QUEUED_EVENTS_AT_ONCE:
                del self._at_once[queue]

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _milliseconds(moment: float) -> int:
    return int(moment * 1000)
