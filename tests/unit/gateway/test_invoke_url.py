"""Every form of an invoke URL (apigateway-data-plane section 2)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.gateway.invoke_url import InvokeAddress, parse_invoke_url

LOCAL = "127.0.0.1:4566"


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/_aws/execute-api/abc/prod/users/7", ("abc", "prod", "/users/7")),
        ("/_aws/execute-api/abc/prod/", ("abc", "prod", "/")),
        ("/_aws/execute-api/abc/prod", ("abc", "prod", "")),
        ("/_aws/execute-api/abc/prod//x", ("abc", "prod", "//x")),
        ("/_aws/execute-api/abc//prod/x", ("abc", "prod", "/x")),
        ("/_aws/execute-api/abc/prod/a%2Fb/", ("abc", "prod", "/a%2Fb/")),
        ("/_aws/execute-api/abc/", ("abc", "", "")),
        ("/_aws/execute-api/abc", ("abc", "", "")),
        ("/restapis/abc/prod/_user_request_/users/7", ("abc", "prod", "/users/7")),
        ("/restapis/abc/prod/_user_request_/", ("abc", "prod", "/")),
        ("/restapis/abc/prod/_user_request_", ("abc", "prod", "")),
    ],
)
def test_path_forms(path: str, address: tuple[str, str, str]) -> None:
    assert parse_invoke_url(LOCAL, path) == InvokeAddress(*address, "path", "")


@pytest.mark.parametrize(
    "host",
    [
        "abc.execute-api.localhost",
        "abc.execute-api.localhost:4566",
        "ABC.Execute-Api.LocalHost:4566",
        "abc.execute-api.localhost.",
        "abc.execute-api.eu-west-1.localhost:4566",
        "abc.execute-api.eu-west-1.amazonaws.com",
        "abc.execute-api.cn-north-1.amazonaws.com.cn",
        "abc.execute-api.localhost.localstack.cloud:4566",
    ],
)
@pytest.mark.parametrize(
    ("path", "stage", "rest"),
    [
        ("/Prod/users", "Prod", "/users"),
        ("//Prod/users", "Prod", "/users"),  # recorded: accepted
        ("/Prod", "Prod", ""),
        ("/Prod/", "Prod", "/"),
        ("/Prod//users", "Prod", "//users"),
        ("/", "", ""),
        ("/_aws/execute-api/other/x", "_aws", "/execute-api/other/x"),  # the host decides first
    ],
)
def test_host_forms(host: str, path: str, stage: str, rest: str) -> None:
    domain = host.lower().removesuffix(":4566").removesuffix(".")
    assert parse_invoke_url(host, path) == InvokeAddress("abc", stage, rest, "host", domain)


@pytest.mark.parametrize(
    ("host", "path"),
    [
        (LOCAL, "/"),
        (LOCAL, "/restapis"),
        (LOCAL, "/restapis/abc/resources/r1/methods/GET"),
        (LOCAL, "/restapis/abc/stages/prod"),
        (LOCAL, "/restapis//prod/_user_request_/x"),
        (LOCAL, "/_aws/execute-api/"),
        (LOCAL, "/_aws/execute-api//prod/x"),
        ("", "/prod"),
        ("execute-api.localhost", "/prod"),
        (".execute-api.localhost", "/prod"),
        ("abc.execute-api", "/prod"),
        ("abc.execute-api.", "/prod"),
        ("abc.execute-api.evil.example", "/prod"),
        ("abc.execute-api..localhost", "/prod"),
        ("abc.execute-api.eu-west-1.amazonaws.com.evil.example", "/prod"),
        ("abc.execute-api.eu-west-1.x.localhost", "/prod"),
        ("apigateway.eu-west-1.amazonaws.com", "/restapis"),
        ("[::1]:4566", "/x"),
    ],
)
def test_no_invoke_url(host: str, path: str) -> None:
    assert parse_invoke_url(host, path) is None


@given(st.text(max_size=40), st.text(max_size=40))
def test_nothing_is_too_strange_to_read(host: str, path: str) -> None:
    address = parse_invoke_url(host, path)
    assert address is None or address.api_id
