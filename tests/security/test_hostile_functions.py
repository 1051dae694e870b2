"""What hostile functions get: nothing, with root's layers, without any privilege, and by Landlock alone.

Design section 4, "Limits are real", and section 6, "Platform": the floor without privileges. All attacks of a
configuration run in one process, while a victim is called again and again.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[2]
_ALL = ["root", "unprivileged", "landlock"]
_AVAILABLE = [] if sys.platform != "linux" else _ALL if os.geteuid() == 0 else _ALL[1:]
_SECONDS = 60


@pytest.fixture(scope="module", params=_AVAILABLE)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the attacks told, in one configuration."""
    place = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "tests.security.hostile_site", str(place), request.param]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(["src", "."]), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    told["configuration"] = request.param
    return told


def refused(answers: Any) -> bool:
    return bool(answers) and all(kind == "refused" for kind, _ in answers)


def error(kind: str) -> Callable[[Any], bool]:
    return lambda answer: isinstance(answer, dict) and answer.get("errorType") == kind


EXPECTED: dict[str, Callable[[Any], bool]] = {
    "fork bomb": error("Sandbox.Timedout"),
    "many processes": lambda count: isinstance(count, int) and count < 400,
    "memory": error("Runtime.OutOfMemory"),
    "memory of children": error("Runtime.OutOfMemory"),
    "data directory": refused,
    "code of others": lambda answer: answer[0] == [] and answer[1][0] == "refused",
    "environment and memory of others": lambda got: got == [],
    "signals": refused,
    "tracing": refused,
    "privileges": refused,
    "threads": lambda count: count == 1,
    "threads again": lambda count: count == 2,
    "closed channel": error("Runtime.ExitError"),
    "garbage": error("Runtime.ExitError"),
    "no answer": error("Sandbox.Timedout"),
    "flood": error("Sandbox.Timedout"),
    "daemon": error("Runtime.ExitError"),
}


@pytest.mark.parametrize("attack", EXPECTED)
def test_an_attack_gets_nothing(site: dict[str, Any], attack: str) -> None:
    answer = site["results"][attack]
    assert EXPECTED[attack](answer), answer


def test_tmp_holds_what_it_should_and_no_more(site: dict[str, Any]) -> None:
    """``EphemeralStorage``, here 16 MB: the file system is full, or the process is ended."""
    answer = site["results"]["disk"]
    if "namespaces" in site["layers"] and site["layers"]["namespaces"] == "on":
        assert answer[0] <= 16
        assert answer[1] == "OSError"
    else:
        assert isinstance(answer, dict), answer


def test_the_others_keep_answering(site: dict[str, Any]) -> None:
    asked, answered = site["victim"]
    assert asked == answered > 10
    assert site["victim again"]


def test_nothing_that_an_attacker_started_is_left(site: dict[str, Any]) -> None:
    assert site["left"] == 0


def test_forks_of_one_template_are_apart(site: dict[str, Any]) -> None:
    """They have one uid and one parent, and find nothing of each other."""
    assert len({parent for parent, _ in site["siblings"]}) == 1
    assert [found for _, found in site["siblings"]] == [[], [], []]


def test_the_layers_of_the_configuration_were_on(site: dict[str, Any]) -> None:
    """The attacks failed at what they were to fail at."""
    on = {name for name, state in site["layers"].items() if state.startswith("on")}
    if site["configuration"] == "landlock":
        assert on == {"limits", "landlock"}
    else:
        assert ("users" in on) == (site["configuration"] == "root")
