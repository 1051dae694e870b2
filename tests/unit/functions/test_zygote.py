"""A zygote starts while the sandbox is looked for (design section 4, "Cold starts")."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from gatelet.functions.isolation import Isolation
from gatelet.functions.sandbox.detect import Sandbox
from gatelet.functions.sandbox.layers import Found
from gatelet.functions.zygote import Zygote
from gatelet.gateway.events import proxy

BARE = Sandbox(Found(), Isolation(None), None, 0, None)


async def _wait_for(what: str, condition: Callable[[], object]) -> None:
    for _ in range(1_000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(what)


def test_forks_wait_until_it_knows_its_sandbox() -> None:
    async def story() -> None:
        found: asyncio.Future[Sandbox] = asyncio.get_running_loop().create_future()

        async def sandbox() -> Sandbox:
            return await asyncio.shield(found)

        zygote = Zygote(sys.executable, Path("/nowhere"), Path(proxy.__file__), sandbox)
        ended: list[int] = []
        near, far = socket.socketpair()
        null = os.open(os.devnull, os.O_WRONLY)
        fork = asyncio.create_task(zygote.start(far, null, ended.append))
        await _wait_for("it starts", lambda: zygote.pid)
        assert not fork.done()
        found.set_result(BARE)
        process = await asyncio.wait_for(fork, 20)
        assert process.pid not in (0, zygote.pid)
        await zygote.stop()
        assert ended
        near.close()
        far.close()
        os.close(null)

    asyncio.run(story())


def test_one_that_is_given_up_before_it_knows_is_gone_and_the_next_serves() -> None:
    async def story() -> None:
        found: asyncio.Future[Sandbox] = asyncio.get_running_loop().create_future()

        async def sandbox() -> Sandbox:
            return await asyncio.shield(found)

        zygote = Zygote(sys.executable, Path("/nowhere"), Path(proxy.__file__), sandbox)
        warming = asyncio.create_task(zygote.warm())
        await _wait_for("it starts", lambda: zygote.pid)
        first = zygote.pid
        warming.cancel()
        await asyncio.gather(warming, return_exceptions=True)
        await _wait_for("it ends", lambda: not Path(f"/proc/{first}").exists())
        found.set_result(BARE)
        await zygote.warm()
        assert zygote.connected
        assert zygote.pid != first
        await zygote.stop()

    asyncio.run(story())
