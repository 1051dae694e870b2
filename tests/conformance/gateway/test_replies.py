"""What becomes of a function's answer (apigateway-data-plane section 7)."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from tests.conformance.gateway.world import Api, make_api, uri
from tests.walk import Answer

INTERNAL = b'{"message": "Internal server error"}'


def reply(api: Api, result: Any, headers: list[tuple[str, str]] | None = None) -> Answer:
    body = result if isinstance(result, bytes) else json.dumps(result).encode()
    return api.send("POST", "/reply", headers or [], body)


def values(answer: Answer, name: str) -> list[str]:
    return [value for key, value in answer.headers if key.lower() == name.lower()]


@pytest.mark.parametrize(
    ("result", "status", "body", "headers"),
    [
        ({}, 200, b"", {}),
        ({"statusCode": 200}, 200, b"", {}),
        ({"headers": {"x": "1"}}, 200, b"", {"x": ["1"]}),
        ({"statusCode": "201"}, 201, b"", {}),
        ({"statusCode": 404, "body": "gone"}, 404, b"gone", {}),
        ({"statusCode": 500, "body": "own"}, 500, b"own", {}),
        ({"statusCode": None}, 200, b"", {}),
        ({"headers": None, "body": "b"}, 200, b"b", {}),
        ({"multiValueHeaders": None, "body": None}, 200, b"", {}),
        ({"headers": {"x": True, "y": False, "z": 7}}, 200, b"", {"x": ["true"], "y": ["false"], "z": ["7"]}),
        ({"body": "naïve €"}, 200, "naïve €".encode(), {}),
        ({"isBase64Encoded": False, "body": "eA=="}, 200, b"eA==", {}),
        ({"isBase64Encoded": True, "body": "eA=="}, 200, b"eA==", {}),  # no binary type accepted: as it is
        ({"headers": {"Content-Type": "text/html; charset=x"}}, 200, b"", {"Content-Type": ["text/html; charset=x"]}),
        ({"headers": {"content-type": "text/x"}}, 200, b"", {"Content-Type": ["text/x"]}),
        ({"body": "b"}, 200, b"b", {"Content-Type": ["application/json"]}),
        ({"multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"]}}, 200, b"", {"Set-Cookie": ["a=1", "b=2"]}),
        (
            {"headers": {"MyName": "value-solo"}, "multiValueHeaders": {"myname": ["value-multi"]}},
            200,
            b"",
            {"myname": ["value-multi", "value-solo"]},
        ),
        ({"headers": {"a": "1"}, "multiValueHeaders": {"a": ["1", "2"]}}, 200, b"", {"a": ["1", "2"]}),  # not doubled
        ({"headers": {"a": "1"}, "multiValueHeaders": {"b": ["2"]}}, 200, b"", {"a": ["1"], "b": ["2"]}),
    ],
)
def test_accepted(api: Api, result: Any, status: int, body: bytes, headers: dict[str, list[str]]) -> None:
    answer = reply(api, result)
    assert (answer.status, answer.body) == (status, body)
    for name, expected in headers.items():
        assert values(answer, name) == expected
    assert answer.header("X-Amzn-Trace-Id")
    assert answer.header("Content-Length") == str(len(body))


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_a_body_has_none(api: Api, status: int) -> None:
    """RFC 9110 sections 15.3.5 and 15.4.5; the connection goes on."""
    answer = reply(api, {"statusCode": status, "body": "text"})
    assert (answer.status, answer.body) == (status, b"")
    assert answer.header("Content-Length") in {None, "4"}
    assert answer.header("Connection") == "keep-alive"


def test_the_casing_of_the_multi_map_wins(api: Api) -> None:
    answer = reply(api, {"headers": {"MYNAME": "2"}, "multiValueHeaders": {"MyName": ["1"]}})
    assert [(name, value) for name, value in answer.headers if name.lower() == "myname"] == [
        ("MyName", "1"),
        ("MyName", "2"),
    ]


@pytest.mark.parametrize(
    "result",
    [
        {"statusCode": "test"},
        {"statusCode": 99},
        {"statusCode": 600},
        {"statusCode": 200.5},
        {"statusCode": True},
        {"statusCode": [200]},
        {"wrongValue": 1},
        {"statusCode": 200, "cookies": ["a=1"]},
        "text",
        [1],
        7,
        None,
        True,
        {"body": {"a": 1}},
        {"body": ["a"]},
        {"body": 7},
        {"headers": ["a"]},
        {"headers": {"a": {"b": 1}}},
        {"headers": {"a": ["1"]}},
        {"headers": {"a\r\nb": "1"}},
        {"headers": {"a": "1\r\nSet-Cookie: b"}},
        {"headers": {"a b": "1"}},
        {"headers": {"": "1"}},
        {"multiValueHeaders": {"a": "1"}},
        {"multiValueHeaders": ["a"]},
        {"isBase64Encoded": "maybe"},
    ],
    ids=repr,
)
def test_malformed(api: Api, result: Any) -> None:
    bad_gateway(reply(api, result))


@pytest.mark.parametrize("what", ["raise", "exit", "set", "bytes"])
def test_a_function_that_fails(api: Api, what: str) -> None:
    """Exceptions, exits, and results that are no JSON or no text."""
    bad_gateway(api.send("GET", f"/do/{what}"))
    assert api.send("GET", "/echo").status == 200


def test_a_function_s_timeout_is_lambda_s_answer(gatelet: Any, api: Api) -> None:
    """502: Lambda answered; the integration's own timeout is 504."""
    client = gatelet.client("lambda")
    client.update_function_configuration(FunctionName="gateway-echo", Timeout=1)
    client.get_waiter("function_updated_v2").wait(FunctionName="gateway-echo", WaiterConfig={"Delay": 0.05})
    bad_gateway(api.send("GET", "/do/sleep?seconds=9"))
    client.update_function_configuration(FunctionName="gateway-echo", Timeout=5)
    client.get_waiter("function_updated_v2").wait(FunctionName="gateway-echo", WaiterConfig={"Delay": 0.05})


