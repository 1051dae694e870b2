"""API keys and usage plans with boto3 and plain HTTP (apigateway-authorization-limits 7 to 9)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conformance.gateway.world import Api, make_api
from tests.conformance.integrations.mapped import add_mapped
from tests.walk import request


def keyed_api(gatelet: Any, name: str) -> Api:
    """``GET /users`` needs a key, ``GET /open`` does not; both are mocks."""
    api = make_api(gatelet, name, {}, ())
    for path in ("/users", "/open"):
        add_mapped(api, f"GET {path}", request='{"statusCode": 200}', response='{"key": "$context.identity.apiKeyId"}')
    api.client.update_method(
        restApiId=api.id,
        resourceId=api.resources["/users"],
        httpMethod="GET",
        patchOperations=[{"op": "replace", "path": "/apiKeyRequired", "value": "true"}],
    )
    api.deploy()
    return api


def plan_with_key(api: Api, **members: Any) -> tuple[str, str, str]:
    """The ids of a plan for ``prod`` and of a key in it, and the key's value."""
    client = api.client
    plan = client.create_usage_plan(name="gold", apiStages=[{"apiId": api.id, "stage": "prod"}], **members)["id"]
    key = client.create_api_key(name="mobile", enabled=True)
    client.create_usage_plan_key(usagePlanId=plan, keyId=key["id"], keyType="API_KEY")
    return plan, key["id"], key["value"]


def get(api: Api, value: str | None, path: str = "/users") -> tuple[int, Any]:
    answer = request(f"{api.gatelet.endpoint}{api.url()}{path}", headers={} if value is None else {"x-api-key": value})
    return answer.status, answer.json()


@pytest.fixture(scope="module")
def api(gatelet: Any) -> Api:
    return keyed_api(gatelet, "keyed")


def test_a_key_opens_its_method_and_is_shut_at_once(api: Api) -> None:
    plan, key, value = plan_with_key(api)
    assert get(api, value) == (200, {"key": key})
    assert get(api, None) == (403, {"message": "Forbidden"})
    assert get(api, None, "/open") == (200, {"key": ""})
    patch = [{"op": "replace", "path": "/enabled", "value": "false"}]
    api.client.update_api_key(apiKey=key, patchOperations=patch)
    assert get(api, value) == (403, {"message": "Forbidden"})
    api.client.delete_api_key(apiKey=key)
    assert api.client.get_usage_plan_keys(usagePlanId=plan)["items"] == []


def test_a_burst_of_one_throttles_the_second_call(api: Api) -> None:
    _, _, value = plan_with_key(api, throttle={"rateLimit": 0.01, "burstLimit": 1})
    assert get(api, value)[0] == 200
    assert get(api, value) == (429, {"message": "Too Many Requests"})


def test_method_settings_throttle_a_stage_without_a_deployment(gatelet: Any) -> None:
    api = keyed_api(gatelet, "throttled")
    limits = {"rateLimit": "0.01", "burstLimit": "2"}
    patches = [{"op": "replace", "path": f"/*/*/throttling/{name}", "value": value} for name, value in limits.items()]
    api.client.update_stage(restApiId=api.id, stageName="prod", patchOperations=patches)
    assert [get(api, None, "/open")[0] for _ in range(3)] == [200, 200, 429]


def test_a_quota_survives_kill_9_and_can_be_extended(own_gatelet: Any) -> None:
    """10 allowed, the 11th refused, after ``kill -9`` and restart still refused."""
    api = keyed_api(own_gatelet, "metered")
    plan, key, value = plan_with_key(api, quota={"limit": 10, "period": "MONTH"})
    assert [get(api, value)[0] for _ in range(10)] == [200] * 10
    assert get(api, value) == (429, {"message": "Limit Exceeded"})
    own_gatelet.kill()
    own_gatelet.start()
    client = own_gatelet.client("apigateway")
    again = Api(own_gatelet, api.id, resources=api.resources)
    assert get(again, value) == (429, {"message": "Limit Exceeded"})
    patch = [{"op": "replace", "path": "/remaining", "value": "1"}]
    client.update_usage(usagePlanId=plan, keyId=key, patchOperations=patch)
    assert [get(again, value)[0] for _ in range(2)] == [200, 429]
