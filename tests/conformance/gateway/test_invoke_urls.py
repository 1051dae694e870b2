"""Every form of an invoke URL (apigateway-data-plane section 2)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conformance.gateway.world import Api, send
from tests.walk import Answer

HOSTS = [
    "{api}.execute-api.localhost:{port}",
    "{api}.execute-api.us-east-1.localhost:{port}",
    "{api}.execute-api.us-east-1.amazonaws.com",
    "{api}.execute-api.localhost.localstack.cloud:{port}",
]
PREFIXES = ["/_aws/execute-api/{api}/prod", "/restapis/{api}/prod/_user_request_"]


def at_host(api: Api, host: str, target: str, method: str = "GET") -> Answer:
    port = api.gatelet.endpoint.rpartition(":")[2]
    return send(api.gatelet, method, target, [("Host", host.format(api=api.id, port=port))])


@pytest.mark.parametrize("host", HOSTS)
def test_the_api_in_the_host(api: Api, host: str) -> None:
    event = at_host(api, host, "/prod/echo?a=1").json()
    port = api.gatelet.endpoint.rpartition(":")[2]
    assert (event["resource"], event["path"], event["queryStringParameters"]) == ("/echo", "/echo", {"a": "1"})
    context = event["requestContext"]
    domain = host.format(api=api.id, port=port).partition(":")[0]
    assert (context["domainName"], context["domainPrefix"]) == (domain, api.id)
    assert (context["path"], context["stage"], context["apiId"]) == ("/prod/echo", "prod", api.id)


def test_the_host_is_case_insensitive(api: Api) -> None:
    event = at_host(api, HOSTS[0].upper().replace("{API}", "{api}").replace("{PORT}", "{port}"), "/prod/echo").json()
    assert event["requestContext"]["domainName"] == f"{api.id}.execute-api.localhost"
    answer = send(api.gatelet, "GET", "/prod/echo", [("Host", api.host.upper())])
    assert answer.json()["requestContext"]["apiId"] == api.id


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_api_in_the_path(api: Api, prefix: str) -> None:
    """Handlers see the domain that AWS would have given the API."""
    event = send(api.gatelet, "GET", prefix.format(api=api.id) + "/echo?a=1").json()
    context = event["requestContext"]
    assert (event["resource"], event["path"], context["path"]) == ("/echo", "/echo", "/prod/echo")
    assert context["domainName"] == f"{api.id}.execute-api.us-east-1.amazonaws.com"
    assert (context["domainPrefix"], context["stage"], context["apiId"]) == (api.id, "prod", api.id)


@pytest.mark.parametrize(
    ("target", "path", "context_path"),
    [
        ("/prod", "/", "/prod"),
        ("/prod/", "/", "/prod/"),
        ("//prod/echo", "/echo", "/prod/echo"),  # recorded
        ("/prod//echo", "/echo", "/prod//echo"),  # recorded
        ("/prod/echo/", "/echo/", "/prod/echo/"),
    ],
)
@pytest.mark.parametrize("form", ["host", "path"])
def test_slashes_around_the_stage(api: Api, target: str, path: str, context_path: str, form: str) -> None:
    """Stage-only URLs are the resource ``/``; slashes before the stage do not count."""
    answer = (
        at_host(api, HOSTS[0], target)
        if form == "host"
        else send(api.gatelet, "GET", f"/_aws/execute-api/{api.id}{target}")
    )
    event = answer.json()
    assert (event["path"], event["requestContext"]["path"]) == (path, context_path)
    assert event["resource"] == ("/" if path == "/" else "/echo")


@pytest.mark.parametrize("target", ["/PROD/echo", "/nothing/echo", "/", "/nothing"])
def test_an_unknown_stage_is_forbidden(api: Api, target: str) -> None:
    """Section 1, step 1; the stage is case-sensitive."""
    forbidden(at_host(api, HOSTS[0], target))
    if target != "/":
        forbidden(send(api.gatelet, "GET", f"/_aws/execute-api/{api.id}{target}"))
    forbidden(send(api.gatelet, "GET", f"/restapis/{api.id}/nothing/_user_request_/echo"))


def test_an_unknown_api_is_forbidden(api: Api, gatelet: Any) -> None:
    forbidden(at_host(api, HOSTS[0].replace("{api}", "0123456789"), "/prod/echo"))
    forbidden(send(gatelet, "GET", "/_aws/execute-api/0123456789/prod/echo"))


def test_headers_of_the_control_plane_change_nothing(api: Api) -> None:
    """An invoke URL stays one, whatever a request carries."""
    credential = "Credential=test/20260101/us-east-1/lambda/aws4_request"
    answer = api.send(
        "POST",
        "/echo",
        [
            ("Authorization", f"AWS4-HMAC-SHA256 {credential}, SignedHeaders=host, Signature=00"),
            ("X-Amz-Target", "Logs_20140328.DescribeLogGroups"),
        ],
        b"{}",
    )
    assert answer.json()["path"] == "/echo"


def forbidden(answer: Answer) -> None:
    assert (answer.status, answer.body) == (403, b'{"message":"Forbidden"}')
    assert answer.header("x-amzn-ErrorType") == "ForbiddenException"
    assert answer.header("Content-Type") == "application/json"
    assert answer.header("x-amzn-RequestId")
