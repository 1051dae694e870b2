"""Requests and invocations are counted; CloudWatch's API, Prometheus' page and ``gatelet top`` tell of them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.walk import create_function, deploy_api, request

NAME = "measured-api"
FUNCTION = "measured"
SOURCE = """
def lambda_handler(event, context):
    if (event.get("queryStringParameters") or {}).get("fail"):
        raise ValueError("no")
    return {"statusCode": 200, "body": "{}"}
"""


@dataclass
class Measured:
    """A Gatelet, and an API of it to which 4 requests came: 2 answered, 1 to nowhere, 1 failed in the function."""

    gatelet: Any
    api_id: str
    cloudwatch: Any

    def sum(self, namespace: str, metric: str, dimensions: Mapping[str, str], statistic: str = "Sum") -> float:
        """Over the last hour."""
        now = datetime.now(UTC)
        given = [{"Name": name, "Value": value} for name, value in dimensions.items()]
        answer = self.cloudwatch.get_metric_statistics(
            Namespace=namespace,
            MetricName=metric,
            Dimensions=given,
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(minutes=1),
            Period=7200,
            Statistics=[statistic],
        )
        return sum(point[statistic] for point in answer["Datapoints"])


@pytest.fixture(scope="module")
def measured(gatelet: Any) -> Measured:
    api = deploy_api(gatelet, create_function(gatelet, FUNCTION, SOURCE), name=NAME)
    gateway = gatelet.client("apigateway")
    gateway.update_stage(
        restApiId=api.api_id,
        stageName="prod",
        patchOperations=[{"op": "replace", "path": "/*/*/metrics/enabled", "value": "true"}],
    )
    paths = ("/users", "/users", "/nowhere", "/users?fail=1")
    assert [request(f"{api.url}{path}").status for path in paths] == [200, 200, 403, 502]
    return Measured(gatelet, api.api_id, gatelet.client("cloudwatch"))


@pytest.mark.parametrize(
    ("dimensions", "sums"),
    [
        ({"ApiName": NAME}, (4, 1, 1)),
        ({"ApiName": NAME, "Stage": "prod"}, (4, 1, 1)),
        ({"ApiName": NAME, "Stage": "prod", "Method": "GET", "Resource": "/users"}, (3, 0, 1)),
    ],
    ids=["api", "stage", "method"],
)
def test_requests(measured: Measured, dimensions: dict[str, str], sums: tuple[int, ...]) -> None:
    """API Gateway Developer Guide, "Amazon API Gateway dimensions and metrics"."""
    names = ("Count", "4XXError", "5XXError")
    assert tuple(measured.sum("AWS/ApiGateway", name, dimensions) for name in names) == sums
    latency = measured.sum("AWS/ApiGateway", "Latency", dimensions)
    assert latency >= measured.sum("AWS/ApiGateway", "IntegrationLatency", dimensions) - 3 > -3
    assert measured.sum("AWS/ApiGateway", "IntegrationLatency", dimensions, "SampleCount") == 3


@pytest.mark.parametrize("more", [{}, {"Resource": FUNCTION}], ids=["function", "resource"])
def test_invocations(measured: Measured, more: dict[str, str]) -> None:
    """Lambda Developer Guide, "Types of metrics for Lambda functions"."""
    dimensions = {"FunctionName": FUNCTION, **more}
    names = ("Invocations", "Errors", "Throttles")
    assert [measured.sum("AWS/Lambda", name, dimensions) for name in names] == [3, 1, 0]
    assert measured.sum("AWS/Lambda", "Duration", dimensions) > 0
    assert measured.sum("AWS/Lambda", "ConcurrentExecutions", {"FunctionName": FUNCTION}, "Maximum") == 1


def test_metric_data_and_lists(measured: Measured) -> None:
    now = datetime.now(UTC)
    metric = {"Namespace": "AWS/ApiGateway", "MetricName": "Count", "Dimensions": [{"Name": "ApiName", "Value": NAME}]}
    answer = measured.cloudwatch.get_metric_data(
        MetricDataQueries=[{"Id": "count", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(minutes=1),
    )
    assert sum(answer["MetricDataResults"][0]["Values"]) == 4
    listed = measured.cloudwatch.list_metrics(**metric)["Metrics"]
    assert metric in listed
    assert len(listed) == 3


def test_large_requests_come_compressed(measured: Measured) -> None:
    """botocore compresses PutMetricData from 10,240 bytes on."""
    data = [{"MetricName": f"metric-{n}", "Value": float(n), "Unit": "Count"} for n in range(500)]
    measured.cloudwatch.put_metric_data(Namespace="Large", MetricData=data)
    assert len(measured.cloudwatch.list_metrics(Namespace="Large")["Metrics"]) == 500


def test_errors_have_their_names_of_old(measured: Measured) -> None:
    """Clients that send ``x-amzn-query-mode`` know the codes of the query protocol."""
    with pytest.raises(measured.cloudwatch.exceptions.InvalidParameterValueException) as caught:
        measured.cloudwatch.put_metric_data(Namespace="AWS/Mine", MetricData=[{"MetricName": "m", "Value": 1.0}])
    assert caught.value.response["Error"]["Code"] == "InvalidParameterValue"
    with pytest.raises(measured.cloudwatch.exceptions.ClientError) as caught:
        measured.cloudwatch.describe_alarms()
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_prometheus_reads_the_page(measured: Measured) -> None:
    answer = request(f"{measured.gatelet.endpoint}/metrics")
    assert answer.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8"
    families = {each.name: each for each in text_string_to_metric_families(answer.body.decode())}
    own = [s for s in families["gatelet_requests"].samples if s.labels["api"] == measured.api_id]
    assert [(s.name, s.labels["api_name"], s.labels["stage"], s.value) for s in own] == [
        ("gatelet_requests_total", NAME, "prod", 4)
    ]
    kinds = {name: family.type for name, family in families.items()}
    assert (
        kinds.items()
        >= {
            "gatelet_request_errors": "counter",
            "gatelet_request_duration_seconds": "histogram",
            "gatelet_integration_duration_seconds": "histogram",
            "gatelet_invocations": "counter",
            "gatelet_invocation_errors": "counter",
            "gatelet_invocation_throttles": "counter",
            "gatelet_invocation_duration_seconds": "histogram",
            "gatelet_init_duration_seconds": "histogram",
            "gatelet_environments": "gauge",
            "gatelet_concurrent_executions": "gauge",
            "gatelet_events_waiting": "gauge",
            "gatelet_async_events_queued": "gauge",
            "gatelet_connections": "gauge",
            "gatelet_loop_lag_seconds": "histogram",
            "gatelet_loop_lag_p999_seconds": "gauge",
            "gatelet_storage_commit_seconds": "histogram",
            "gatelet_log_events_dropped": "counter",
            "gatelet_metrics_dropped": "counter",
            "process_cpu_seconds": "counter",
            "process_resident_memory_bytes": "gauge",
            "process_open_fds": "gauge",
        }.items()
    )


def test_health_and_readiness(measured: Measured) -> None:
    endpoint = measured.gatelet.endpoint
    health = request(f"{endpoint}/health").json()
    assert health["status"] == "ok"
    assert set(health["loop_lag_ms"]) == {"p50", "p99.9", "max"}
    assert health["connections"]["edge"] >= 1
    assert health["commit_ms"]["state"]["max"] > 0
    assert health["counters"] == "own"
    assert request(f"{endpoint}/livez").json() == {"status": "ok"}
    assert request(f"{endpoint}/readyz").json() == {"status": "ok", "reasons": []}


@pytest.mark.parametrize("path", ["/metrics", "/_gatelet/top"])
def test_pages_of_other_sites_cannot_read_them(measured: Measured, path: str) -> None:
    url = f"{measured.gatelet.endpoint}{path}"
    assert request(url, headers={"Host": "evil.example"}).status == 403
    assert request(url, headers={"Origin": "https://evil.example"}).status == 403


def test_top_tells_of_each_stage_and_function(measured: Measured) -> None:
    command = [sys.executable, "-m", "gatelet.cli.main", "top", "--once", "--interval", "0.1", "--json"]
    run = subprocess.run(
        [*command, "--endpoint", measured.gatelet.endpoint], capture_output=True, check=True, timeout=30
    )
    told = json.loads(run.stdout)
    assert f"{NAME}/prod" in [stage["name"] for stage in told["stages"]]
    (function,) = [each for each in told["functions"] if each["name"] == FUNCTION]
    assert function["idle"] + function["busy"] + function["starting"] >= 1
