"""Two Gatelets, set up alike, share throttles, quotas and the cache over a Valkey server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.conformance.several import running_several
from tests.conftest import RunningGatelet
from tests.walk import request

API, KEY = "sharedapi1", "abcdefghij0123456789"


class Place:
    """A Gatelet with the API: ``/kept`` is cached, ``/metered`` needs a key, ``/slow`` has a throttle of its own."""

    def __init__(self, gatelet: RunningGatelet) -> None:
        self.gatelet = gatelet
        self.client = gatelet.client("apigateway")
        self.client.create_rest_api(name="shared", tags={"_custom_id_": API})
        self._root = self.client.get_resources(restApiId=API)["items"][0]["id"]
        for path in ("kept", "metered", "slow"):
            self._add(path)
        self.client.create_deployment(restApiId=API, stageName="prod", cacheClusterEnabled=True, cacheClusterSize="0.5")
        settings = {
            "/~1kept/GET/caching/enabled": "true",
            "/~1slow/GET/throttling/rateLimit": "0.001",
            "/~1slow/GET/throttling/burstLimit": "3",
        }
        patches = [{"op": "replace", "path": path, "value": value} for path, value in settings.items()]
        self.client.update_stage(restApiId=API, stageName="prod", patchOperations=patches)
        self._meter()

    def _add(self, path: str) -> None:
        client = self.client
        resource = client.create_resource(restApiId=API, parentId=self._root, pathPart=path)["id"]
        method: dict[str, Any] = {"restApiId": API, "resourceId": resource, "httpMethod": "GET"}
        client.put_method(**method, authorizationType="NONE", apiKeyRequired=path == "metered")
        template = {"application/json": '{"statusCode": 200}'}
        client.put_integration(**method, type="MOCK", requestTemplates=template, cacheNamespace=path)
        client.put_method_response(**method, statusCode="200")
        answer = {"application/json": '"$context.requestId"'}
        client.put_integration_response(**method, statusCode="200", responseTemplates=answer)

    def _meter(self) -> None:
        self.client.create_usage_plan(
            name="gold",
            tags={"_custom_id_": "gold"},
            apiStages=[{"apiId": API, "stage": "prod"}],
            quota={"limit": 7, "period": "MONTH"},
        )
        self.client.create_api_key(name="key", value=KEY, enabled=True, tags={"_custom_id_": "key"})
        self.client.create_usage_plan_key(usagePlanId="gold", keyId="key", keyType="API_KEY")

    def get(self, path: str) -> tuple[int, Any]:
        url = f"{self.gatelet.endpoint}/_aws/execute-api/{API}/prod/{path}"
        answer = request(url, headers={"x-api-key": KEY})
        return answer.status, answer.json()


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, Place]]:
    with running_several(tmp_path_factory.mktemp("shared")) as several:
        yield Place(several.one), Place(several.two)


def test_a_throttle_is_of_all(places: tuple[Place, Place]) -> None:
    statuses = [place.get("slow")[0] for _ in range(3) for place in places]
    assert statuses == [200, 200, 200, 429, 429, 429]


def test_a_quota_is_of_all(places: tuple[Place, Place]) -> None:
    answers = [place.get("metered") for _ in range(5) for place in places]
    assert [status for status, _ in answers] == [200] * 7 + [429] * 3
    assert answers[-1][1] == {"message": "Limit Exceeded"}
    one, two = places
    one.client.update_usage(
        usagePlanId="gold", keyId="key", patchOperations=[{"op": "replace", "path": "/remaining", "value": "1"}]
    )
    assert [two.get("metered")[0], one.get("metered")[0]] == [200, 429]


def test_a_kept_response_is_of_all_and_flushed_for_all(places: tuple[Place, Place]) -> None:
    one, two = places
    kept = one.get("kept")
    assert kept[0] == 200
    assert [two.get("kept"), one.get("kept")] == [kept, kept]
    two.client.flush_stage_cache(restApiId=API, stageName="prod")
    assert one.get("kept") != kept
