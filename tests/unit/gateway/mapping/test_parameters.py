"""Parameter mapping: apigateway-data-plane section 11."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.gateway.mapping.errors import InvalidExpression, InvalidJsonBody
from gatelet.gateway.mapping.parameters import (
    Body,
    Place,
    Side,
    Target,
    Values,
    apply,
    compile_rules,
    compile_source,
    parse_target,
)

BODY = '{"a": {"b": [{"c": "deep"}, 2]}, "n": 249.99, "t": true, "nil": null, "e": "", "x y": "blank", "é": "é"}'


def values(body: str = BODY, **changes: Any) -> Values:
    given_values: dict[str, Any] = {
        "headers": {"X-One": ["1"], "X-Many": ["a", "b"], "X-Empty": [""]},
        "body": Body(body),
        "context": {"context.requestId": "r-1", "context.identity.sourceIp": "127.0.0.1", "context.authorizer": {}}.get,
        "stage_variables": {"version": "v1", "empty": ""},
        "path": {"id": "42"},
        "query": {"q": ["1", "2"], "none": []},
    }
    return Values(**{**given_values, **changes})


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("method.request.path.id", "42"),
        ("method.request.path.nope", None),
        ("method.request.querystring.q", "2"),
        ("method.request.querystring.none", None),
        ("method.request.querystring.nope", None),
        ("method.request.multivaluequerystring.q", ("1", "2")),
        ("method.request.multivaluequerystring.nope", ()),
        ("method.request.header.X-Many", "b"),
        ("method.request.header.x-many", None),  # case-sensitive
        ("method.request.header.X-Empty", ""),
        ("method.request.multivalueheader.X-Many", "a,b"),
        ("method.request.multivalueheader.nope", ""),
        ("method.request.body.a.b[0].c", "deep"),
        ("method.request.body.a.b[1]", "2"),
        ("method.request.body.a", '{"b":[{"c":"deep"},2]}'),
        ("method.request.body.a.b[*].c", '["deep"]'),
        ("method.request.body['x y']", "blank"),
        ("method.request.body.é", "é"),
        ("method.request.body.n", "249.99"),
        ("method.request.body.t", "true"),
        ("method.request.body.nil", None),
        ("method.request.body.e", ""),
        ("method.request.body.nope", None),
        ("method.request.body.a.nope.c", None),
        ("context.requestId", "r-1"),
        ("context.identity.sourceIp", "127.0.0.1"),
        ("context.authorizer", None),  # only strings
        ("context.nope", None),
        ("stageVariables.version", "v1"),
        ("stageVariables.nope", None),
        ("'static'", "static"),
        ("'it's'", "it's"),
        ("''", ""),
        ("'method.request.path.id'", "method.request.path.id"),
    ],
)
def test_sources_of_a_request(source: str, value: object) -> None:
    assert compile_source(source, Side.REQUEST)(values()) == value


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("integration.response.header.X-Many", "b"),
        ("integration.response.multivalueheader.X-Many", "a,b"),
        ("integration.response.body.a.b[0].c", "deep"),
        ("integration.response.body[0]", None),
        ("context.requestId", "r-1"),
        ("stageVariables.version", "v1"),
        ("'*'", "*"),
    ],
)
def test_sources_of_a_response(source: str, value: object) -> None:
    assert compile_source(source, Side.RESPONSE)(values()) == value


@pytest.mark.parametrize(
    ("body", "whole", "member"),
    [
        ("", "{}", None),  # an empty body is {}
        ("{}", "{}", None),
        ('{"a": 1}', '{"a":1}', "1"),
        (' [1, {"a": 2}]', '[1,{"a":2}]', None),
        ('"text"', "text", None),
        ("plain text", "plain text", None),  # not parsed: it does not begin as JSON
        ("12", "12", None),
        ("a=1&b=2", "a=1&b=2", None),
        (
            '{"a": 123456789012345678901234567890}',
            '{"a":123456789012345678901234567890}',
            "123456789012345678901234567890",
        ),
    ],
)
def test_bodies(body: str, whole: str, member: str | None) -> None:
    assert compile_source("method.request.body", Side.REQUEST)(values(body)) == whole
    assert compile_source("method.request.body.a", Side.REQUEST)(values(body)) == member


@pytest.mark.parametrize("body", ["{", "{a: 1}", "[1,]", '"open', "'single'", "{" * 100_000])
@pytest.mark.parametrize("source", ["method.request.body", "method.request.body.a"])
def test_bad_json_fails_even_for_the_whole_body(body: str, source: str) -> None:
    with pytest.raises(InvalidJsonBody, match="Invalid JSON in request body"):
        compile_source(source, Side.REQUEST)(values(body))


@pytest.mark.parametrize(
    "source",
    [
        "", "'", "static", "'open", "method.request", "method.request.", "method.request.path", "method.request.path.",
        "method.request.cookie.x", "method.request.bodyx", "method.request.body.", "method.request.body[?(]",
        "method.request.header.a b", "method.response.header.x", "integration.response.header.X", "context",
        "context.", "stageVariables", "stageVariables.", "$context.requestId", "$input.body", "method.request.body.a b",
    ],
)  # fmt: skip
def test_what_is_no_source_of_a_request(source: str) -> None:
    with pytest.raises(InvalidExpression) as caught:
        compile_source(source, Side.REQUEST)
    assert caught.value.text == source
    assert str(caught.value).startswith(f"Invalid mapping expression specified: {source}")


@pytest.mark.parametrize(
    "source", ["method.request.path.id", "integration.response.querystring.q", "integration.response.path.id"]
)
def test_what_is_no_source_of_a_response(source: str) -> None:
    with pytest.raises(InvalidExpression):
        compile_source(source, Side.RESPONSE)


def test_targets() -> None:
    assert parse_target("integration.request.header.X-A", Side.REQUEST) == Target(Place.HEADER, "X-A")
    assert parse_target("integration.request.querystring.a.b", Side.REQUEST) == Target(Place.QUERY_STRING, "a.b")
    assert parse_target("integration.request.path.proxy", Side.REQUEST) == Target(Place.PATH, "proxy")
    assert parse_target("method.response.header.X", Side.RESPONSE) == Target(Place.HEADER, "X")
    for text, side in [
        ("method.response.header.X", Side.REQUEST),
        ("integration.request.header.X", Side.RESPONSE),
        ("integration.request.body.x", Side.REQUEST),
        ("integration.request.header.", Side.REQUEST),
        ("method.response.querystring.x", Side.RESPONSE),
    ]:
        with pytest.raises(InvalidExpression):
            parse_target(text, side)


def test_undefined_and_empty_values_are_left_out() -> None:
    rules = compile_rules(
        {
            "integration.request.header.A": "method.request.header.X-One",
            "integration.request.header.B": "method.request.header.nope",
            "integration.request.header.C": "method.request.header.X-Empty",
            "integration.request.querystring.d": "method.request.multivaluequerystring.q",
            "integration.request.querystring.e": "method.request.multivaluequerystring.none",
            "integration.request.querystring.f": "''",
            "integration.request.path.g": "stageVariables.empty",
            "integration.request.header.X-Amz-Invocation-Type": "'Event'",
        },
        Side.REQUEST,
    )
    assert apply(rules, values()) == [
        (Target(Place.HEADER, "A"), "1"),
        (Target(Place.QUERY_STRING, "d"), ("1", "2")),
        (Target(Place.HEADER, "X-Amz-Invocation-Type"), "Event"),
    ]


def test_deep_bodies_are_refused_or_mapped() -> None:
    """Whatever the parser lets pass: no error of Python's own."""
    for large in ("1", "1" * 30):
        for depth in (100, 990, 1_020, 5_000):
            body = values('{"a":' * depth + large + "}" * depth)
            try:
                found = compile_source("method.request.body.a", Side.REQUEST)(body)
            except InvalidJsonBody:
                assert depth > 100
            else:
                assert isinstance(found, str)


def test_a_body_that_no_rule_asks_for_is_not_parsed() -> None:
    rules = compile_rules({"integration.request.header.A": "method.request.header.X-One"}, Side.REQUEST)
    assert apply(rules, values("{broken")) == [(Target(Place.HEADER, "A"), "1")]


@given(st.text(max_size=30), st.sampled_from(["", "method.request.body", "method.request.body.", "context.", "'"]))
def test_any_text_is_an_expression_or_refused(text: str, start: str) -> None:
    try:
        read = compile_source(start + text, Side.REQUEST)
    except InvalidExpression:
        return
    found = read(values())
    assert found is None or isinstance(found, str | tuple)
