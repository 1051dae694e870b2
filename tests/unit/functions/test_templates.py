"""Environments that are forks of a template (design section 4, "Cold starts"), and SnapStart's hooks."""

from __future__ import annotations

import asyncio
import json
import math
import os
import re
import signal
from collections.abc import Callable
from typing import Any

import pytest
from tests.unit.functions.test_provisioned import publish
from tests.unit.functions.world import World

from gatelet.functions.invocation import FunctionTarget
from gatelet.functions.version import FunctionVersion

SEEN = """
import os, random, socket, sys, time, uuid
print("imported")
os.write(1, b"written\\n")
drawn_at_import = random.random()
def handler(event, context):
    time.sleep(event or 0)
    return {
        "pid": os.getpid(), "parent": os.getppid(), "at import": drawn_at_import, "random": random.random(),
        "stream": os.environ["AWS_LAMBDA_LOG_STREAM_NAME"], "context": context.log_stream_name,
    }
"""


def version_of(world: World, target: FunctionTarget) -> FunctionVersion:
    return world.run(world.service._catalogue.load(target)).version


def build(world: World, target: FunctionTarget) -> str | None:
    """Why the function has no template; empty: it has one."""
    templates = world.service._machinery.templates
    version = version_of(world, target)
    world.run(templates.need(version))
    return templates.reason(version)


def together(world: World, target: FunctionTarget, count: int) -> list[dict[str, Any]]:
    async def calls() -> list[dict[str, Any]]:
        results = await asyncio.gather(*(world.call(target, 0.2) for _ in range(count)))
        return [json.loads(result.payload) for result in results]

    return world.run(calls())


def test_forks_of_a_template_are_environments_of_their_own(forking: World) -> None:
    target = forking.function(SEEN)
    assert build(forking, target) == ""
    answers = together(forking, target, 3)
    parents = {answer["parent"] for answer in answers}
    assert len(parents) == 1
    environments = len({answer["pid"] for answer in answers})
    assert environments > 1  # on a slow host the third event may wait for one of the first two
    assert len({answer["at import"] for answer in answers}) == 1
    assert len({answer["random"] for answer in answers}) == 3
    assert len({answer["stream"] for answer in answers}) == environments
    assert all(answer["stream"] == answer["context"] for answer in answers)


def test_each_stream_tells_of_the_import(forking: World) -> None:
    """As if the environment had imported the module itself; INIT_START first, the import before START."""
    target = forking.function(SEEN)
    assert build(forking, target) == ""
    stream = together(forking, target, 1)[0]["stream"]
    lines = [text for name, text in forking.log_events(target) if name == stream]
    kinds = [text.split(" ")[0].strip() for text in lines]
    assert kinds[0] == "INIT_START"
    assert sorted(kinds[1:3]) == ["imported", "written"]
    assert kinds[3:] == ["START", "END", "REPORT"]
    assert "Init Duration" in lines[-1]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()", "threads"),
        ("import os, time\nif os.fork() == 0:\n    time.sleep(60)\n    os._exit(0)", "processes"),
        ("import socket\nkept = socket.socket()", "descriptors"),
        ("import signal\nsignal.signal(signal.SIGTERM, lambda *_: None)", "handlers"),
        ("import signal\nsignal.setitimer(signal.ITIMER_REAL, 60)", "timer"),
        ("import mmap\nkept = mmap.mmap(-1, 4096)", "shares memory"),
        ("import tempfile\nopen(tempfile.gettempdir() + '/kept', 'w').close()", "wrote to /tmp"),
        ("print('x' * 100_000)", "printed too much"),
        ("raise ValueError('x')", "import fails: ValueError"),
    ],
    ids=["threads", "processes", "sockets", "signals", "timers", "shared memory", "files", "output", "error"],
)  # fmt: skip
def test_what_cannot_be_forked_is_not(forking: World, source: str, reason: str) -> None:
    target = forking.function(f"{source}\ndef handler(event, context):\n    return 1\n")
    told = build(forking, target)
    assert told is not None
    assert reason in told


def test_what_has_no_template_is_served_all_the_same(forking: World) -> None:
    source = """
import os, threading, time
thread = threading.Thread(target=time.sleep, args=(60,), daemon=True)
thread.start()
def handler(event, context):
    time.sleep(event)
    return [os.getppid(), thread.is_alive()]
"""
    target = forking.function(source)
    assert build(forking, target) == "it started threads"
    assert all(answer[1] for answer in together(forking, target, 2))


def test_a_template_that_dies_takes_nobody_else_with_it(forking: World) -> None:
    """The next environment imports the module itself."""
    target, other = forking.function(SEEN), forking.function(SEEN)
    assert build(forking, target) == build(forking, other) == ""
    first = forking.value(target, 0)
    before = forking.value(other, 0)
    os.kill(first["parent"], signal.SIGKILL)

    async def its_end() -> None:
        async with asyncio.timeout(10):
            while forking.service._machinery.templates.reason(version) is not None:  # noqa: ASYNC110 - processes
                await asyncio.sleep(0.01)

    version = version_of(forking, target)
    forking.run(its_end())
    assert forking.value(target, 0)["parent"] != first["parent"]
    assert forking.value(other, 0)["pid"] == before["pid"]


