"""examples/users as its reader runs it: the script alone, with the environment of an AWS client."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.walk import SEED_HANDLER, request

EXAMPLE = Path(__file__).parents[2] / "examples" / "users"


def deploy(gatelet: Any, script: Path = EXAMPLE / "deploy.py") -> list[str]:
    """Run the script; the lines that it prints."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    done = subprocess.run(
        [sys.executable, str(script)],
        env=inherited | gatelet.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_handler_is_the_one_of_the_walk() -> None:
    lines = (EXAMPLE / "lambda_function.py").read_text("utf-8").splitlines()
    assert lines[1:] == SEED_HANDLER.strip().splitlines()


def test_the_printed_line_calls_it_and_a_second_run_changes_nothing(own_gatelet: Any) -> None:
    first = deploy(own_gatelet)
    url = first[-1].removeprefix('curl "').removesuffix('"')
    answer = request(url)
    assert (answer.status, answer.header("Content-Type")) == (200, "application/json")
    assert answer.body == b'{"userId": "12345", "name": "Jane Doe", "email": "jane.doe@example.com"}'
    gateway = own_gatelet.client("apigateway")
    api_id = gateway.get_rest_apis()["items"][0]["id"]
    assert deploy(own_gatelet) == first[-2:]
    assert len(gateway.get_rest_apis()["items"]) == 1
    assert len(gateway.get_deployments(restApiId=api_id)["items"]) == 1
    policy = own_gatelet.client("iam").get_role_policy(RoleName="getUserFunction-role", PolicyName="write-own-log")
    assert policy["PolicyDocument"]["Statement"][0]["Action"][0] == "logs:CreateLogGroup"


def test_a_change_of_the_code_is_deployed(own_gatelet: Any, tmp_path: Path) -> None:
    for name in ("deploy.py", "role-policy.json", "lambda_function.py"):
        (tmp_path / name).write_bytes((EXAMPLE / name).read_bytes())
    url = deploy(own_gatelet, tmp_path / "deploy.py")[-1].removeprefix('curl "').removesuffix('"')
    assert request(url).json()["name"] == "Jane Doe"
    changed = (EXAMPLE / "lambda_function.py").read_text("utf-8").replace("Jane Doe", "John Roe")
    (tmp_path / "lambda_function.py").write_text(changed, "utf-8")
    assert deploy(own_gatelet, tmp_path / "deploy.py")[0] == "Updated the code of getUserFunction"
    assert request(url).json()["name"] == "John Roe"


def test_a_missing_resource_is_created_again(own_gatelet: Any) -> None:
    deploy(own_gatelet)
    gateway = own_gatelet.client("apigateway")
    api_id = gateway.get_rest_apis()["items"][0]["id"]
    users = next(item for item in gateway.get_resources(restApiId=api_id)["items"] if item["path"] == "/users")
    gateway.delete_resource(restApiId=api_id, resourceId=users["id"])
    deploy(own_gatelet)
    resources = gateway.get_resources(restApiId=api_id, embed=["methods"])["items"]
    made = next(item for item in resources if item["path"] == "/users")
    assert made["resourceMethods"]["GET"]["methodIntegration"]["type"] == "AWS_PROXY"


@pytest.mark.parametrize("broken", ["permission", "stage"])
def test_what_is_missing_is_created_again(own_gatelet: Any, broken: str) -> None:
    url = deploy(own_gatelet)[-1].removeprefix('curl "').removesuffix('"')
    gateway, functions = own_gatelet.client("apigateway"), own_gatelet.client("lambda")
    api_id = gateway.get_rest_apis()["items"][0]["id"]
    if broken == "permission":
        functions.remove_permission(FunctionName="getUserFunction", StatementId=f"apigateway-{api_id}-get-users")
    else:
        gateway.delete_stage(restApiId=api_id, stageName="prod")
    assert request(url).status in {403, 500}
    deploy(own_gatelet)
    assert request(url).status == 200
