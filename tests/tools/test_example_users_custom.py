"""examples/users-custom as its reader runs it: the script alone, with the environment of an AWS client."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import RunningGatelet
from tests.walk import Answer, request

EXAMPLE = Path(__file__).parents[2] / "examples" / "users-custom"


class Deployed:
    """The example in a Gatelet of its own."""

    def __init__(self, gatelet: RunningGatelet) -> None:
        self.gatelet = gatelet
        self.url = self.deploy()[-1].removeprefix('curl "').removesuffix('?userId=12345"')

    def deploy(self) -> list[str]:
        """Run the script; the lines that it prints."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        done = subprocess.run(
            [sys.executable, str(EXAMPLE / "deploy.py")],
            env=inherited | self.gatelet.environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    def get(self, query: str) -> Answer:
        """``GET /users`` with a query string."""
        return request(f"{self.url}?{query}" if query else self.url)


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    running = RunningGatelet(tmp_path_factory.mktemp("custom") / "data")
    running.start()
    try:
        yield Deployed(running)
    finally:
        running.stop()


@pytest.mark.parametrize(
    ("query", "status", "body", "user"),
    [
        (
            "userId=12345",
            200,
            '{"userId": "12345", "name": "Jane Doe", "email": "jane.doe@example.com"}',
            "12345",
        ),
        ("userId=99", 404, '{"message": "No user has the id 99"}', None),
        ("userId=it's", 404, '{"message": "No user has the id it\'s"}', None),
        ("", 400, '{"message":"Missing required request parameters: [userId]"}', None),
        ("userId=", 400, '{"message":"Missing required request parameters: [userId]"}', None),
    ],
    ids=["found", "not found", "quote", "missing", "blank"],
)
def test_what_the_readme_shows(deployed: Deployed, query: str, status: int, body: str, user: str | None) -> None:
    answer = deployed.get(query)
    assert (answer.status, answer.body.decode().strip(), answer.header("X-User-Id")) == (status, body, user)
    assert answer.header("Content-Type") == "application/json"


def test_run_again_it_keeps_the_api_and_makes_no_deployment(deployed: Deployed) -> None:
    gateway: Any = deployed.gatelet.client("apigateway")
    (api,) = gateway.get_rest_apis()["items"]
    before = gateway.get_deployments(restApiId=api["id"])["items"]
    assert deployed.deploy()[-1] == f'curl "{deployed.url}?userId=12345"'
    assert gateway.get_rest_apis()["items"] == [api]
    assert gateway.get_deployments(restApiId=api["id"])["items"] == before
    assert deployed.get("userId=67890").json()["name"] == "John Roe"


def test_the_method_s_test_tells_every_step(deployed: Deployed) -> None:
    gateway: Any = deployed.gatelet.client("apigateway")
    (api,) = gateway.get_rest_apis()["items"]
    resources = gateway.get_resources(restApiId=api["id"])["items"]
    users = next(item["id"] for item in resources if item["path"] == "/users")
    tested = gateway.test_invoke_method(
        restApiId=api["id"], resourceId=users, httpMethod="GET", pathWithQueryString="/users?userId=99"
    )
    assert (tested["status"], tested["body"].strip()) == (404, '{"message": "No user has the id 99"}')
    assert 'Endpoint request body after transformations: {\n  "userId": "99"\n}' in tested["log"]
    assert '"errorMessage": "[NotFound] No user has the id 99"' in tested["log"]
