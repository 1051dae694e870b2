"""A service is loaded at its first call, beside the event loop, once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from typing import Any, cast

import pytest
from tests.unit.wire.client import Sent

from gatelet.aws.clock import SystemClock
from gatelet.aws.ids import Ids
from gatelet.aws.scope import DEFAULT_ACCOUNT, Scope
from gatelet.control.dispatch import ControlPlane
from gatelet.control.operation import Operation
from gatelet.control.ports import Ports
from gatelet.control.registry import Registry
from gatelet.identity.principals import root_principal
from gatelet.wire.codec import Codec


class Watched(Registry):
    """A registry that says who asks it for a whole service; as often as told, it cannot."""

    __slots__ = ("asked", "failures")

    def __init__(self, failures: int = 0) -> None:
        super().__init__()
        self.asked: list[int] = []
        self.failures = failures

    def operations(self, service: str) -> Mapping[str, Operation]:
        if service not in self._services:
            self.asked.append(threading.get_ident())
        if len(self.asked) <= self.failures:
            raise ImportError("a file cannot be read")
        return super().operations(service)


def plane(registry: Registry) -> ControlPlane:
    names = dict.fromkeys(Ports.__dataclass_fields__, cast(Any, None))
    return ControlPlane(Codec(), registry, Ports(**names | {"clock": SystemClock(), "ids": Ids(seed=7)}))


async def asks(served: ControlPlane) -> bool:
    """Whether STS tells the caller's account."""
    headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json")]
    request = Sent("POST", "/", "", headers, b"Action=GetCallerIdentity&Version=2011-06-15")
    scope = Scope(DEFAULT_ACCOUNT, "us-east-1")
    principal = root_principal(DEFAULT_ACCOUNT, "test")
    answer = await served.serve(request, "sts", principal, scope, request_id="id", endpoint="http://127.0.0.1:1")
    assert isinstance(answer.body, bytes)
    return answer.status == 200 and DEFAULT_ACCOUNT.encode() in answer.body


def test_calls_at_once_load_a_service_once_and_not_on_the_loop() -> None:
    registry = Watched()

    async def story() -> list[bool]:
        served = plane(registry)
        return await asyncio.gather(*(asks(served) for _ in range(5)))

    assert asyncio.run(story()) == [True] * 5
    (thread,) = registry.asked
    assert thread != threading.get_ident()


def test_what_could_not_be_loaded_is_tried_again_at_the_next_call() -> None:
    registry = Watched(failures=1)

    async def story() -> bool:
        served = plane(registry)
        with pytest.raises(ImportError):
            await asks(served)
        return await asks(served)

    assert asyncio.run(story())
    assert len(registry.asked) == 2
