"""What every channel between the gateway and a worker gives: whole frames, in order, both ways, never blocking."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from gatelet.functions.channel import Channel
from gatelet.functions.packet_channel import PacketChannel
from gatelet.functions.runtimes.python import frames
from gatelet.functions.runtimes.python.wire import Wire
from gatelet.functions.socket_channel import SocketChannel

DRIVERS: dict[str, Callable[[asyncio.AbstractEventLoop], Channel]] = {"packet": PacketChannel, "socket": SocketChannel}
END = 99


class Ends:
    """Both ends: the channel here, the worker's own wire in a thread."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.received: list[tuple[int, bytes]] = []
        self.closed = asyncio.Event()
        self.arrived = asyncio.Event()
        self.far: socket.socket = channel.open(self._on_frame, self.closed.set)

    def _on_frame(self, kind: int, payload: bytes) -> None:
        self.received.append((kind, payload))
        self.arrived.set()

    async def frames(self, count: int) -> list[tuple[int, bytes]]:
        async with asyncio.timeout(20):
            while len(self.received) < count:
                self.arrived.clear()
                await self.arrived.wait()
        return self.received


@pytest.fixture(params=DRIVERS)
def live(request: pytest.FixtureRequest) -> Callable[[Callable[[Ends], Awaitable[None]]], None]:
    def run(story: Callable[[Ends], Awaitable[None]]) -> None:
        async def opened() -> None:
            channel = DRIVERS[request.param](asyncio.get_running_loop())
            ends = Ends(channel)
            try:
                await story(ends)
            finally:
                channel.close()
                ends.far.close()

        asyncio.run(opened())

    return run


def echo(far: socket.socket) -> threading.Thread:
    """A worker that sends back what it gets, until END; its wire takes the descriptor over."""
    wire = Wire(far.detach())

    def serve() -> None:
        while True:
            kind, payload = wire.receive()
            if kind == END:
                return
            wire.send(frames.encode(kind, payload))

    thread = threading.Thread(target=serve)
    thread.start()
    return thread


def test_frames_go_both_ways_whole_and_in_order(live: Any) -> None:
    async def story(ends: Ends) -> None:
        thread = echo(ends.far)
        sent = [
            (number % 7 + 1, bytes([number % 256]) * size) for number, size in enumerate([0, 1, 5, 4096, 70_000] * 9)
        ]
        for kind, payload in sent:
            ends.channel.send(frames.encode(kind, payload))
        assert await ends.frames(len(sent)) == sent
        ends.channel.send(frames.encode(END, b""))
        await asyncio.to_thread(thread.join)

    live(story)


def test_the_largest_frames_do_not_block(live: Any) -> None:
    """``send`` returns while the worker has not taken a byte; everything arrives once it does."""

    async def story(ends: Ends) -> None:
        large = b"x" * frames.MAX_PAYLOAD
        ends.channel.send(frames.encode(1, large))
        ends.channel.send(frames.encode(2, b"behind it"))
        thread = echo(ends.far)
        assert await ends.frames(2) == [(1, large), (2, b"behind it")]
        ends.channel.send(frames.encode(END, b""))
        await asyncio.to_thread(thread.join)

    live(story)


def test_the_end_of_the_worker_is_heard_after_what_it_said(live: Any) -> None:
    async def story(ends: Ends) -> None:
        ends.far.sendall(frames.encode(1, b"last words") + b"\x05\x00")
        ends.far.close()
        async with asyncio.timeout(20):
            await ends.closed.wait()
        assert ends.received == [(1, b"last words")]
        ends.channel.send(frames.encode(1, b"to nobody"))

    live(story)


def test_drain_delivers_at_once(live: Any) -> None:
    async def story(ends: Ends) -> None:
        ends.far.sendall(frames.encode(1, b"a") + frames.encode(2, b"b"))
        ends.channel.drain()
        assert ends.received == [(1, b"a"), (2, b"b")]

    live(story)


def test_a_broken_protocol_ends_the_channel(live: Any) -> None:
    async def story(ends: Ends) -> None:
        ends.far.sendall(b"\xff\xff\xff\xff\x01more")
        async with asyncio.timeout(20):
            await ends.closed.wait()
        assert ends.received == []

    live(story)


def test_a_closed_channel_is_silent(live: Any) -> None:
    """The worker sees the end; neither a frame nor the end is told here."""

    async def story(ends: Ends) -> None:
        ends.far.sendall(frames.encode(1, b"too late"))
        ends.channel.close()
        ends.channel.close()
        ends.channel.drain()
        ends.channel.send(frames.encode(1, b"x"))
        await asyncio.sleep(0)
        assert (ends.received, ends.closed.is_set()) == ([], False)

    live(story)


def test_a_frame_handler_may_close_the_channel(live: Any) -> None:
    async def story(ends: Ends) -> None:
        ends.channel.close()
        loop = asyncio.get_running_loop()
        seen: list[int] = []
        channel = type(ends.channel)(loop)

        def first_only(kind: int, _: bytes) -> None:
            seen.append(kind)
            channel.close()

        far = channel.open(first_only, lambda: seen.append(-1))
        far.sendall(frames.encode(1, b"") + frames.encode(2, b""))
        channel.drain()
        far.close()
        await asyncio.sleep(0.01)
        assert seen == [1]

    live(story)


def test_what_the_worker_has_not_taken_can_be_taken_back(live: Any) -> None:
    """Each frame is run by one side alone; a driver that cannot do it takes nothing back."""

    async def story(ends: Ends) -> None:
        for number in range(5):
            ends.channel.send(frames.encode(1, bytes([number])))
        await asyncio.sleep(0)
        taken = ends.channel.take_back()
        assert taken in (0, 5)
        ends.channel.send(frames.encode(2, b"kept"), at_once=True)
        thread = echo(ends.far)
        expected = [(1, bytes([number])) for number in range(5 - taken)]
        assert await ends.frames(len(expected) + 1) == [*expected, (2, b"kept")]
        assert ends.channel.take_back() == 0
        ends.channel.send(frames.encode(END, b""))
        await asyncio.to_thread(thread.join)

    live(story)


def test_packets_can_be_taken_back() -> None:
    """The driver that the hot path relies on."""

    async def story() -> None:
        channel = PacketChannel(asyncio.get_running_loop())
        far = channel.open(lambda kind, payload: None, lambda: None)
        channel.send(frames.encode(1, b"sent"), at_once=True)
        channel.send(frames.encode(1, b"gathered"))
        assert channel.take_back() == 2
        channel.close()
        far.close()
        assert channel.take_back() == 0

    asyncio.run(story())


def test_a_paused_channel_is_silent_until_it_goes_on(live: Any) -> None:
    """Back-pressure for streamed responses: the worker's bytes wait in the socket."""

    async def story(ends: Ends) -> None:
        thread = echo(ends.far)
        ends.channel.pause()
        ends.channel.send(frames.encode(7, b"first"), at_once=True)
        ends.channel.send(frames.encode(END, b""), at_once=True)
        await asyncio.to_thread(thread.join, 20)
        await asyncio.sleep(0)
        assert ends.received == []
        ends.channel.resume()
        assert (await ends.frames(1))[0] == (7, b"first")

    live(story)


def test_a_worker_hears_the_good_bye(live: Any) -> None:
    """The end of an environment with extensions: its worker goes on for a moment, and sees the end of the stream."""

    async def story(ends: Ends) -> None:
        wire = Wire(ends.far.detach())
        assert not wire.ended()
        ends.channel.say_goodbye()
        assert wire.ended()

    live(story)
