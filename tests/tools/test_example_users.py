"""examples/users as its reader runs it: the script alone, with the environment of an AWS client."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import time
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


@pytest.fixture(scope="module")
def deployed(shared: RunningGatelet, regions: Iterator[str]) -> tuple[Place, str]:
    """The example where several tests look at it, and the URL that its last line calls."""
    place = Place(shared, next(regions))
    return place, called(place.deploy())


def called(printed: list[str]) -> str:
    """The URL of the last line, a GET."""
    return printed[-1].removeprefix('curl "').removesuffix('"')


def test_the_handler_is_the_tutorials() -> None:
    """The tutorial writes the very code of the first step, less the comment with its name."""
    _, _, code = (EXAMPLE / "lambda_function.py").read_text("utf-8").partition("\n")
    assert f"<<'PYTHON'\n{code}PYTHON\n" in TUTORIAL.read_text("utf-8")


def test_the_printed_lines_call_it_and_a_second_run_changes_nothing(place: Place) -> None:
    first = place.deploy()
    answer = request(called(first))
    assert (answer.status, answer.header("Content-Type")) == (200, "application/json")
    assert answer.body == b'{"userId": "12345", "name": "Jane Doe", "email": "jane.doe@example.com"}'
    posted = subprocess.run(shlex.split(first[-2]), capture_output=True, timeout=60, check=True)
    made = json.loads(posted.stdout)
    assert (made["name"], made["email"]) == ("John Roe", "john.roe@example.com")
    gateway = place.client("apigateway")
    api_id = gateway.get_rest_apis()["items"][0]["id"]
    assert place.deploy() == first[-3:]
    assert len(gateway.get_rest_apis()["items"]) == 1
    assert len(gateway.get_deployments(restApiId=api_id)["items"]) == 1
    assert request(called(first).replace("12345", made["userId"])).json() == made


def test_the_life_of_a_user(deployed: tuple[Place, str]) -> None:
    users = deployed[1].partition("?")[0]
    ada = {"userId": "ada", "name": "Ada Lovelace", "email": "ada@example.com"}

    def send(method: str, path: str = "", content: object = None) -> tuple[int, Any]:
        answer = request(f"{users}{path}", method, None if content is None else json.dumps(content).encode())
        return answer.status, answer.json() if answer.body else None

    assert send("POST", content=ada) == (201, ada)
    assert send("POST", content=ada) == (409, {"message": "There is a user with the id ada"})
    assert send("GET", "/ada") == send("GET", "?userId=ada") == (200, ada)
    countess = ada | {"name": "Ada King"}
    assert send("PUT", "/ada", {"name": "Ada King", "email": "ada@example.com"}) == (200, countess)
    assert send("GET", "/ada") == (200, countess)
    assert send("PUT", "/bob", {"name": "Bob", "email": "bob@example.com"})[0] == 404
    for wrong in ({"name": "Bob"}, {"name": "", "email": "x"}, ["no object"], {"userId": 7, "name": "B", "email": "x"}):
        assert send("POST", content=wrong)[0] == 400
    assert send("DELETE", "/ada") == (204, None)
    assert send("DELETE", "/ada")[0] == send("GET", "/ada")[0] == send("GET", "?userId=ada")[0] == 404


def test_the_list_comes_in_pages(deployed: tuple[Place, str]) -> None:
    users = deployed[1].partition("?")[0]
    table = deployed[0].client("dynamodb")
    for number in range(4):
        named = {"userId": f"user-{number}", "name": f"User {number}", "email": f"{number}@example.com"}
        table.put_item(TableName="users", Item={name: {"S": value} for name, value in named.items()})
    seen: list[str] = []
    token = ""
    while True:
        page = request(f"{users}?limit=2{token}").json()
        assert len(page["users"]) <= 2
        seen += [user["userId"] for user in page["users"]]
        if "nextToken" not in page:
            break
        token = f"&nextToken={page['nextToken']}"
    assert sorted(seen) == ["12345", *(f"user-{number}" for number in range(4))]
    assert sorted(user["userId"] for user in request(users).json()["users"]) == sorted(seen)
    assert [request(f"{users}?limit={limit}").status for limit in ("0", "101", "many")] == [400] * 3


def test_the_role_may_only_what_its_policy_says(deployed: tuple[Place, str]) -> None:
    place, url = deployed
    assert request(url).status == 200
    iam = place.client("iam")
    policy = iam.get_role_policy(RoleName="usersFunction-role", PolicyName="users")["PolicyDocument"]
    actions = {action for statement in policy["Statement"] for action in statement["Action"]}
    assert not any("*" in action for action in actions)
    iam.delete_role_policy(RoleName="usersFunction-role", PolicyName="users")
    try:
        answer = request(url)
        assert (answer.status, answer.json()) == (502, {"message": "Internal server error"})
        reason = "AccessDeniedException) when calling the GetItem operation"
        assert wait_for_log(place, "/aws/lambda/usersFunction", f'"{reason}"')
    finally:
        place.deploy()
    assert request(url).status == 200


def wait_for_log(place: Place, group: str, pattern: str) -> list[Any]:
    """The events that the pattern finds, once there are any."""
    for _ in range(100):
        events = place.client("logs").filter_log_events(logGroupName=group, filterPattern=pattern)["events"]
        if events:
            return list(events)
        time.sleep(0.05)
    raise AssertionError(f"nothing in {group} fits {pattern}")


def test_a_change_of_code_or_configuration_is_deployed(place: Place, tmp_path: Path) -> None:
    for name in ("deploy.py", "role-policy.json", "users.py"):
        (tmp_path / name).write_bytes((EXAMPLE / name).read_bytes())
    url = called(place.deploy(tmp_path / "deploy.py"))
    changed = (EXAMPLE / "users.py").read_text("utf-8").replace("shown(found", "list(found")
    (tmp_path / "users.py").write_text(changed, "utf-8")
    changed = (EXAMPLE / "deploy.py").read_text("utf-8").replace('"Timeout": 10', '"Timeout": 11')
    (tmp_path / "deploy.py").write_text(changed, "utf-8")
    assert place.deploy(tmp_path / "deploy.py")[:2] == [
        "Updated the code of usersFunction",
        "Updated the configuration of usersFunction",
    ]
    assert sorted(request(url).json()) == ["email", "name", "userId"]  # a list of names now
    assert place.client("lambda").get_function_configuration(FunctionName="usersFunction")["Timeout"] == 11


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
    url = called(place.deploy())
    gateway, functions = place.client("apigateway"), place.client("lambda")
    api_id = gateway.get_rest_apis()["items"][0]["id"]
    if broken == "permission":
        functions.remove_permission(FunctionName="usersFunction", StatementId=f"apigateway-{api_id}-users")
    else:
        gateway.delete_stage(restApiId=api_id, stageName="prod")
    assert request(url).status in {403, 500}
    place.deploy()
    assert request(url).status == 200
