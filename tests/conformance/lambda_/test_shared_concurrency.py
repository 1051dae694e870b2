"""Two Gatelets that share a Valkey server keep a function's reserved concurrency together."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from tests.conformance.several import running_several
from tests.conftest import RunningGatelet
from tests.contract.counters_server import CountersServer
from tests.walk import DeployedApi, create_function, deploy_api, request

RESERVED = 5
REFUSED = "ReservedFunctionConcurrentInvocationLimitExceeded"
SOURCE = """
import json, time

def lambda_handler(event, context):
    began = time.time()
    time.sleep(event.get("seconds", 0.2))
    return {"statusCode": 200, "body": json.dumps([began, time.time()])}
"""


@dataclass
class Place:
    """One of the Gatelets, with the same function and an API before it."""

    gatelet: RunningGatelet
    client: Any
    api: DeployedApi

    def invoke(self, seconds: float = 0.2) -> list[float] | str:
        """When the handler began and ended, or AWS's Reason for the refusal."""
        try:
            answer = self.client.invoke(FunctionName="shared", Payload=json.dumps({"seconds": seconds}))
        except ClientError as error:
            reason: str = error.response["Reason"]  # type: ignore[typeddict-item]
            return reason
        began_and_ended: list[float] = json.loads(json.load(answer["Payload"])["body"])
        return began_and_ended

    def get(self) -> list[float] | str:
        """The same through the API."""
        answer = request(f"{self.api.url}/users")
        return answer.json() if answer.status == 200 else REFUSED if answer.status == 500 else str(answer)


def open_place(gatelet: RunningGatelet) -> Place:
    arn = create_function(gatelet, "shared", SOURCE, Timeout=60)
    client = gatelet.client("lambda")
    client.put_function_concurrency(FunctionName="shared", ReservedConcurrentExecutions=RESERVED)
    return Place(gatelet, client, deploy_api(gatelet, arn))


@dataclass
class Shared:
    """Two of them and their server."""

    one: Place
    two: Place
    counters: CountersServer


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    with running_several(tmp_path_factory.mktemp("shared")) as several:
        yield Shared(open_place(several.one), open_place(several.two), several.counters)


def at_once(calls: Sequence[Callable[[], list[float] | str]]) -> list[list[float] | str]:
    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(lambda call: call(), calls))


def most_at_once(ran: Sequence[list[float]]) -> int:
    edges = sorted([(began, 1) for began, _ in ran] + [(ended, -1) for _, ended in ran])
    now = most = 0
    for _, change in edges:
        now += change
        most = max(most, now)
    return most


def test_a_reservation_is_of_all(shared: Shared) -> None:
    calls = [place.get if turn % 2 else place.invoke for turn in range(20) for place in (shared.one, shared.two)]
    answers = at_once(calls)
    ran = [answer for answer in answers if not isinstance(answer, str)]
    assert RESERVED <= len(ran) < len(calls)
    assert most_at_once(ran) <= RESERVED
    assert {answer for answer in answers if isinstance(answer, str)} == {REFUSED}


def test_each_keeps_it_alone_while_the_server_is_away(shared: Shared) -> None:
    one, two = shared.one, shared.two
    assert counters_of(one) == "shared"
    shared.counters.kill()
    assert REFUSED not in at_once([place.invoke for place in (one, two) for _ in range(RESERVED)])
    answers = at_once([one.invoke] * 12)
    assert REFUSED in answers
    assert most_at_once([answer for answer in answers if not isinstance(answer, str)]) <= RESERVED
    assert counters_of(one) == "unavailable"
    shared.counters.start()
    wait_until(lambda: REFUSED in at_once([one.invoke, two.invoke] * 3))
    assert counters_of(one) == "shared"
    assert one.gatelet.log().count("The counters' server does not answer") == 1
    assert one.gatelet.log().count("The counters' server answers again.") == 1


def test_what_a_killed_process_held_comes_back(shared: Shared) -> None:
    one, two = shared.one, shared.two
    with ThreadPoolExecutor(RESERVED) as threads:
        for _ in range(RESERVED):
            threads.submit(keep_one, one)
        wait_until(lambda: two.invoke(0) == REFUSED)
        one.gatelet.kill()
    wait_until(lambda: REFUSED not in at_once([two.invoke] * RESERVED))


def counters_of(place: Place) -> str:
    """What /health tells of them."""
    return str(request(f"{place.gatelet.endpoint}/health").json()["counters"])


def keep_one(place: Place) -> None:
    """Until it is killed, one invocation runs there."""
    with suppress(BotoCoreError):
        while place.invoke(50) == REFUSED:
            continue


def wait_until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.1)
