"""Key sets of other issuers: who waits for a fetch, how often one runs, what serves when none succeeds."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.unit.gateway.tokens import MovingClock, jwk

from gatelet.gateway.authorizers.key_sets import KeySets, KeysUnreachable
from gatelet.http.client.errors import ConnectFailed
from gatelet.http.client.message import Answer, ClientRequest

URL = "https://login.example.com/keys"


class Issuer:
    """Answers when it is let; counts."""

    def __init__(self) -> None:
        self.keys = [jwk("id")]
        self.fault: Exception | None = None
        self.asked = 0
        self.open = asyncio.Event()
        self.open.set()

    async def send(self, request: ClientRequest, timeout: float) -> Answer:
        self.asked += 1
        await self.open.wait()
        if self.fault is not None:
            raise self.fault
        return Answer(200, [], json.dumps({"keys": self.keys}).encode())


class World:
    """One set with its issuer and its clock."""

    def __init__(self) -> None:
        self.sets, self.issuer, self.clock = KeySets(), Issuer(), MovingClock()

    async def find(self, kid: str) -> bool:
        return await self.sets.key(URL, kid, self.issuer, self.clock) is not None

    def ask(self, kid: str) -> asyncio.Task[bool]:
        return asyncio.create_task(self.find(kid))

    async def at_once(self, kid: str) -> bool:
        """The answer of one who does not wait."""
        asked = self.ask(kid)
        await asyncio.sleep(0)
        assert asked.done()
        return asked.result()

    async def fails(self, kid: str) -> str:
        with pytest.raises(KeysUnreachable) as caught:
            await self.find(kid)
        return str(caught.value)


def run(story: Callable[[World], Awaitable[None]]) -> None:
    async def begin() -> None:
        await story(World())

    asyncio.run(begin())


def test_a_known_key_never_waits_for_an_unknown_one() -> None:
    async def story(world: World) -> None:
        assert await world.find("id")
        world.clock.at += 31
        world.issuer.open.clear()
        strangers = [world.ask(f"stranger-{number}") for number in range(50)]
        await asyncio.sleep(0)
        assert await world.at_once("id")
        assert not any(stranger.done() for stranger in strangers)
        world.issuer.open.set()
        assert await asyncio.gather(*strangers) == [False] * 50
        assert world.issuer.asked == 2

    run(story)


def test_keys_that_nobody_knows_ask_the_issuer_every_thirty_seconds_at_most() -> None:
    async def story(world: World) -> None:
        for number in range(100):
            assert not await world.find(f"stranger-{number}")
        assert world.issuer.asked == 1
        world.clock.at += 31
        assert not await world.find("stranger")
        assert world.issuer.asked == 2

    run(story)


def test_keys_in_use_are_fetched_anew_before_they_are_stale() -> None:
    async def story(world: World) -> None:
        assert await world.find("id")
        world.clock.at += 3_100
        world.issuer.open.clear()
        assert await world.at_once("id")
        assert await world.at_once("id")
        world.issuer.open.set()
        world.issuer.keys = [jwk("fresh")]
        await asyncio.sleep(0.01)
        assert world.issuer.asked == 2
        assert not await world.at_once("id")
        assert await world.at_once("fresh")

    run(story)


def test_stale_keys_are_not_trusted_before_newer_ones_were_asked_for() -> None:
    """A key that was withdrawn while nobody asked does not pass."""

    async def story(world: World) -> None:
        assert await world.find("id")
        world.clock.at += 3_601
        world.issuer.keys = [jwk("fresh")]
        assert not await world.find("id")

    run(story)


def test_stale_keys_serve_for_a_day_while_newer_ones_cannot_be_had() -> None:
    async def story(world: World) -> None:
        assert await world.find("id")
        world.issuer.fault = ConnectFailed("refused")
        world.clock.at += 3_601
        assert await world.find("id")
        world.clock.at += 31
        world.issuer.open.clear()
        assert await world.at_once("id")
        world.issuer.open.set()
        assert "cannot be read: refused" in await world.fails("stranger")
        world.clock.at += 86_400
        assert "refused" in await world.fails("id")

    run(story)


def test_a_caller_who_goes_away_does_not_take_the_fetch_along() -> None:
    async def story(world: World) -> None:
        world.issuer.open.clear()
        first, second = world.ask("id"), world.ask("id")
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        world.issuer.open.set()
        assert await second
        assert world.issuer.asked == 1

    run(story)


@pytest.mark.parametrize("fault", [ConnectFailed("refused"), RuntimeError("a fault of ours")])
def test_whatever_goes_wrong_nobody_passes(fault: Any) -> None:
    async def story(world: World) -> None:
        world.issuer.fault = fault
        for _ in range(3):
            await world.fails("id")
        assert world.issuer.asked == 1
        world.issuer.fault = None
        world.clock.at += 31
        assert await world.find("id")

    run(story)


def test_sets_are_bounded() -> None:
    async def story(world: World) -> None:
        for number in range(300):
            await world.sets.key(f"{URL}/{number}", "id", world.issuer, world.clock)
        assert len(world.sets._sets) == 256

    run(story)
