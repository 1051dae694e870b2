"""One delivery over a real queue, with time in the test's hand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from gatelet.aws.ids import Ids
from gatelet.functions.events import envelope
from gatelet.functions.events.delivery import EventDelivery
from gatelet.functions.invocation import FunctionTarget, Invocation, InvocationRefused, InvocationResult
from gatelet.storage.ports import Collection, Put
from gatelet.storage.sqlite.directory import DataDirectory

ACCOUNT, REGION = "000000000000", "us-east-1"
FUNCTIONS = Collection("lambda", "Function", ACCOUNT, REGION)
START = 1_767_225_600.0
TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0"
FAILURE = InvocationResult(b'{"errorMessage":"x"}', "", "$LATEST", "Unhandled")
SUCCESS = InvocationResult(b'"done"', "", "$LATEST")

Handler = Callable[[Invocation], Awaitable[InvocationResult]]


class HandClock:
    """Stands still until the test moves it."""

    def __init__(self) -> None:
        self.time = START

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time


class Stage:
    """One delivery over one store; ``runs`` are (seconds since the start, function, payload)."""

    def __init__(self, data: DataDirectory) -> None:
        self.data = data
        self.clock = HandClock()
        self.runs: list[tuple[float, str, Any]] = []
        self.ids: list[str] = []
        self.permitted = True
        self.handler: Handler = self.answers(SUCCESS)
        self.delivery = EventDelivery(data.queue, data.records, self.run, self.permit, self.clock, Ids(seed=3))
        self.delivery.start()

    async def run(self, invocation: Invocation) -> InvocationResult:
        self.runs.append((self.clock.time - START, invocation.target.name, json.loads(invocation.payload)))
        self.ids.append(invocation.request_id)
        return await self.handler(invocation)

    async def permit(self, function: FunctionTarget, destination: FunctionTarget) -> bool:
        return self.permitted

    @staticmethod
    def answers(*answers: InvocationResult | InvocationRefused) -> Handler:
        """One answer after another, the last one again and again."""
        left = list(answers)

        async def handler(invocation: Invocation) -> InvocationResult:
            answer = left.pop(0) if len(left) > 1 else left[0]
            if isinstance(answer, InvocationRefused):
                raise answer
            return answer

        return handler

    async def function(self, name: str, **document: Any) -> None:
        await self.data.records.write(Put(FUNCTIONS.key(name), document))

    async def accept(self, name: str, payload: Any = 1, request_id: str = "r") -> None:
        target = FunctionTarget(ACCOUNT, REGION, name)
        await self.delivery.accept(Invocation(target, json.dumps(payload).encode(), request_id, TRACE))

    async def at(self, seconds: float) -> None:
        """Move the clock and let everything happen that is due then."""
        self.clock.time = START + seconds
        self.delivery.wake()
        await self.settle()

    async def settle(self) -> None:
        quiet = 0
        while quiet < 3:
            await asyncio.sleep(0.002)
            now = int(self.clock.time * 1000)
            due = [head for head in await self.data.queue.heads(now) if head.due <= now]
            resting = self.delivery._dispatcher._rest_until
            busy = self.delivery._dispatcher.at_work or [head for head in due if head.queue not in resting]
            quiet = 0 if busy else quiet + 1

    @staticmethod
    async def until(happened: Callable[[], bool]) -> None:
        for _ in range(5_000):
            if happened():
                return
            await asyncio.sleep(0.002)
        raise AssertionError("it did not happen")

    async def waiting(self, name: str) -> int:
        size = await self.data.queue.size(envelope.queue_of(FunctionTarget(ACCOUNT, REGION, name)))
        return size.messages
