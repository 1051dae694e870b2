"""``gatelet explain`` against a running server."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.conformance.gateway.world import Api, make_api
from tests.conformance.integrations.mapped import add_mapped
from tests.tools.test_cli import refused, run
from tests.walk import request


@pytest.fixture(scope="module")
def api(gatelet: Any) -> Api:
    """``GET /open`` answers; ``GET /shut`` is denied by the API's policy."""
    api = make_api(gatelet, "explained", {}, ())
    for path in ("/open", "/shut"):
        add_mapped(api, f"GET {path}", request='{"statusCode": 200}')
    statements = [
        {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/prod/*"},
        {
            "Sid": "Shut",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "execute-api:Invoke",
            "Resource": "execute-api:/prod/GET/shut",
        },
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    patch = {"op": "replace", "path": "/policy", "value": policy}
    api.client.update_rest_api(restApiId=api.id, patchOperations=[patch])
    api.deploy()
    return api


def asked(api: Api, path: str) -> str:
    """The id of a request."""
    answer = request(f"{api.gatelet.endpoint}{api.url()}{path}")
    found = answer.header("x-amzn-RequestId")
    assert found is not None
    return found


def test_a_denial_names_its_statement(api: Api) -> None:
    done = run(api.gatelet, "explain", asked(api, "/shut"))
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "GET /shut"
    assert any(line.startswith("answered 403 AccessDeniedException") for line in lines)
    assert "    Deny Shut applies" in lines
    assert "route: GET /shut" in lines


def test_json_and_what_is_not_known(api: Api) -> None:
    story = json.loads(run(api.gatelet, "explain", "--json", asked(api, "/open")).stdout)
    assert (story["outcome"], story["integration"]["type"]) == ({"status": 200}, "Mock")
    refused(run(api.gatelet, "explain", "nothing"), 1, "No request with that id is kept")


def test_only_signed_callers_who_may_are_told(api: Api) -> None:
    request_id = asked(api, "/open")
    page = f"{api.gatelet.endpoint}/_gatelet/requests/{request_id}"
    assert request(page).status == 403
    iam = api.gatelet.client("iam")
    iam.create_user(UserName="curious")
    key = iam.create_access_key(UserName="curious")["AccessKey"]
    keys = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}

    class Curious:
        endpoint = api.gatelet.endpoint

        def environment(self) -> dict[str, str]:
            return {**api.gatelet.environment(), **keys}

    curious: Any = Curious()
    refused(run(curious, "explain", request_id), 1, "is not authorized to perform: gatelet:ExplainRequest")


def test_another_account_is_told_nothing(api: Api) -> None:
    request_id = asked(api, "/open")

    class Stranger:
        endpoint = api.gatelet.endpoint

        def environment(self) -> dict[str, str]:
            return {**api.gatelet.environment(), "AWS_ACCESS_KEY_ID": "999999999999", "AWS_SECRET_ACCESS_KEY": "test"}

    stranger: Any = Stranger()
    refused(run(stranger, "explain", request_id), 1, "No request with that id is kept")
