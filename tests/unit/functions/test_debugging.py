"""Functions under a debugger: a real client of debugpy attaches, stops at a breakpoint and goes on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.debugger import Debugger, free_port, install_debugpy
from tests.unit.functions.conftest import running_world
from tests.unit.functions.test_extensions import with_extension
from tests.unit.functions.world import World

from gatelet.aws import quotas
from gatelet.functions.invocation import RuntimeUnavailable, Undebuggable

PYTHON = {"Runtime": "python3.11", "Handler": "app.handler"}
SOURCE = """import os
NUMBER = 2
def handler(event, context):
    doubled = event["n"] * NUMBER
    return {"doubled": doubled, "pid": os.getpid(), "left": context.get_remaining_time_in_millis()}
"""
LINE = 5


@pytest.fixture(scope="module")
def debugged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world whose runtime has debugpy, and whose initialisations are over before a debugger has come."""
    place = tmp_path_factory.mktemp("debugged")
    install_debugpy(place / "runtime")
    with running_world(place, init_seconds=0.3) as made:
        yield made


async def at_the_breakpoint(world: World, target: Any, port: int, local: str) -> tuple[Any, Any]:
    """Invoke, attach, stop at the breakpoint, go on: what was seen, the answer."""
    root = await world.service.task_root(target)
    running = asyncio.ensure_future(world.call(target, {"n": 21}, debug_port=port))

    def debug() -> Any:
        debugger = Debugger(port)
        try:
            assert debugger.attach(f"{local}/app.py", LINE, [{"localRoot": local, "remoteRoot": root}])
            seen = debugger.stopped()
            assert not running.done()
            debugger.go_on()
            return seen
        finally:
            debugger.close()

    seen = await asyncio.to_thread(debug)
    return seen, await running


@pytest.mark.parametrize("beside", [False, True], ids=["alone", "beside an extension"])
def test_a_breakpoint_stops_the_handler(debugged: World, tmp_path: Path, beside: bool) -> None:
    if beside:
        (debugged.shared / "listener").unlink(missing_ok=True)
        target, _ = with_extension(debugged, "listener", {"app.py": SOURCE}, **PYTHON, Timeout=1)
    else:
        target = debugged.function(SOURCE, Timeout=1)
    (tmp_path / "app.py").write_text(SOURCE)
    seen, result = debugged.run(at_the_breakpoint(debugged, target, free_port(), str(tmp_path)))
    path, line, variables = seen
    assert (path, line, variables) == (f"{tmp_path}/app.py", LINE, variables | {"doubled": "42"})
    answer = json.loads(result.payload)
    assert (result.function_error, answer) == (None, answer | {"doubled": 42})
    assert [line for line in debugged.log(target) if "frozen" in line] == []
    assert answer["left"] > 3_600_000, "the function's time is paused"
    assert debugged.service.environments == 0, "the pools know nothing of it"


def test_an_error_of_the_import_is_the_answer(debugged: World, tmp_path: Path) -> None:
    """It is not tried again: the debugger would be waited for twice."""
    target = debugged.function("x = 1\nraise ValueError('at import')\n")
    port = free_port()
    (tmp_path / "app.py").write_text("x = 1\nraise ValueError('at import')\n")

    async def run() -> Any:
        root = await debugged.service.task_root(target)
        running = asyncio.ensure_future(debugged.call(target, debug_port=port))

        def debug() -> None:
            debugger = Debugger(port)
            debugger.attach(f"{tmp_path}/app.py", 1, [{"localRoot": str(tmp_path), "remoteRoot": root}])
            debugger.stopped()
            debugger.go_on()
            debugger.close()

        await asyncio.to_thread(debug)
        return await running

    result = debugged.run(run())
    assert result.function_error == "Unhandled"
    assert json.loads(result.payload)["errorMessage"] == "at import"


def test_other_environments_go_on(forking: World) -> None:
    """A session has a process of its own, also where one is warm."""
    target = forking.function(SOURCE)
    warm = forking.value(target, {"n": 1})
    assert forking.invoke(target, {"n": 1}, debug_port=free_port()).function_error == "Unhandled"  # without debugpy
    assert forking.value(target, {"n": 1})["pid"] == warm["pid"]


def test_a_caller_who_leaves_ends_the_environment(debugged: World) -> None:
    target = debugged.function(SOURCE)
    port = free_port()

    async def run() -> None:
        running = asyncio.ensure_future(debugged.call(target, {"n": 1}, debug_port=port))
        debugger = await asyncio.to_thread(Debugger, port)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        with pytest.raises((AssertionError, OSError)):
            await asyncio.to_thread(debugger.attach, "app.py", LINE, [])
        debugger.close()

    debugged.run(run())
    assert debugged.value(target, {"n": 4})["doubled"] == 8


def test_debugpy_missing_is_said(forking: World) -> None:
    result = forking.invoke(forking.function(SOURCE), {"n": 1}, debug_port=free_port())
    error = json.loads(result.payload)
    assert (error["errorType"], result.function_error) == ("Runtime.DebuggerMissing", "Unhandled")
    assert "gatelet install-runtime --debug" in error["errorMessage"]


def test_other_runtimes_are_not_debugged(forking: World) -> None:
    target = forking.function(SOURCE, Runtime="provided.al2023")
    with pytest.raises(Undebuggable, match="debugpy is for Python"):
        forking.invoke(target, debug_port=free_port())


def test_sessions_are_bounded(debugged: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quotas, "DEBUG_SESSIONS", 0)
    with pytest.raises(RuntimeUnavailable, match="debugged already"):
        debugged.invoke(debugged.function(SOURCE), debug_port=free_port())