def test_tmp_survives_the_reset_of_a_fork(forking: World) -> None:
    """lambda-execution section 7: "/tmp survives, globals do not"."""
    source = """
import os, tempfile
count = 0
def handler(event, context):
    global count
    count += 1
    path = tempfile.gettempdir() + "/kept"
    before = os.path.exists(path)
    open(path, "w").close()
    if event == "exit":
        os._exit(1)
    return [count, before]
"""
    target = forking.function(source)
    assert build(forking, target) == ""
    assert forking.value(target) == [1, False]
    assert forking.invoke(target, "exit").function_error == "Unhandled"
    assert forking.value(target) == [1, True]


def test_templates_are_bounded_and_can_be_refused(make_world: Callable[..., World]) -> None:
    world = make_world(templates=2)
    targets = [world.function(SEEN) for _ in range(3)]
    assert [build(world, target) for target in targets] == ["", "", ""]
    templates = world.service._machinery.templates
    assert [templates.reason(version_of(world, target)) for target in targets] == [None, "", ""]
    out = version_of(world, world.function(SEEN, Environment={"Variables": {"GATELET_TEMPLATE": "off"}}))
    templates.consider(out, 10.0)
    assert out.serving not in templates._building


HOOKS = """
import os
from snapshot_restore_py import register_before_snapshot, register_after_restore
told = []
@register_before_snapshot
def first():
    told.append(["before", "first"])
register_before_snapshot(lambda name: told.append(["before", name]), "second")
@register_after_restore
def third():
    told.append(["after", "third"])
register_after_restore(lambda name: told.append(["after", name]), name="fourth")
def handler(event, context):
    return [told, os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"]]
"""


def test_the_hooks_of_snap_start_run_in_their_order(forking: World) -> None:
    """Before the snapshot the last registered is the first, after the restore the first; not without SnapStart."""
    target = forking.function(HOOKS, SnapStart={"ApplyOn": "PublishedVersions"})
    assert forking.value(target) == [[], "on-demand"]
    version = forking.run(publish(forking, target, 1))
    told, kind = forking.value(version)
    assert told == [["before", "second"], ["before", "first"], ["after", "third"], ["after", "fourth"]]
    assert kind == "snap-start"


def test_the_log_tells_a_restore(forking: World) -> None:
    """Section 8: in the place of the initialisation, and the billed time is rounded for each part."""
    target = forking.function(HOOKS, SnapStart={"ApplyOn": "PublishedVersions"})
    forking.value(forking.run(publish(forking, target, 1)))
    log = [line for line in forking.log(target) if not line.startswith(("END", "[WARNING]"))]
    assert [line.split(" ")[0] for line in log] == ["RESTORE_START", "RESTORE_REPORT", "START", "REPORT"]
    assert re.fullmatch(r"RESTORE_START Runtime Version: python:3\.\d+\.v\d+\tRuntime Version ARN: arn:\S+\n", log[0])
    took = re.fullmatch(r"RESTORE_REPORT Restore Duration: (\d+\.\d\d) ms\n", log[1])
    report = re.fullmatch(
        r"REPORT RequestId: \S+\tDuration: (\d+\.\d\d) ms\tBilled Duration: (\d+) ms\tMemory Size: 128 MB\t"
        r"Max Memory Used: \d+ MB\tRestore Duration: (\d+\.\d\d) ms\tBilled Restore Duration: (\d+) ms\t\n",
        log[3],
    )
    assert took
    assert report
    duration, billed, restore, billed_restore = map(float, report.groups())
    assert restore == float(took[1])
    assert billed_restore == math.ceil(restore)
    assert billed == math.ceil(duration) + billed_restore


def test_a_hook_that_fails_after_the_restore_ends_the_environment(forking: World) -> None:
    """With status 65 (lambda-execution section 3)."""
    source = """
from snapshot_restore_py import register_after_restore
@register_after_restore
def fails():
    raise ValueError("x")
def handler(event, context):
    return 1
"""
    target = forking.function(source, SnapStart={"ApplyOn": "PublishedVersions"})
    result = forking.invoke(forking.run(publish(forking, target, 1)))
    assert json.loads(result.payload)["errorType"] == "Runtime.ExitError"
    assert b"exit status 65" in result.payload
    failed = next(line for line in forking.log(target) if line.startswith("RESTORE_REPORT"))
    assert failed.endswith(" ms\tStatus: error\tError Type: Runtime.ExitError\n")


def test_where_tmp_differs_a_module_that_asked_for_it_is_not_forked(make_world: Callable[..., World]) -> None:
    """Without namespaces: what it keeps would be another environment's."""
    source = "import tempfile\nkept = tempfile.gettempdir()\ndef handler(event, context):\n    return kept\n"
    apart, alike = make_world(sandbox=("-namespaces",)), make_world()
    assert build(apart, apart.function(source)) == "it asked where /tmp is"
    told = build(alike, alike.function(source))
    assert told == ("" if alike.service.sandbox["namespaces"] == "on" else "it asked where /tmp is")
