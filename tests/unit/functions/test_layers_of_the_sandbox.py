"""The sandbox's layers: what is required, what a host has, and each layer by itself (design section 4)."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.unit.functions.world import World

from gatelet.functions.runtimes.python.sandbox import landlock, seccomp, syscalls
from gatelet.functions.sandbox.layers import NAMES, Found, SandboxMissing, Wanted

NONE = Found()
EVERYTHING = Found(landlock=7, seccomp=True, namespaces="", templates="", users="", cgroups="")
ALLOWED, REFUSED = 0x7FFF_0000, 0x0005_0001


@pytest.mark.parametrize("name", NAMES)
def test_a_layer_that_is_required_and_absent_is_an_error(name: str) -> None:
    wanted = Wanted.parse((name,))
    wanted.check(EVERYTHING, secure=False)
    if name == "limits":
        wanted.check(NONE, secure=False)
        return
    with pytest.raises(SandboxMissing, match=f"'{name}' is required and absent"):
        wanted.check(NONE, secure=False)


@pytest.mark.parametrize(
    ("found", "lacks"),
    [
        (NONE, "read the data directory"),
        (Found(seccomp=True), "read the data directory"),
        (Found(landlock=5), "signal the gateway"),
        (Found(landlock=5, seccomp=True), ""),
        (Found(landlock=6), ""),
        (Found(users=""), ""),
        (Found(namespaces="", seccomp=True), ""),
        (EVERYTHING, ""),
    ],
    ids=["nothing", "seccomp", "old landlock", "both", "landlock", "users", "namespaces", "everything"],
)
def test_the_secure_mode_does_not_start_below_the_floor(found: Found, lacks: str) -> None:
    """Design section 6, Platform: unless told to."""
    assert lacks in found.floor
    assert bool(lacks) == bool(found.floor)
    Wanted.parse(("auto",)).check(found, secure=False)
    Wanted.parse(("any",)).check(found, secure=True)
    if lacks:
        with pytest.raises(SandboxMissing, match=lacks):
            Wanted.parse(("auto",)).check(found, secure=True)
    else:
        Wanted.parse(("auto",)).check(found, secure=True)


def test_a_word_that_is_no_layer_is_an_error() -> None:
    with pytest.raises(ValueError, match="'landlocks' is not one of auto, any, limits"):
        Wanted.parse(("auto", "landlocks"))
    with pytest.raises(ValueError, match="-limits"):
        Wanted.parse(("-limits",))


def test_a_service_tells_its_layers_and_refuses_what_is_not_there(make_world: Callable[..., World]) -> None:
    world = make_world(sandbox=("limits", "-namespaces", "-cgroups"))
    assert set(world.service.sandbox) == {*NAMES, "/opt"}
    assert world.service.sandbox["limits"] == "on"
    assert world.service.sandbox["namespaces"] == "absent: switched off by the setting sandbox"
    with pytest.raises(SandboxMissing):
        make_world(sandbox=("namespaces", "-namespaces"))


def run(code: bytes, machine: int, number: int, first: int = 0, second: int = 0) -> int:
    """What the filter says to a call: a small machine for the instructions that it has."""
    data = struct.pack("=IIQQQ", number, machine, 0, first & (1 << 64) - 1, second & (1 << 64) - 1)
    steps = list(struct.iter_unpack("=HBBI", code))
    at, value = 0, 0
    while True:
        operation, met, unmet, operand = steps[at]
        at += 1
        if operation == 0x06:
            return operand
        if operation == 0x20:
            value = struct.unpack_from("=I", data, operand)[0]
            continue
        test = {0x15: value == operand, 0x35: value >= operand, 0x45: bool(value & operand)}[operation]
        at += met if test else unmet


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_filter_of_system_calls(machine: str) -> None:
    code = seccomp.program(machine, [77])
    kind, calls = seccomp._ARCHITECTURES[machine], seccomp._CALLS[machine]

    def says(number: int, first: int = 0, second: int = 0) -> int:
        return run(code, kind, number, first, second)

    for number in (*seccomp._MOUNTS[machine], *seccomp._DENIED[machine], *seccomp._DENIED_ON_BOTH):
        assert says(number) == REFUSED, number
    assert [says(calls["kill"], pid) for pid in (77, -77, -1)] == [REFUSED] * 3
    assert [says(calls["kill"], pid) for pid in (78, 1000, 0)] == [ALLOWED] * 3
    assert says(calls["clone"], syscalls.NEW_USER) == REFUSED
    assert says(calls["clone"], 0x11) == ALLOWED
    assert [says(calls["socket"], family) == ALLOWED for family in (1, 2, 10, 16, 17, 38)] == [True] * 4 + [False] * 2
    assert says(calls["ioctl"], 0, 0x5412) == REFUSED
    assert says(calls["ioctl"], 0, 0x5413) == ALLOWED
    assert run(code, 0x4000_0003, 1) != ALLOWED
    with_namespaces = seccomp.program(machine, [77], namespaces=True)
    assert run(with_namespaces, kind, seccomp._MOUNTS[machine][0]) == ALLOWED


def in_child(work: Callable[[], Any]) -> Any:
    """Do it in a process of its own: what it returned, or the name of what it raised."""
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            told = work()
        except BaseException as error:  # noqa: BLE001 - told to the parent
            told = type(error).__name__
        os.write(write_end, json.dumps(told).encode())
        os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as file:
        told = json.loads(file.read())
    os.waitpid(pid, 0)
    return told


def test_landlock_holds_files_and_signals(tmp_path: Path) -> None:
    """Where the kernel has it: what is not allowed cannot even be read, whoever asks."""
    version = landlock.abi()
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    for path in (inside, outside):
        path.mkdir()
        (path / "file").write_text("x")

    def story() -> list[Any]:
        syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
        landlock.restrict(version, [], [str(inside)])
        told = []
        for path in (inside / "new", outside / "new"):
            try:
                path.write_text("x")
                told.append("written")
            except PermissionError:
                told.append("refused")
        try:
            os.kill(os.getppid(), 0)
            told.append("signalled")
        except PermissionError:
            told.append("refused")
        return told

    if version:
        expected = ["written", "refused", "refused" if version >= landlock.SCOPES_SINCE else "signalled"]
        assert in_child(story) == expected
    assert (landlock.handled(version or 1) & landlock.READ) == landlock.READ


def test_a_worker_killed_by_hand_in_mid_request_fails_that_request_alone(make_world: Callable[..., World]) -> None:
    """Issue 3: that request gets AWS's error, every other request succeeds."""
    world = make_world()
    source = """
import os, time
def handler(event, context):
    if event == "marked":
        open(os.environ["MARK"], "w").write(str(os.getpid()))
    time.sleep(0.4 if event == "marked" else 0.02)
    return "done"
"""
    mark = world.shared / "mark"
    target = world.function(source, Environment={"Variables": {"MARK": str(mark)}})

    async def story() -> tuple[bytes, list[bytes]]:
        marked = asyncio.create_task(world.call(target, "marked"))
        others = [asyncio.create_task(world.call(target, n)) for n in range(30)]
        async with asyncio.timeout(10):
            while not mark.exists() or not mark.read_text():  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(0.01)
        os.kill(int(mark.read_text()), signal.SIGKILL)
        others += [asyncio.create_task(world.call(target, n)) for n in range(30)]
        return (await marked).payload, [result.payload for result in await asyncio.gather(*others)]

    failed, answered = world.run(story())
    assert json.loads(failed)["errorType"] == "Runtime.ExitError"
    assert answered == [b'"done"'] * 60