def test_the_integration_s_timeout(api: Api) -> None:
    api.send("GET", "/do/sleep/briefly?seconds=0")
    answer = api.send("GET", "/do/sleep/briefly?seconds=1")
    assert (answer.status, answer.body) == (504, b'{"message": "Endpoint request timed out"}')
    assert answer.header("x-amzn-ErrorType") == "InternalServerErrorException"
    assert answer.header("Content-Length") == "41"


@pytest.mark.parametrize(("size", "status"), [(6_291_456 - 200, 200), (6_291_556, 502), (8_000_000, 502)])
def test_the_size_of_an_answer(api: Api, size: int, status: int) -> None:
    """Section 13: Lambda lets 6 MB through; the function serves on after more."""
    answer = api.send("GET", f"/do/body?bytes={size}")
    assert answer.status == status
    assert answer.body == (b"x" * size if status == 200 else INTERNAL)
    assert api.send("GET", "/echo").status == 200


def bad_gateway(answer: Answer) -> None:
    assert (answer.status, answer.body) == (502, INTERNAL)
    assert answer.header("x-amzn-ErrorType") == "InternalServerErrorException"
    assert answer.header("Content-Type") == "application/json"
    assert answer.header("X-Amzn-Trace-Id") is None
    assert answer.header("x-amz-apigw-id")


# Binary answers


@pytest.fixture(scope="module")
def binary(gatelet: Any, echo: str) -> dict[str, Api]:
    """An API for each list of binaryMediaTypes."""
    made = {}
    for name, types in {
        "none": [],
        "exact": ["image/png"],
        "type": ["image/*"],
        "all": ["*/*"],
        "left": ["*/png"],
    }.items():
        made[name] = make_api(
            gatelet, f"reply-{name}", {"GET /do/{what}": uri(echo)}, ["gateway-echo"], binaryMediaTypes=types
        )
        made[name].deploy()
    return made


@pytest.mark.parametrize(
    ("entries", "accept", "decoded"),
    [
        ("none", "image/png", False),
        ("exact", "image/png", True),
        ("exact", "image/png;q=0.8", True),
        ("exact", "image/png, text/html", True),
        ("exact", "text/html, image/png", False),  # only the first counts
        ("exact", "image/*", False),
        ("exact", "*/*", False),
        ("exact", "image/jpeg", False),
        ("exact", None, False),
        ("type", "image/png", True),
        ("type", "image/webp", True),
        ("type", "text/html", False),
        ("left", "image/png", False),
        ("all", "*/*", True),
        ("all", "text/html", True),
        ("all", None, True),
    ],
)
def test_base64_is_decoded_for_those_who_accept_it(
    binary: dict[str, Api], entries: str, accept: str | None, decoded: bool
) -> None:
    answer = binary[entries].send("GET", "/do/png", [("Accept", accept)] if accept else [])
    raw = bytes(range(256))
    assert (answer.status, answer.body) == (200, raw if decoded else base64.b64encode(raw))
    assert answer.header("Content-Type") == "image/png"


def test_what_is_not_base64_cannot_be_decoded(binary: dict[str, Api]) -> None:
    answer = binary["all"].send("GET", "/do/not-base64")
    assert (answer.status, answer.body) == (500, INTERNAL)
    assert binary["none"].send("GET", "/do/not-base64").body == b"%%%"
