"""What an integration with mappings gets (apigateway-data-plane 9.5, 10, 11)."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import pytest
from tests.unit.gateway.world import World, call, header, mapped

from gatelet.gateway.exchange import OutgoingRequest
from gatelet.gateway.overrides import Overrides
from gatelet.gateway.steps.map_request import apply_overrides

INTERNAL = b'{"message": "Internal server error"}'
JSON, XML = "application/json", "application/xml"
PNG = b"\x89PNG\x00"


def echo(event: Any) -> Any:
    return event


def world(api: dict[str, Any] | None = None, **members: Any) -> World:
    return World({"/users": {"POST": mapped(**members)}}, echo, **(api or {}))


def sent(world: World, *, body: bytes = b"{}", content_type: str | None = None, **members: Any) -> bytes | int:
    """The payload that the function gets, or the status of the failure."""
    headers = [*members.pop("headers", ()), *([] if content_type is None else [("Content-Type", content_type)])]
    response = call(world, "POST", headers=headers, body=body, **members)
    if not world.invoker.calls:
        return response.status
    payload: bytes = world.invoker.calls[0]["payload"]
    return payload


@pytest.mark.parametrize(
    ("content_type", "templates", "output"),
    [
        (None, {JSON: "1"}, b"1"),  # missing: application/json
        ("", {JSON: "1"}, b"1"),
        (JSON, {JSON: "1", XML: "2"}, b"1"),
        ("Application/JSON; charset=utf-8", {JSON: "1"}, b"1"),
        (XML, {JSON: "1", XML: "2"}, b"2"),
        (XML, {JSON: "1", "$default": "3"}, b"3"),
        (JSON, {JSON: ""}, b'{"own": 1}'),  # an empty template: passthrough
        (JSON, {"application/json;charset=utf-8": "1"}, b'{"own": 1}'),  # a key with parameters never matches
        ("application/json;charset=utf-8", {"application/json;charset=utf-8": "1"}, b'{"own": 1}'),
    ],
)
def test_which_template(content_type: str | None, templates: dict[str, str], output: bytes) -> None:
    """Mapping templates section 1."""
    assert sent(world(requestTemplates=templates), body=b'{"own": 1}', content_type=content_type) == output


@pytest.mark.parametrize(
    ("behaviour", "no_match", "no_templates"),
    [("WHEN_NO_MATCH", "pass", "pass"), ("WHEN_NO_TEMPLATES", 415, "pass"), ("NEVER", 415, 415)],
)
def test_passthrough_behaviour(behaviour: str, no_match: str | int, no_templates: str | int) -> None:
    """Section 9.5, every cell."""
    for templates, expected in (({JSON: "1"}, no_match), ({}, no_templates)):
        served = world(requestTemplates=templates, passthroughBehavior=behaviour)
        result = sent(served, body=b'"own"', content_type=XML)
        assert result == (b'"own"' if expected == "pass" else 415)
        matched = sent(world(requestTemplates={XML: "2"}, passthroughBehavior=behaviour), content_type=XML)
        assert matched == b"2"


def test_an_unsupported_media_type_s_answer() -> None:
    """Section 4."""
    response = call(world(passthroughBehavior="NEVER"), "POST", body=b"{}")
    assert (response.status, response.body) == (415, b'{"message":"Unsupported Media Type"}')
    assert header(response, "x-amzn-ErrorType") == "BadRequestException"


@pytest.mark.parametrize(
    ("content_type", "handling", "body", "output"),
    [
        ("text/plain", None, b"\xff1", b"\xef\xbf\xbd1"),
        ("text/plain", "CONVERT_TO_TEXT", b"\xff1", b"\xef\xbf\xbd1"),
        ("text/plain", "CONVERT_TO_BINARY", b64encode(PNG), PNG),
        ("text/plain", "CONVERT_TO_BINARY", b"no base64!", 500),
        ("image/png", None, PNG, PNG),
        ("image/png;q=1", "CONVERT_TO_TEXT", PNG, b64encode(PNG)),
        ("image/png", "CONVERT_TO_BINARY", PNG, PNG),
    ],
)
def test_content_handling(content_type: str, handling: str | None, body: bytes, output: bytes | int) -> None:
    """Section 10, the request's table: what passes through."""
    served = world({"binaryMediaTypes": ["image/png"]}, **({"contentHandling": handling} if handling else {}))
    assert sent(served, body=body, content_type=content_type) == output


@pytest.mark.parametrize(("handling", "output"), [(None, 500), ("CONVERT_TO_TEXT", b'{"data":"iVBORwA="}')])
def test_a_template_on_a_binary_body(handling: str | None, output: bytes | int) -> None:
    """Section 10: 500 unless it is made text first."""
    served = world(
        {"binaryMediaTypes": ["image/*"]},
        requestTemplates={"image/png": '{"data":"$input.body"}'},
        **({"contentHandling": handling} if handling else {}),
    )
    assert sent(served, body=PNG, content_type="image/png") == output


PARAMETERS = {
    "integration.request.header.X-Amz-Client-Context": "method.request.querystring.context",
    "integration.request.header.X-Amz-Invocation-Type": "stageVariables.kind",
}


