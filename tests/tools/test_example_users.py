"""examples/users as its reader runs it: the script alone, with the environment of an AWS client."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import RunningGatelet
from tests.walk import request

EXAMPLE = Path(__file__).parents[2] / "examples" / "users"
TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial.md"


class Place:
    """A region of one test's own, in a Gatelet that these tests share."""

    def __init__(self, gatelet: RunningGatelet, region: str) -> None:
        self._gatelet = gatelet
        self._region = region

    def client(self, service: str) -> Any:
        return self._gatelet.client(service, region=self._region)

    def deploy(self, script: Path = EXAMPLE / "deploy.py") -> list[str]:
        """Run the script; the lines that it prints."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        region = {"AWS_REGION": self._region, "AWS_DEFAULT_REGION": self._region}
        done = subprocess.run(
            [sys.executable, str(script)],
            env=inherited | self._gatelet.environment() | region,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGatelet]:
    running = RunningGatelet(tmp_path_factory.mktemp("example") / "data")
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def regions() -> Iterator[str]:
    return (f"eu-west-{number}" for number in range(1, 100))


@pytest.fixture
def place(shared: RunningGatelet, regions: Iterator[str]) -> Place:
    return Place(shared, next(regions))


def test_the_handler_is_the_tutorials() -> None:
    """The tutorial's first step writes the very code that the example deploys, less the comment with its name."""
    _, _, code = (EXAMPLE / "lambda_function.py").read_text("utf-8").partition("\n")
    assert f"<<'PYTHON'\n{code}PYTHON\n" in TUTORIAL.read_text("utf-8")


def test_the_printed_line_calls_it_and_a_second_run_changes_nothing(place: Place) -> None:
    first = place.deploy()
    url = first[-1].removeprefix('curl "').removesuffix('"')
    answer = request(url)
    assert (answer.status, answer.header("Content-Type")) == (200, "application/json")
    assert answer.body == b'{"userId": "12345", "name": "Jane Doe", "email": "jane.doe@example.com"}'
    gateway = place.client("apigateway")
    api_id = gateway.get_rest_apis()["items"][0]["id"]
    assert place.deploy() == first[-2:]
    assert len(gateway.get_rest_apis()["items"]) == 1
    assert len(gateway.get_deployments(restApiId=api_id)["items"]) == 1
    policy = place.client("iam").get_role_policy(RoleName="getUserFunction-role", PolicyName="write-own-log")
    assert policy["PolicyDocument"]["Statement"][0]["Action"][0] == "logs:CreateLogGroup"


def test_a_change_of_the_code_is_deployed(place: Place, tmp_path: Path) -> None:
    for name in ("deploy.py", "role-policy.json", "lambda_function.py"):
        (tmp_path / name).write_bytes((EXAMPLE / name).read_bytes())
    url = place.deploy(tmp_path / "deploy.py")[-1].removeprefix('curl "').removesuffix('"')
    assert request(url).json()["name"] == "Jane Doe"
    changed = (EXAMPLE / "lambda_function.py").read_text("utf-8").replace("Jane Doe", "John Roe")
    (tmp_path / "lambda_function.py").write_text(changed, "utf-8")
    assert place.deploy(tmp_path / "deploy.py")[0] == "Updated the code of getUserFunction"
    assert request(url).json()["name"] == "John Roe"


def test_a_missing_resource_is_created_again(place: Place) -> None:
    place.deploy()
    gateway = place.client("apigateway")
    api_id = gateway.get_rest_apis()["items"][0]["id"]
    users = next(item for item in gateway.get_resources(restApiId=api_id)["items"] if item["path"] == "/users")
    gateway.delete_resource(restApiId=api_id, resourceId=users["id"])
    place.deploy()
    resources = gateway.get_resources(restApiId=api_id, embed=["methods"])["items"]
    made = next(item for item in resources if item["path"] == "/users")
    assert made["resourceMethods"]["GET"]["methodIntegration"]["type"] == "AWS_PROXY"


@pytest.mark.parametrize("broken", ["permission", "stage"])
def test_what_is_missing_is_created_again(place: Place, broken: str) -> None:
    url = place.deploy()[-1].removeprefix('curl "').removesuffix('"')
    gateway, functions = place.client("apigateway"), place.client("lambda")
    api_id = gateway.get_rest_apis()["items"][0]["id"]
    if broken == "permission":
        functions.remove_permission(FunctionName="getUserFunction", StatementId=f"apigateway-{api_id}-get-users")
    else:
        gateway.delete_stage(restApiId=api_id, stageName="prod")
    assert request(url).status in {403, 500}
    place.deploy()
    assert request(url).status == 200
