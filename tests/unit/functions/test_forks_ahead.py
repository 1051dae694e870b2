"""A launcher that has its next fork ready: what a start gets, and what is left when nobody starts any more."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

STORY = """
import json, os, signal, socket, sys
from gatelet.functions.runtimes.python.ahead import ForkerAhead

def become(receive, parent):
    (channel,) = receive()
    os.write(1, b"printed")
    os.write(channel, json.dumps([os.getpid(), os.getppid() == parent]).encode())
    os._exit(0)

def start():
    mine, its = socket.socketpair()
    reading, writing = os.pipe()
    pid = launcher.spawn("start", [its.fileno(), writing])
    its.close()
    os.close(writing)
    answer = json.loads(mine.recv(100))
    os.waitpid(pid, 0)
    return {"told": pid, "answered": answer, "printed": os.read(reading, 100).decode()}

def standby():
    return launcher._standby and launcher._standby.pid

near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
launcher = ForkerAhead(far, become)
story = {"without": start()}
launcher.rest()
story["again in"] = launcher.rest()
story["ready"] = standby()
story["with"] = start()
story["after"] = standby()
launcher.rest()
os.kill(standby(), signal.SIGKILL)
story["killed"] = os.waitpid(standby(), 0)[0]
story["instead"] = start()
launcher.rest()
story["last"] = standby()
launcher._wanted_until = 0
story["again"] = launcher.rest()
story["ended"], story["status"] = os.waitpid(-1, 0)
print(json.dumps(story))
"""


@pytest.fixture(scope="module")
def story() -> dict[str, object]:
    done = subprocess.run([sys.executable, "-c", STORY], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def right(start: object) -> bool:
    assert isinstance(start, dict)
    return bool(start["answered"] == [start["told"], True] and start["printed"] == "printed")


def test_the_first_start_makes_its_fork(story: dict[str, object]) -> None:
    assert right(story["without"])


def test_the_next_is_given_the_one_that_waits(story: dict[str, object]) -> None:
    assert right(story["with"])
    assert isinstance(story["with"], dict)
    assert story["with"]["told"] == story["ready"]
    assert story["after"] is None


def test_one_that_died_is_replaced(story: dict[str, object]) -> None:
    assert right(story["instead"])
    assert isinstance(story["instead"], dict)
    assert story["instead"]["told"] != story["killed"]


def test_nothing_waits_when_nothing_starts(story: dict[str, object]) -> None:
    """A version at rest costs neither memory nor time."""
    assert isinstance(story["again in"], float)
    assert story["again"] is None
    assert (story["ended"], story["status"]) == (story["last"], 0)
