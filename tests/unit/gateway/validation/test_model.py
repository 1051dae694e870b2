"""Bodies against models: what passes, and what AWS says of what does not (apigateway-data-plane section 5)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gatelet.gateway.validation.errors import InvalidModel
from gatelet.gateway.validation.model import UNPARSABLE, BodyModel, compile_model

API = "a1b2c3d4e5"
CASES = json.loads((Path(__file__).parent / "cases.json").read_text("utf-8"))["cases"]


def url(name: str) -> str:
    return f"https://apigateway.amazonaws.com/restapis/{API}/models/{name}"


def model(schema: Any, **others: Any) -> BodyModel:
    shapes = {name: {"schema": json.dumps(one)} for name, one in {"Body": schema, **others}.items()}
    return compile_model(shapes, API, "Body")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_each_keyword_in_aws_words(case: dict[str, Any]) -> None:
    assert model(case["schema"]).check(json.dumps(case["body"]).encode()) == case["says"]


NODE = {
    "type": "object",
    "required": ["value"],
    "properties": {
        "value": {"type": "integer"},
        "next": {"oneOf": [{"type": "null"}, {"$ref": url("Node")}]},
        "parent": {"$ref": "#"},
        "kind": {"$ref": "#/definitions/kind"},
    },
    "definitions": {"kind": {"enum": ["leaf"]}},
}


@pytest.mark.parametrize(
    ("body", "valid"),
    [
        ({"value": 1, "next": None}, True),
        ({"value": 1, "next": {"value": 2, "next": {"value": 3}}}, True),
        ({"value": 1, "next": {"value": 2, "next": {}}}, False),
        ({"value": 1, "parent": {"value": 2}}, True),
        ({"value": 1, "parent": {"value": "2"}}, False),
        ({"value": 1, "kind": "leaf"}, True),
        ({"value": 1, "kind": "root"}, False),
    ],
    ids=[
        "null",
        "nested",
        "nested, missing",
        "inside itself",
        "inside itself, wrong",
        "definition",
        "definition, wrong",
    ],
)
def test_references_between_models_and_inside_one_may_recurse(body: Any, valid: bool) -> None:
    """Section 5: `$ref` to other models resolves; `oneOf` with null and `$ref` works."""
    assert (model({"$ref": url("Node")}, Node=NODE).check(json.dumps(body).encode()) is None) == valid


def test_failures_behind_references_are_told_where_they_are() -> None:
    body = json.dumps({"value": "1", "kind": "root"}).encode()
    assert model({"$ref": url("Node")}, Node=NODE).check(body) == (
        '[instance value ("root") not found in enum (possible values: ["leaf"]), '
        'instance type (string) does not match any allowed primitive type (allowed: ["integer"])]'
    )


def test_names_of_the_owner_s_are_no_keywords() -> None:
    """Properties may be called like keywords; what stands in an enum is data."""
    schema = {
        "properties": {"default": {"$ref": url("Text")}, "enum": {"$ref": "#/definitions/$ref"}, "$ref": {}},
        "definitions": {"$ref": {"type": "null"}, "example": {"enum": [{"$ref": "nowhere"}]}},
    }
    named = model(schema, Text={"type": "string"})
    assert named.check(b'{"default": "a", "enum": null, "$ref": 1}') is None
    assert named.check(b'{"default": 1}') is not None


def test_a_failure_may_be_as_deep_as_bodies_go() -> None:
    deep = model({"type": "object", "properties": {"a": {"$ref": "#"}}})
    said = deep.check(b'{"a":' * 900 + b"1" + b"}" * 900)
    assert said == '[instance type (integer) does not match any allowed primitive type (allowed: ["object"])]'


def test_a_schema_s_own_id_moves_no_reference() -> None:
    schema = {"id": "http://example.org/x", "$ref": "#/definitions/text", "definitions": {"text": {"type": "string"}}}
    assert model(schema).check(b'"a"') is None
    assert model(schema).check(b"1") is not None


@pytest.mark.parametrize("body", [b"{", b"plain", b"'a'", b"{'a': 1}", b'{"a": NaN}', b"\xff", b'{"a": 1} x', b" "])
def test_what_is_not_json_is_unparsable(body: bytes) -> None:
    assert model({}).check(body) == UNPARSABLE


@pytest.mark.parametrize(
    ("schema", "says"),
    [({"type": "object"}, None), ({"required": ["a"]}, UNPARSABLE), ({"type": "array"}, UNPARSABLE)],
    ids=["object", "required", "array"],
)
def test_an_empty_body_is_an_empty_object(schema: Any, says: str | None) -> None:
    assert model(schema).check(b"") == says


def test_numbers_of_any_size_keep_their_type() -> None:
    integer = model({"type": "integer"})
    assert integer.check(b"123456789012345678901234567890") is None
    assert integer.check(b"1.5") is not None
    assert model({"maximum": 10**30}).check(b"1000000000000000000000000000001") is not None


@pytest.mark.parametrize(
    ("schema", "problem"),
    [
        ({"$ref": url("Missing")}, "there is no model Missing"),
        ({"$ref": "http://example.org/schema.json"}, "retrieving it failed"),
        ({"$ref": "file:///etc/hostname"}, "retrieving it failed"),
        ({"$ref": "#/definitions/missing"}, "does not exist"),
        ({"pattern": "(unclosed"}, "is not a"),
        ({"pattern": "a{1000}{1000}"}, "is not a"),
        ({"type": "text"}, "not valid under any"),
        ({"required": True}, "is not of type"),
    ],
    ids=["model", "http", "file", "definition", "pattern", "large pattern", "type", "draft 3"],
)
def test_what_cannot_be_compiled_says_why_and_fetches_nothing(schema: Any, problem: str) -> None:
    with pytest.raises(InvalidModel, match=problem) as caught:
        model(schema)
    assert "The model Body cannot be used for validation" in str(caught.value)


def test_a_model_that_is_no_json() -> None:
    with pytest.raises(InvalidModel, match="Body is no JSON Schema"):
        compile_model({"Body": {"schema": "<xml/>"}}, API, "Body")
    with pytest.raises(InvalidModel, match="there is no model Body"):
        compile_model({}, API, "Body")


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(?=a)(a|aa)+\\1x$", "(.*)*x"], ids=["nested", "look ahead", "stars"])
def test_patterns_that_would_backtrack_without_end_come_to_one(pattern: str) -> None:
    """Linear, or given up: the text counts as not matching."""
    said = model({"pattern": pattern}).check(json.dumps("a" * 20_000 + "b").encode())
    assert said is not None
    assert said.startswith('[ECMA 262 regex "')


def test_look_around_works() -> None:
    password = model({"pattern": "^(?=.*[A-Z])(?=.*\\d).{8,}$"})
    assert password.check(b'"Secret123"') is None
    assert password.check(b'"secret123"') is not None


def test_no_more_than_a_hundred_failures_are_told() -> None:
    said = model({"items": {"type": "string"}}).check(json.dumps([1] * 500).encode())
    assert said is not None
    assert said.count("instance type") == 100


def test_what_is_told_has_an_end() -> None:
    said = model({"items": {"enum": ["v" * 50_000]}}).check(json.dumps(["w" * 50_000] * 100).encode())
    assert said is not None
    assert len(said) == 32_768 + 2
