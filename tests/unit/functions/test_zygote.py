"""A zygote starts while the sandbox is looked for (design section 4, "Cold starts")."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gatelet.functions.isolation import Isolation
from gatelet.functions.python_runtime import PythonRuntimes
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


def test_only_the_interpreters_that_runtimes_mean_stay_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one at hand begins to load before it is known which they are: its memory is given back."""
    other = tmp_path / "python3.99"
    other.write_text(
        f'#!/bin/sh\ncase "$*" in *version_info*) printf "3.99.1\\n{other}\\n";; *) exec {sys.executable} "$@";; esac\n'
    )
    other.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    async def sandbox() -> Sandbox:
        return BARE

    async def story() -> None:
        runtimes = PythonRuntimes(Path("/nowhere"), Path(proxy.__file__), True, sandbox)
        await runtimes.warm_all(["python3.99", "python3.98"])
        kept = await _connected(runtimes, "python3.99", "python3.98", "")
        await runtimes.warm_all(["python3.99"])
        assert (kept, await _connected(runtimes, "python3.99", "")) == ([True, True, True], [True, False])
        await runtimes.warm()
        assert await _connected(runtimes, "") == [True]
        await runtimes.stop()

    asyncio.run(story())


async def _connected(runtimes: PythonRuntimes, *names: str) -> list[bool]:
    at_hand = f"python{sys.version_info.major}.{sys.version_info.minor}"
    found = [(await runtimes.get(name or at_hand))[1].zygote for name in names]
    return [zygote is not None and zygote.connected for zygote in found]
