"""Sizes that are refused, and by whom (apigateway-data-plane section 13)."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from tests.conformance.gateway.world import Api, make_api, uri
from tests.walk import Answer

MIB = 1024 * 1024


def plain(answer: Answer, status: int, text: str) -> None:
    """The front itself answers: no x-amzn headers, no gateway response."""
    assert (answer.status, answer.body) == (status, text.encode())
    assert answer.header("Content-Type") == "text; charset=utf-8"
    assert not [name for name, _ in answer.headers if name.lower().startswith("x-amz")]


def too_long(answer: Answer) -> None:
    assert (answer.status, answer.body) == (413, b'{"message": "Request Too Long"}')
    assert answer.header("x-amzn-ErrorType") == "BadRequestException"


def test_ten_megabytes_are_the_gateway_s(api: Api) -> None:
    answer = api.send("POST", "/echo", [], b"x" * (10 * MIB + 1))
    plain(answer, 413, "HTTP content length exceeded 10485760 bytes.")


def test_ten_megabytes_are_the_limit_of_chunks_too(api: Api) -> None:
    chunk = b"100000\r\n" + b"x" * MIB + b"\r\n"
    answer = api.send("POST", "/echo", [("Transfer-Encoding", "chunked")], chunk * 11 + b"0\r\n\r\n")
    plain(answer, 413, "HTTP content length exceeded 10485760 bytes.")


@pytest.mark.parametrize("size", [6 * MIB, 10 * MIB])
def test_six_megabytes_are_lambda_s(api: Api, size: int) -> None:
    too_long(api.send("POST", "/echo", [], b"x" * size))


def test_what_lambda_takes(api: Api) -> None:
    body = b'{"body": "' + b"x" * (5 * MIB) + b'"}'
    assert api.send("POST", "/reply", [], body).body == body[10:-2]


@pytest.mark.parametrize("body", [b'"' * (4 * MIB), b"\x00" * (2 * MIB)], ids=["quotes", "nul"])
def test_the_event_is_measured_as_json(api: Api, body: bytes) -> None:
    """lambda-execution 1: the limit is on the JSON of the event, where these bytes take two or six each."""
    too_long(api.send("POST", "/echo", [], body))


def test_base64_counts(gatelet: Any, echo: str) -> None:
    """A binary body takes a third more in the event."""
    made = make_api(gatelet, "limits", {"POST /reply": uri(echo)}, ["gateway-echo"], binaryMediaTypes=["image/png"])
    made.deploy()
    png = [("Content-Type", "image/png")]
    too_long(made.send("POST", "/reply", png, b"\x00" * (5 * MIB)))
    assert made.send("POST", "/reply", png, b"\x00" * (4 * MIB)).status == 502  # no JSON: the function saw it


def test_what_is_unpacked_counts(api: Api) -> None:
    """A small body that unfolds to more than Lambda takes."""
    packed = gzip.compress(b"x" * (7 * MIB))
    too_long(api.send("POST", "/echo", [("Content-Encoding", "gzip")], packed))


def header_of(api: Api, total: int, path: str = "/echo") -> list[tuple[str, str]]:
    """Headers that make request line and header lines ``total`` bytes."""
    host = api.gatelet.endpoint.removeprefix("http://")
    taken = f"GET {api.url()}{path} HTTP/1.1\r\nHost: {host}\r\nX-Filler: \r\n"
    return [("X-Filler", "f" * (total - len(taken)))]


def test_the_header_s_limit(api: Api) -> None:
    assert api.send("GET", "/echo", header_of(api, 10_240)).status == 200
    plain(api.send("GET", "/echo", header_of(api, 10_241)), 431, "HTTP header is larger than 10240 bytes.")
    plain(api.send("GET", "/echo", header_of(api, 60_000)), 431, "HTTP header is larger than 10240 bytes.")


def test_the_url_s_limit(api: Api) -> None:
    assert api.send("GET", "/echo?a=" + "b" * 9_000).status == 200
    answer = api.send("GET", "/echo?a=" + "b" * 10_300)
    assert answer.status == 414
    assert not [name for name, _ in answer.headers if name.lower().startswith("x-amz")]


def test_many_query_parameters_and_headers(api: Api) -> None:
    query = "&".join(f"p{number}={number}" for number in range(500))
    event = api.event("GET", f"/echo?{query}", [(f"x-{number}", "v") for number in range(300)])
    assert len(event["queryStringParameters"]) == 500
    assert len([name for name in event["headers"] if name.startswith("x-")]) == 300
