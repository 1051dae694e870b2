"""The life of an execution environment, through real workers (lambda-execution sections 7 and 13)."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.unit.functions.world import ACCOUNT, REGION, World

from gatelet.functions.invocation import FunctionNotFound, FunctionNotReady, FunctionTarget
from gatelet.functions.life_cycle import SERVING, TRANSITIONS, State
from gatelet.functions.pool import Pool
from gatelet.functions.runtimes.python.forker import Forker

COUNTER = """
import os, sys, time, tempfile
count = 0
def handler(event, context):
    global count
    count += 1
    path = tempfile.gettempdir() + "/kept"
    if event == "raise":
        raise ValueError("x")
    if event == "exit":
        sys.exit(1)
    if event == "sleep":
        time.sleep(30)
    if event == "write":
        open(path, "w").write("kept")
    return {"count": count, "pid": os.getpid(), "file": os.path.exists(path)}
"""


def test_globals_and_tmp_persist(world: World) -> None:
    target = world.function(COUNTER)
    first = world.value(target, "write")
    assert world.value(target) == {**first, "count": 2, "file": True}


def test_an_exception_keeps_the_environment(world: World) -> None:
    target = world.function(COUNTER)
    before = world.value(target)
    assert world.invoke(target, "raise").function_error == "Unhandled"
    assert world.value(target) == {**before, "count": 3}


@pytest.mark.parametrize("ending", ["exit", "sleep"])
def test_an_exit_and_a_timeout_recycle_the_process_and_keep_tmp(world: World, ending: str) -> None:
    """ "/tmp survives, globals do not" (section 7)."""
    target = world.function(COUNTER, Timeout=1)
    before = world.value(target, "write")
    assert world.invoke(target, ending).function_error == "Unhandled"
    after = world.value(target)
    assert (after["count"], after["file"]) == (1, True)
    assert after["pid"] != before["pid"]


def test_environments_do_not_share_tmp(forking: World) -> None:
    first, second = forking.function(COUNTER), forking.function(COUNTER)
    forking.value(first, "write")
    assert forking.value(second)["file"] is False


def test_one_environment_runs_one_event_at_a_time(forking: World) -> None:
    """Three slow events at once take three processes; each saw no other event."""
    source = """
import os, time
running = 0
def handler(event, context):
    global running
    running += 1
    time.sleep(0.5)
    seen, running = running, running - 1
    return [os.getpid(), seen]
"""
    target = forking.function(source)

    async def burst() -> list[list[int]]:
        results = await asyncio.gather(*(forking.call(target) for _ in range(3)))
        return [json.loads(result.payload) for result in results]

    answers = forking.run(burst())
    assert len({pid for pid, _ in answers}) == 3
    assert {seen for _, seen in answers} == {1}


def test_a_worker_that_is_killed_fails_only_its_own_event(world: World) -> None:
    said = world.shared / "pid"
    said.unlink(missing_ok=True)
    source = f"""
import os, time
def handler(seconds, context):
    if seconds > 1:
        with open({str(said)!r}, "w") as file:
            file.write(str(os.getpid()))
    time.sleep(seconds)
    return os.getpid()
"""
    target = world.function(source)

    async def story() -> tuple[bytes, list[bytes]]:
        long = asyncio.create_task(world.call(target, 2.5))
        others = [asyncio.create_task(world.call(target, 0.4)) for _ in range(2)]
        await _until(lambda: said.exists() and bool(said.read_text()))
        os.kill(int(said.read_text()), signal.SIGKILL)
        return (await long).payload, [result.payload for result in await asyncio.gather(*others)]

    failed, answered = world.run(story())
    assert json.loads(failed)["errorType"] == "Runtime.ExitError"
    assert all(payload.isdigit() for payload in answered)


def test_a_zygote_that_dies_is_replaced(make_world: Callable[..., World]) -> None:
    world = make_world()
    target = world.function("import os\ndef handler(e, c):\n    return os.getppid()\n")
    zygote = world.value(target)
    os.kill(zygote, signal.SIGKILL)
    world.run(asyncio.sleep(0.1))
    assert world.value(target) not in (zygote, os.getpid())


def test_a_zygote_outlives_a_fork_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that has no room for one more process does not lose those that run."""

    def no_room() -> int:
        raise BlockingIOError("fork: no room")

    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with near, far, Path(os.devnull).open() as given:
        zygote = Forker(far, {})
        monkeypatch.setattr(os, "fork", no_room)
        socket.send_fds(near, [b'{"start": 7}'], [given.fileno(), given.fileno()])
        assert zygote._take()
        told = json.loads(near.recv(4096))
    assert told["exited"] == 7
    assert os.waitstatus_to_exitcode(told["status"]) == 1


def test_init_is_run_again_in_the_first_invocation(forking: World) -> None:
    """Section 7: an init that fails is run again, and may succeed the second time."""
    flag = forking.shared / "tried"
    source = f"""
import pathlib
flag = pathlib.Path({str(flag)!r})
if not flag.exists():
    flag.touch()
    raise RuntimeError("first")
def handler(event, context):
    return "second"
"""
    assert forking.value(forking.function(source)) == "second"