def test_parameters_are_mapped() -> None:
    """Section 11; what is undefined is left out."""
    context = b64encode(b'{"a":1}').decode()
    served = World(
        {"/users": {"POST": mapped(requestParameters=PARAMETERS)}}, echo, stage_members={"variables": {"kind": "Event"}}
    )
    sent(served, query=f"context={context}")
    (made,) = served.invoker.calls
    assert (made["asynchronous"], made["client_context"]) == (True, b'{"a":1}')
    plain = world(requestParameters=PARAMETERS)
    sent(plain)
    assert (plain.invoker.calls[0]["asynchronous"], plain.invoker.calls[0]["client_context"]) == (False, None)


@pytest.mark.parametrize(
    ("source", "body", "status"),
    [
        ("method.request.body.kind", b'{"kind": "Event"}', 200),
        ("method.request.body.kind", b'{"kind": ', 400),
        ("method.request.body", b"[1", 400),
        ("method.request.body.kind", b"", 200),
    ],
)
def test_a_body_that_a_parameter_needs(source: str, body: bytes, status: int) -> None:
    """Section 11: bad JSON is 400, even for the plain body."""
    served = world(requestParameters={"integration.request.header.X-Amz-Invocation-Type": source})
    response = call(served, "POST", body=body)
    assert response.status == status
    if status == 400:
        assert response.body == b'{"message":"Invalid JSON in request body"}'
        assert header(response, "x-amzn-ErrorType") == "BadRequestException"


def test_an_override_wins() -> None:
    """Section 11 ("parameter mapping result vs override")."""
    served = world(
        request='#set($context.requestOverride.header.X-Amz-Invocation-Type = "Event"){}',
        requestParameters={"integration.request.header.x-amz-invocation-type": "'RequestResponse'"},
    )
    sent(served)
    assert served.invoker.calls[0]["asynchronous"] is True


@pytest.mark.parametrize(
    "template",
    [
        '#set($context.requestOverride.header.a = "1")#set($context.requestOverride.header.a = "2"){}',
        '#set($context.requestOverride["path"].a = "1")$context.requestOverride.path.put("a", "2"){}',
        "#set($context.responseOverride.status = 400)#set($context.responseOverride.status = 401){}",
    ],
)
def test_a_parameter_is_overridden_once(template: str) -> None:
    """Section 11, docs: overriding one parameter twice is 5XX."""
    response = call(world(request=template), "POST")
    assert (response.status, response.body) == (500, INTERNAL)


def test_every_form_of_an_override() -> None:
    """Mapping templates section 3: dotted, bracket, put and mixed; lists give several values."""
    overrides = Overrides()
    request = overrides.request
    request.get_property("header").set_property("X", ["a", 1, None])  # type: ignore[attr-defined]
    request.get_property("querystring").methods["put"]("q", "v")  # type: ignore[attr-defined]
    request.get_property("path").set_property("id", True)  # type: ignore[attr-defined]
    request.set_property("header", {"Y": "no\r\nline", "Z": "z"})
    outgoing = OutgoingRequest(
        b"", "", [("x", "old"), ("Keep", "1")], [("q", "old"), ("q", "older"), ("Q", "1")], {"id": "7", "b": "1"}
    )
    apply_overrides(overrides, outgoing)
    assert outgoing.headers == [("Keep", "1"), ("X", "a"), ("X", "1"), ("Z", "z")]
    assert outgoing.query == [("Q", "1"), ("q", "v")]
    assert outgoing.path == {"id": "true", "b": "1"}


def test_what_a_request_template_sets_is_seen_by_the_response_template() -> None:
    """Mapping templates section 3, recorded; section 11: the status too, without any response template."""
    seen = world(
        request='#set($context.requestOverride.path.body = "p")#set($context.responseOverride.custom = "c"){}',
        response="#set($r = $context.responseOverride)$context.requestOverride.path.body $r.custom $r.keySet()",
    )
    assert call(seen, "POST").body == b"p c [header, custom]"
    status = world(request="#set($context.responseOverride.status = 444){}")
    response = call(status, "POST", body=b"{}")
    assert (response.status, response.body) == (444, b"{}")


def test_header_values_cannot_break_out() -> None:
    served = world(
        requestParameters={"integration.request.header.X-Amz-Invocation-Type": "method.request.querystring.k"}
    )
    sent(served, query="k=Event%0D%0AX:1")
    assert served.invoker.calls[0]["asynchronous"] is False


@pytest.mark.parametrize("target", ["Content-Length", "Transfer-Encoding", "Authorization", "TE"])
def test_illegal_mappings(target: str) -> None:
    """Section 8.2: 500 with AWS's line."""
    served = world(requestParameters={f"integration.request.header.{target}": "'1'"})
    assert call(served, "POST").status == 500
    assert served.log.lines[0] == f"Execution failed due to configuration error: {target} header already present"


def test_the_whole_request_is_json_for_its_reader() -> None:
    """Section 8.2: headers of the client are in the template's view, without those that never pass."""
    served = world(request='{"te": "$input.params(\'TE\')", "a": "$input.params(\'Accept\')"}')
    payload = sent(served, headers=[("TE", "trailers"), ("Accept", "x/y")])
    assert isinstance(payload, bytes)
    assert json.loads(payload) == {"te": "", "a": "x/y"}
