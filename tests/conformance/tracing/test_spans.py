"""Spans of a request reach a collector: the gateway's, the integration's and the function's, in one trace."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from tests.conformance.tracing.collector import Collector, collecting
from tests.conftest import RunningGatelet
from tests.walk import DeployedApi, create_function, deploy_api, request

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SOURCE = """
import json, os
def lambda_handler(event, context):
    seen = {"header": event["headers"]["X-Amzn-Trace-Id"], "environment": os.environ["_X_AMZN_TRACE_ID"]}
    return {"statusCode": 200, "body": json.dumps(seen)}
"""


@dataclass
class Traced:
    """A Gatelet that exports spans, and an API."""

    collector: Collector
    gatelet: RunningGatelet
    api: DeployedApi

    def trace_stage(self, wanted: bool) -> None:
        """Set ``tracingEnabled``."""
        operation = {"op": "replace", "path": "/tracingEnabled", "value": json.dumps(wanted)}
        self.gatelet.client("apigateway").update_stage(
            restApiId=self.api.api_id, stageName="prod", patchOperations=[operation]
        )


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Traced]:
    with collecting() as collector:
        place = tmp_path_factory.mktemp("traced") / "data"
        gatelet = RunningGatelet(place, ("--otel-endpoint", collector.url))
        gatelet.start()
        try:
            yield Traced(collector, gatelet, deploy_api(gatelet, create_function(gatelet, "traced", SOURCE)))
        finally:
            gatelet.stop()


def test_a_caller_s_traceparent_makes_one_trace(traced: Traced) -> None:
    answer = request(f"{traced.api.url}/users", headers={"traceparent": f"00-{TRACE}-{PARENT}-01"})
    spans = traced.collector.of(TRACE, 3)
    gateway, integration, function = spans["GET /users"], spans["integration"], spans["traced"]
    assert [span.parent_span_id.hex() for span in (gateway, integration, function)] == [
        PARENT,
        gateway.span_id.hex(),
        integration.span_id.hex(),
    ]
    root = "Root=1-0af76519-16cd43dd8448eb211c80319c"
    seen = answer.json()
    assert seen["header"] == f"{root};Parent={PARENT};Sampled=1"
    assert seen["environment"].startswith(f"{root};Parent={integration.span_id.hex()};Sampled=1")
    attributes = {each.key: each.value for each in gateway.attributes}
    assert attributes["http.response.status_code"].int_value == 200
    assert attributes["http.route"].string_value == "/users"
    assert attributes["gatelet.request_id"].string_value == answer.header("x-amzn-requestid")
    assert gateway.start_time_unix_nano <= integration.start_time_unix_nano <= integration.end_time_unix_nano


def test_a_stage_with_tracing_traces_whom_the_caller_leaves_it_open(traced: Traced) -> None:
    traced.trace_stage(True)
    try:
        untraced = request(f"{traced.api.url}/users", headers={"traceparent": f"00-{'1' * 32}-{PARENT}-00"})
        open_ = request(f"{traced.api.url}/users")
    finally:
        traced.trace_stage(False)
    span = traced.collector.of_request(str(open_.header("x-amzn-requestid")))
    assert span.parent_span_id == b""
    assert untraced.status == 200
    assert "1" * 32 not in [each.trace_id.hex() for each in traced.collector.spans]


def test_without_a_wish_nothing_is_traced(traced: Traced) -> None:
    quiet = request(f"{traced.api.url}/users")
    told = {"traceparent": f"00-{'2' * 32}-{PARENT}-01"}
    request(f"{traced.api.url}/users", headers=told)
    traced.collector.of("2" * 32, 3)
    attributes = [each.value.string_value for span in traced.collector.spans for each in span.attributes]
    assert quiet.header("x-amzn-requestid") not in attributes


def test_without_a_collector_stages_cannot_be_traced(gatelet: Any) -> None:
    api = deploy_api(gatelet, create_function(gatelet, "untraced", SOURCE))
    client = gatelet.client("apigateway")
    with pytest.raises(client.exceptions.ClientError) as caught:
        client.update_stage(
            restApiId=api.api_id,
            stageName="prod",
            patchOperations=[{"op": "replace", "path": "/tracingEnabled", "value": "true"}],
        )
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert "tracingEnabled" in caught.value.response["Error"]["Message"]
