"""What a function finds around it, and SnapStart, through a running Gatelet (lambda-execution sections 4 and 7)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from typing import Any

from tests.conformance.functions.world import make_function
from tests.walk import wait_active

LAYERS = {"limits", "users", "landlock", "namespaces", "seccomp", "cgroups"}

PLACES = """
import os, tempfile
def lambda_handler(event, context):
    found = os.statvfs(tempfile.gettempdir())
    return {
        "cwd": os.getcwd(), "task": os.environ["LAMBDA_TASK_ROOT"], "home": os.listdir("/") if event else [],
        "tmp": [tempfile.gettempdir(), found.f_blocks * found.f_frsize // 2**20],
    }
"""

SNAPSHOT = """
import os
from snapshot_restore_py import register_before_snapshot, register_after_restore
told = []
register_before_snapshot(told.append, "before")
register_after_restore(told.append, "after")
def lambda_handler(event, context):
    return [told, os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"]]
"""


def layers_of(gatelet: Any) -> dict[str, str]:
    with urllib.request.urlopen(f"{gatelet.endpoint}/health") as answer:
        found: dict[str, str] = json.load(answer)["sandbox"]
    return found


def test_the_layers_are_shown(gatelet: Any, function: Any) -> None:
    """At ``/health``, and by ``gatelet status``, as text and as JSON."""
    function.invoke({})
    layers = layers_of(gatelet)
    assert set(layers) == LAYERS
    assert all(state.startswith(("on", "absent: ")) for state in layers.values())
    command = [sys.executable, "-m", "gatelet.cli.main", "status", "--endpoint", gatelet.endpoint]
    environment = {**os.environ, **gatelet.environment()}
    text = subprocess.run(command, capture_output=True, text=True, env=environment, check=True).stdout
    assert [line for line in text.splitlines() if line.split() == ["sandbox", "limits:", "on"]]
    told = subprocess.run([*command, "--json"], capture_output=True, text=True, env=environment, check=True).stdout
    assert json.loads(told)["health"]["sandbox"] == layers


def test_the_paths_are_awss_where_the_host_allows_it(gatelet: Any) -> None:
    function = make_function(gatelet, "placed", {"lambda_function.py": PLACES}, EphemeralStorage={"Size": 700})
    seen = function.invoke({"look": 1}).value
    assert seen["cwd"] == seen["task"]
    if layers_of(gatelet)["namespaces"] == "on":
        assert seen["task"] == "/var/task"
        assert seen["tmp"] == ["/tmp", 700]
        assert set(seen["home"]) >= {"var", "opt", "tmp", "usr"}
    else:
        assert seen["tmp"][0] != "/tmp"


def test_a_published_version_begins_from_its_snapshot(gatelet: Any) -> None:
    """SnapStart applies to published versions: hooks run, and the variable tells (section 4)."""
    function = make_function(
        gatelet, "snapped", {"lambda_function.py": SNAPSHOT}, SnapStart={"ApplyOn": "PublishedVersions"}
    )
    client = gatelet.client("lambda")
    assert function.invoke({}).value == [[], "on-demand"]
    version = client.publish_version(FunctionName="snapped")
    assert version["SnapStart"] == {"ApplyOn": "PublishedVersions", "OptimizationStatus": "On"}
    wait_active(client, f"snapped:{version['Version']}")
    answer = client.invoke(FunctionName="snapped", Qualifier=version["Version"])
    assert json.load(answer["Payload"]) == [["before", "after"], "snap-start"]