def test_init_has_a_limit_of_its_own(make_world: Callable[..., World]) -> None:
    """Section 7: 10 s on AWS; the second run counts against the function's own timeout."""
    world = make_world(init_seconds=0.5)
    flag = world.shared / "tried"
    source = f"""
import pathlib, time
flag = pathlib.Path({str(flag)!r})
if not flag.exists():
    flag.touch()
    time.sleep(30)
def handler(event, context):
    return "second"
"""
    target = world.function(source)
    assert world.value(target) == "second"
    assert [line for line in world.log(target) if line.startswith("INIT_REPORT") and "Status: timeout" in line]


def test_an_init_that_never_ends_is_a_timeout(make_world: Callable[..., World]) -> None:
    world = make_world(init_seconds=0.2)
    result = world.invoke(world.function("import time\ntime.sleep(30)\n", Timeout=1))
    assert json.loads(result.payload)["errorType"] == "Sandbox.Timedout"


def test_idle_environments_end(make_world: Callable[..., World]) -> None:
    world = make_world(idle_seconds=0.2)
    target = world.function(COUNTER)
    first = world.value(target)
    assert world.service.environments == 1
    world.run(_until(lambda: world.service.environments == 0))
    world.run(_until(lambda: not Path(f"/proc/{first['pid']}").exists()))
    assert world.value(target)["count"] == 1


def test_an_old_environment_takes_no_more_events(make_world: Callable[..., World]) -> None:
    """Its credentials must not expire under it."""
    world = make_world(lifetime_seconds=0.0)
    target = world.function(COUNTER)
    assert [world.value(target)["count"] for _ in range(2)] == [1, 1]


def test_the_host_budget_evicts_the_least_recently_used(make_world: Callable[..., World]) -> None:
    world = make_world(max_environments=2)
    first, second, third = (world.function(COUNTER) for _ in range(3))
    for target in (first, second, first, third):
        world.value(target)
    assert world.service.environments == 2
    assert world.value(first)["count"] == 3
    assert world.value(second)["count"] == 1


def test_an_event_waits_for_the_budget(make_world: Callable[..., World]) -> None:
    """Nothing is idle that could make room: the event runs when something is."""
    world = make_world(max_environments=1)
    slow = world.function("import time\ndef handler(e, c):\n    time.sleep(0.3)\n    return 'slow'\n")
    other = world.function(COUNTER)

    async def both() -> list[bytes]:
        return [result.payload for result in await asyncio.gather(world.call(slow), world.call(other))]

    assert world.run(both())[0] == b'"slow"'


def test_functions_that_cannot_be_invoked(forking: World) -> None:
    missing = FunctionTarget(ACCOUNT, REGION, "missing")
    with pytest.raises(FunctionNotFound) as found:
        forking.invoke(missing)
    assert found.value.arn == f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:missing:$LATEST"
    pending = forking.function(COUNTER, serving=False)
    with pytest.raises(FunctionNotReady) as not_ready:
        forking.invoke(pending)
    assert not_ready.value.state == "Pending"
    known = forking.function(COUNTER)
    with pytest.raises(FunctionNotFound) as qualified:
        forking.invoke(FunctionTarget(ACCOUNT, REGION, known.name, "7"))
    assert qualified.value.arn.endswith(f":function:{known.name}:7")


def test_every_state_can_end() -> None:
    for state, following in TRANSITIONS.items():
        assert state is State.DEAD or State.DEAD in following
    assert all(State.RESETTING in TRANSITIONS[state] for state in SERVING)


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - the state of other processes
            await asyncio.sleep(0.02)


def test_a_function_that_floods_its_output_is_timed_out_all_the_same(make_world: Callable[..., World]) -> None:
    """What it goes on writing while it is drained holds nobody up: the gateway serves on, the timeout comes."""
    flood = """
import os, threading
def flood():
    while True:
        os.write(1, b"\\n" * 65536)
def handler(event, context):
    threading.Thread(target=flood).start()
    flood()
"""
    world = make_world()
    result = world.invoke(world.function(flood, Timeout=1))
    assert json.loads(result.payload)["errorType"] == "Sandbox.Timedout"


def test_time_limits_hold_after_a_look_that_failed(
    make_world: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = make_world()
    failures = iter([RuntimeError("a fault of ours")])
    tick = Pool.tick

    def failing(pool: Pool, now: float) -> bool:
        if (error := next(failures, None)) is not None:
            raise error
        return tick(pool, now)

    target = world.function("import time\ndef handler(e, c):\n    time.sleep(30)\n", Timeout=1)
    monkeypatch.setattr(Pool, "tick", failing)
    reported: list[object] = []
    world.runner.get_loop().set_exception_handler(lambda _, context: reported.append(context["exception"]))
    assert json.loads(world.invoke(target).payload)["errorType"] == "Sandbox.Timedout"
    assert [str(error) for error in reported] == ["a fault of ours"]
