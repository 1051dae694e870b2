"""What was acknowledged survives ``kill -9``; bad input changes nothing; changes fail no request."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from tests.walk import SEED_HANDLER, create_function, deploy_api, request


def test_every_acknowledged_resource_survives_kill_9(own_gatelet: Any) -> None:
    deployed = deploy_api(own_gatelet, create_function(own_gatelet, "durable", SEED_HANDLER))
    url = f"{deployed.url}/users?userId=7"
    assert request(url).status == 200
    api = own_gatelet.client("apigateway")
    made: list[str] = []

    def create_until_killed() -> None:
        while True:
            try:
                made.append(
                    api.create_resource(restApiId=deployed.api_id, parentId=deployed.root_id, pathPart=f"r{len(made)}")[
                        "id"
                    ]
                )
            except (BotoCoreError, ClientError):
                return

    writer = threading.Thread(target=create_until_killed)
    writer.start()
    while len(made) < 40:
        time.sleep(0.005)
    own_gatelet.kill()
    writer.join(30)
    own_gatelet.start()
    kept = {
        item["id"]
        for item in own_gatelet.client("apigateway").get_resources(restApiId=deployed.api_id, limit=500)["items"]
    }
    assert set(made) <= kept
    answer = request(url)
    assert (answer.status, answer.json()["userId"]) == (200, "7")


def test_no_worker_outlives_a_killed_gateway(own_gatelet: Any) -> None:
    busy = "import time\ndef lambda_handler(event, context):\n    time.sleep(30)\n"
    create_function(own_gatelet, "busy", busy, Timeout=60)
    caller = threading.Thread(target=_ignore_errors, args=(own_gatelet.client("lambda"), "busy"))
    caller.start()
    deadline = time.monotonic() + 20
    while not (workers := _descendants(own_gatelet.pid)) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.5)
    workers = _descendants(own_gatelet.pid)
    assert workers
    own_gatelet.kill()
    caller.join(30)
    deadline = time.monotonic() + 2  # the design's guard: within 2 s of a kill -9
    while time.monotonic() < deadline and any(_alive(pid) for pid in workers):
        time.sleep(0.05)
    assert [pid for pid in workers if _alive(pid)] == []
    own_gatelet.start()


def _ignore_errors(client: Any, name: str) -> None:
    try:
        client.invoke(FunctionName=name)
    except (BotoCoreError, ClientError):
        return


def _descendants(root: int) -> list[int]:
    found, queue = [], [root]
    while queue:
        parent = queue.pop()
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            children = [int(pid) for pid in task.read_text().split()]
            found += children
            queue += children
    return found


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
