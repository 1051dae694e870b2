"""Headers of responses (apigateway-data-plane sections 8.1 and 8.3)."""

from __future__ import annotations

import json
import re
from email.utils import parsedate_to_datetime

import pytest
from tests.conformance.gateway.world import Api
from tests.walk import Answer

TRACE = re.compile(r"Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=[01]")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def answer_with(api: Api, **headers: str) -> Answer:
    return api.send("POST", "/reply", [], json.dumps({"headers": headers}).encode())


def test_what_every_success_carries(api: Api) -> None:
    answer = api.send("GET", "/echo")
    names = [name for name, _ in answer.headers]
    assert sorted(names) == sorted(set(names))
    assert set(names) == {
        "Content-Type",
        "Content-Length",
        "Connection",
        "Date",
        "x-amzn-RequestId",
        "x-amz-apigw-id",
        "X-Amzn-Trace-Id",
    }
    assert UUID.fullmatch(answer.header("x-amzn-RequestId") or "")
    assert TRACE.fullmatch(answer.header("X-Amzn-Trace-Id") or "")
    assert answer.header("Connection") == "keep-alive"
    assert parsedate_to_datetime(answer.header("Date") or "")


@pytest.mark.parametrize(
    "name",
    [
        "Authorization", "Connection", "Content-Length", "Content-MD5", "Date", "Expect", "Host", "Max-Forwards",
        "Proxy-Authenticate", "Server", "Trailer", "Upgrade", "User-Agent", "WWW-Authenticate",
    ],
)  # fmt: skip
def test_remapped(api: Api, name: str) -> None:
    answer = answer_with(api, **{name: "own"})
    assert answer.status == 200
    assert answer.header(f"x-amzn-Remapped-{name}") == "own"
    assert answer.header(name) != "own"


def test_dropped(api: Api) -> None:
    answer = answer_with(api, **{"Transfer-Encoding": "chunked", "X-Kept": "1"})
    assert (answer.status, answer.header("X-Kept")) == (200, "1")
    assert not [name for name, _ in answer.headers if "transfer-encoding" in name.lower()]


@pytest.mark.parametrize(
    "name",
    [
        "Accept", "Accept-Charset", "Accept-Encoding", "Age", "Content-Encoding", "Content-Type", "Pragma", "Range",
        "Referer", "TE", "Via", "Warn", "Location", "Set-Cookie", "Cache-Control", "ETag",
        "Access-Control-Allow-Origin", "X-Own",
    ],
)  # fmt: skip
def test_passed(api: Api, name: str) -> None:
    answer = answer_with(api, **{name: "own"})
    assert [value for key, value in answer.headers if key == name] == ["own"]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("01234567-89ab-cdef-0123-456789abcdef", True), ("mine", False), ("", False)],
)
def test_clients_may_choose_the_request_id(api: Api, sent: str, kept: bool) -> None:
    answer = api.send("GET", "/echo", [("x-amzn-RequestId", sent)])
    assert (answer.header("x-amzn-RequestId") == sent) is kept
    assert answer.json()["requestContext"]["requestId"] == answer.header("x-amzn-RequestId")


def test_a_parent_is_added_to_a_root(api: Api) -> None:
    root = "Root=1-69553a00-0123456789abcdef01234567"
    answer = api.send("GET", "/echo", [("X-Amzn-Trace-Id", root)])
    assert re.fullmatch(rf"{root};Parent=[0-9a-f]{{16}};Sampled=0", answer.header("X-Amzn-Trace-Id") or "")


def test_the_connection_closes_when_the_client_asks(api: Api) -> None:
    assert api.send("GET", "/echo", [("Connection", "close")]).header("Connection") == "close"


def test_nothing_answers_preflights_unasked(api: Api) -> None:
    """Section 12: CORS is the API's own business."""
    answer = api.send("GET", "/echo", [("Origin", "https://example.org")])
    assert answer.status == 200
    assert not [name for name, _ in answer.headers if name.lower().startswith("access-control")]
    assert api.send("OPTIONS", "/do/raise", [("Origin", "https://example.org")]).status == 403
