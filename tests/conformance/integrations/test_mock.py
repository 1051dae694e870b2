"""MOCK integrations over HTTP (apigateway-data-plane 9.1), and what passes without a template (9.5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.conformance.gateway.world import Api, make_api
from tests.conformance.integrations.mapped import JSON, add_mapped

RESPONSES = {"200": {}, "404": {"selectionPattern": "4\\d{2}"}, "500": {"selectionPattern": "5\\d\\d"}}
REQUESTS = {
    "plain": '{"statusCode": 200}',
    "bare": "{statusCode: 200}",
    "single": "{'statusCode': 404}",
    "comma": '{"statusCode": 404,}',
    "junk": '{"a": super{ f}oo: [ba r], "statusCode": 200}',
    "any": '{"statusCode": 7}',
    "failed": '{"statusCode": 503}',
    "text": '{"statusCode": "200"}',
    "none": '{"status": 200}',
    "open": '{"statusCode": 200',
    "quote": "{'statusCode: 200}",
    "words": "statusCode 200",
}
"""Request templates by the last segment of their route."""


@pytest.fixture(scope="module")
def mocks(gatelet: Any) -> Api:
    """``/mock/{name}`` for every request template, ``/pass/{behaviour}/{kind}`` for every cell of section 9.5."""
    api = make_api(gatelet, "mocks", {}, ())
    for name, template in REQUESTS.items():
        add_mapped(api, f"POST /mock/{name}", request=template, responses=RESPONSES)
    add_mapped(api, "POST /parameters", request={"x/y;version=1": '{"statusCode": 200}'})
    add_mapped(api, "POST /unmatched", request='{"statusCode": 404}', responses={"200": {"selectionPattern": "200"}})
    add_mapped(
        api,
        "POST /several",
        request='{"statusCode": $input.params("status")}',
        responses={"400": {"selectionPattern": "40."}, "404": {"selectionPattern": "4.4"}, "200": {}},
    )
    add_mapped(api, "POST /seen", request='{"statusCode": 200}', response='[$input.body][$input.json("$.a")]')
    for behaviour in ("WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"):
        templates: dict[str, str]
        for kind, templates in {"some": {"application/xml": '{"statusCode": 200}'}, "none": {}}.items():
            add_mapped(api, f"POST /pass/{behaviour}/{kind}", request=templates, passthroughBehavior=behaviour)
    api.deploy()
    return api


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("plain", 200),
        ("bare", 200),
        ("single", 404),
        ("comma", 404),
        ("junk", 200),
        ("any", 200),
        ("failed", 500),
        ("text", 500),
        ("none", 500),
        ("open", 500),
        ("quote", 500),
        ("words", 500),
    ],
)
def test_the_template_s_status_chooses_the_response(mocks: Api, name: str, status: int) -> None:
    """Any whole number is taken, and a lenient parser reads it; text, and what is no object, is refused."""
    answer = mocks.send("POST", f"/mock/{name}", [("Content-Type", JSON)], b"{}")
    assert answer.status == status
    refused = name in {"text", "none", "open", "quote", "words"}
    assert answer.header("x-amzn-ErrorType") == ("InternalServerErrorException" if refused else None)
    assert answer.header("X-Amzn-Trace-Id") is None


def test_the_reason_is_in_the_execution_log(mocks: Api, wait_for_line: Callable[[Api, str], str]) -> None:
    mocks.send("POST", "/mock/text", [("Content-Type", JSON)], b"{}")
    wait_for_line(mocks, "error: statusCode should be an integer which defined in request template")


@pytest.mark.parametrize(("status", "answered"), [(404, 404), (400, 400), (401, 400), (414, 404), (500, 200)])
def test_of_several_the_response_of_its_own_status_wins(mocks: Api, status: int, answered: int) -> None:
    assert mocks.send("POST", f"/several?status={status}", [], b"{}").status == answered


def test_no_response_matches(mocks: Api) -> None:
    assert mocks.send("POST", "/unmatched", [], b"{}").status == 500


def test_a_template_with_parameters_in_its_type_never_matches(mocks: Api) -> None:
    assert mocks.send("POST", "/parameters", [("Content-Type", "x/y;version=1")], b"{}").status == 500


def test_the_response_template_sees_no_body(mocks: Api) -> None:
    assert mocks.send("POST", "/seen", [("Content-Type", JSON)], b'{"a": 1}').body == b'[{}][""]'


@pytest.mark.parametrize(
    ("behaviour", "some", "none"),
    [("WHEN_NO_MATCH", 200, 200), ("WHEN_NO_TEMPLATES", 415, 200), ("NEVER", 415, 415)],
)
def test_a_body_without_a_template_for_its_type(mocks: Api, behaviour: str, some: int, none: int) -> None:
    """Section 9.5, every cell: what passes is the client's own request to the mock."""
    for kind, status in (("some", some), ("none", none)):
        answer = mocks.send("POST", f"/pass/{behaviour}/{kind}", [("Content-Type", JSON)], b'{"statusCode": 200}')
        assert answer.status == status, kind
        if status == 415:
            assert answer.json() == {"message": "Unsupported Media Type"}


@pytest.mark.parametrize("behaviour", ["WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"])
def test_a_template_for_the_type_is_always_used(mocks: Api, behaviour: str) -> None:
    """By the media type alone: a charset changes nothing."""
    types = [("Content-Type", "application/xml; charset=utf-8")]
    assert mocks.send("POST", f"/pass/{behaviour}/some", types, b"<a/>").status == 200
