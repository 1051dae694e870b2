"""Requests that are given up in the very moment in which their answer comes: no other request may suffer."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.unit.http.client.endpoint import OK, client, endpoint, saying
from tests.unit.http.conftest import Run

from gatelet.http.client.connection import Connection, Held
from gatelet.http.client.limits import ClientLimits
from gatelet.http.client.stream import AnswerStream
from gatelet.http.client.target import Origin


class Wire(asyncio.Transport):
    """A transport that goes nowhere."""

    def __init__(self) -> None:
        super().__init__()
        self.cut = False

    def write(self, data: Any) -> None:
        pass

    def abort(self) -> None:
        self.cut = True

    close = abort

    def is_closing(self) -> bool:
        return self.cut

    def get_write_buffer_size(self) -> int:
        return 0

    def resume_reading(self) -> None:
        pass


def _connection() -> tuple[Connection, Wire, list[Connection]]:
    freed: list[Connection] = []
    connection = Connection(
        Origin("http", "a.test", 80), ClientLimits(), Held(1_000), freed.append, lambda connection: None
    )
    wire = Wire()
    connection.connection_made(wire)
    return connection, wire, freed


def test_an_exchange_that_is_under_way_is_cut(run: Run) -> None:
    async def test() -> None:
        connection, wire, _ = _connection()
        answer = connection.exchange(b"", b"", to_head=False)
        answer.cancel()
        connection.abandon(answer)
        assert wire.cut

    run(test)


@pytest.mark.parametrize("cancelled", [True, False], ids=["before the answer", "behind the answer"])
def test_a_connection_that_has_gone_on_to_another_exchange_is_left_alone(run: Run, cancelled: bool) -> None:
    async def test() -> None:
        connection, wire, freed = _connection()
        first = connection.exchange(b"", b"", to_head=False)
        if cancelled:
            first.cancel()
        connection.data_received(OK)
        assert freed == [connection]
        second = connection.exchange(b"", b"", to_head=False)
        connection.abandon(first)
        assert not wire.cut
        connection.data_received(OK)
        assert (await second).body == b"ok"

    run(test)


def test_a_stream_that_nobody_will_read_ends_its_connection(run: Run) -> None:
    async def test() -> None:
        connection, wire, _ = _connection()
        answer = connection.exchange(
            b"", b"", to_head=False, stream=AnswerStream(1_000, 5, asyncio.get_running_loop().time() + 5)
        )
        answer.cancel()
        connection.data_received(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab")
        assert wire.cut

    run(test)


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
def test_many_that_give_up_at_any_moment_disturb_nobody(run: Run, streamed: bool) -> None:
    """Every one of those who wait gets its own answer, and no connection is left over."""

    async def test() -> None:
        async with endpoint(saying(OK)) as found, client(connections_per_host=3) as asking:

            async def patient() -> bytes:
                body = (await asking.send(found.request(), 5)).body
                assert isinstance(body, bytes)
                return body

            async def hasty(steps: int) -> None:
                ask = asking.stream if streamed else asking.send
                task = asyncio.create_task(ask(found.request(), 5))
                for _ in range(steps):
                    await asyncio.sleep(0)
                task.cancel()
                (outcome,) = await asyncio.gather(task, return_exceptions=True)
                if not isinstance(outcome, BaseException) and isinstance(outcome.body, AnswerStream):
                    await outcome.body.aclose()

            for steps in range(12):
                answers = await asyncio.gather(*(patient() for _ in range(4)), *(hasty(steps) for _ in range(4)))
                assert [answer for answer in answers if answer is not None] == [b"ok"] * 4
            assert asking.connections <= 3

    run(test)
