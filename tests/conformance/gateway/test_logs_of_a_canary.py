"""A canary with boto3 and plain HTTP: its share of the requests, the logs of both, and its promotion."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.gateway.world import Api, make_api
from tests.conformance.integrations.mapped import add_mapped
from tests.conftest import RunningGatelet
from tests.walk import request

REQUESTS = 300
GROUP = "arn:aws:logs:us-east-1:000000000000:log-group:access"
FORM = '{"id":"$context.requestId","canary":$context.isCanaryRequest,"status":$context.status,"path":"$context.path"}'
ROLE = "arn:aws:iam::000000000000:role/logging"


@dataclass
class Released:
    """An API whose stage has a canary of 20 %, after some requests."""

    api: Api
    deployment: str
    file: Path
    answers: dict[str, str]
    """Who answered, by the request's id."""

    def of(self, who: str) -> set[str]:
        return {request_id for request_id, by in self.answers.items() if by == who}

    def events(self, group: str, wanted: int) -> list[str]:
        """The messages of a group, once there are so many."""
        logs, found = self.api.gatelet.client("logs"), []
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and len(found) < wanted:
            if logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
                pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
                found = [event["message"] for page in pages for event in page["events"]]
        return found

    def written(self, wanted: int) -> list[Any]:
        """The lines of the file, once there are so many: they are written within a quarter of a second."""
        deadline = time.monotonic() + 10
        lines: list[str] = []
        while time.monotonic() < deadline and len(lines) < wanted:
            lines = self.file.read_text("utf-8").splitlines() if self.file.exists() else []
        return [json.loads(line) for line in lines]


def ask(api: Api) -> tuple[str, str]:
    """The request's id, and who answered."""
    answer = request(f"{api.gatelet.endpoint}{api.url()}/users")
    request_id = answer.header("x-amzn-RequestId")
    assert request_id is not None
    return request_id, str(answer.json()["by"])


def answering(api: Api, who: str) -> None:
    resource = api.resources["/users"]
    api.client.put_integration_response(
        restApiId=api.id, resourceId=resource, httpMethod="GET", statusCode="200",
        responseTemplates={"application/json": f'{{"by": "{who}"}}'},
    )  # fmt: skip


def patch(api: Api, *operations: dict[str, str]) -> Any:
    return api.client.update_stage(restApiId=api.id, stageName="prod", patchOperations=list(operations))


def set_to(path: str, value: str) -> dict[str, str]:
    return {"op": "replace", "path": path, "value": value}


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Released]:
    place = tmp_path_factory.mktemp("logs")
    gatelet = RunningGatelet(place / "data", ("--access-log", str(place / "access.log")))
    gatelet.start()
    try:
        api = make_api(gatelet, "released", {}, ())
        add_mapped(api, "GET /users", request='{"statusCode": 200}', response='{"by": "base"}')
        api.deploy()
        api.client.update_account(patchOperations=[set_to("/cloudwatchRoleArn", ROLE)])
        logging = {"/accessLogSettings/destinationArn": GROUP, "/accessLogSettings/format": FORM}
        patch(api, *(set_to(*pair) for pair in logging.items()), set_to("/*/*/logging/loglevel", "INFO"))
        answering(api, "canary")
        deployment = api.client.create_deployment(
            restApiId=api.id, stageName="prod", canarySettings={"percentTraffic": 20.0}
        )["id"]
        yield Released(api, deployment, place / "access.log", dict(ask(api) for _ in range(REQUESTS)))
    finally:
        gatelet.stop()


def test_it_serves_its_share(released: Released) -> None:
    """20 % of 300: within four standard deviations of 60."""
    assert 32 < len(released.of("canary")) < 88
    assert len(released.of("base")) == REQUESTS - len(released.of("canary"))


def test_every_request_has_its_line_in_the_group_and_in_the_file(released: Released) -> None:
    lines = [json.loads(line) for line in released.events("access", REQUESTS)]
    assert {line["id"] for line in lines if line["canary"]} == released.of("canary")
    assert {line["id"] for line in lines if not line["canary"]} == released.of("base")
    assert {(line["status"], line["path"]) for line in lines} == {(200, "/prod/users")}
    assert len(lines) == REQUESTS
    assert sorted(released.written(REQUESTS), key=str) == sorted(lines, key=str)


@pytest.mark.parametrize(("who", "stage"), [("base", "prod"), ("canary", "prod/Canary")])
def test_each_has_an_execution_log_of_its_own(released: Released, who: str, stage: str) -> None:
    group = f"API-Gateway-Execution-Logs_{released.api.id}/{stage}"
    expected = {f"({request_id}) Method completed with status: 200" for request_id in released.of(who)}
    deadline = time.monotonic() + 10
    told: set[str] = set()
    while time.monotonic() < deadline and not told >= expected:
        told = set(released.events(group, len(expected)))
    assert {line for line in told if "Method completed" in line} == expected


def test_promoted_it_serves_everything(released: Released) -> None:
    copy = {"op": "copy", "from": "/canarySettings/deploymentId", "path": "/deploymentId"}
    stage = patch(released.api, copy, {"op": "remove", "path": "/canarySettings"})
    assert stage["deploymentId"] == released.deployment
    assert "canarySettings" not in stage
    assert {ask(released.api)[1] for _ in range(20)} == {"canary"}
