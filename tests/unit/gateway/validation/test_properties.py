"""Whatever the schema and the body: a verdict, and never anything else."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
from hypothesis import given, settings
from hypothesis import strategies as st

from gatelet.gateway.validation.errors import InvalidModel
from gatelet.gateway.validation.model import compile_model

NAMES = st.sampled_from(["a", "b", "enum", "allOf", "$ref", "items"])
SIZES = st.integers(0, 3)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.sampled_from([0.5, 2.0])
    | st.sampled_from(["", "a", "ab", "é"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
TYPES = st.sampled_from(["string", "integer", "number", "boolean", "null", "array", "object"])


def keywords(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Schemas with any keyword of draft 4."""
    several = st.lists(inner, min_size=1, max_size=3)
    named = st.dictionaries(NAMES, inner, max_size=3)
    return st.fixed_dictionaries(
        {},
        optional={
            "type": TYPES | st.lists(TYPES, min_size=1, max_size=3, unique=True),
            "enum": st.lists(VALUES, min_size=1, max_size=3, unique_by=repr),
            "required": st.lists(NAMES, min_size=1, max_size=3, unique=True),
            "properties": named,
            "patternProperties": st.dictionaries(st.sampled_from(["^a", "b$"]), inner, max_size=2),
            "additionalProperties": st.booleans() | inner,
            "dependencies": st.dictionaries(
                NAMES, st.lists(NAMES, min_size=1, max_size=2, unique=True) | inner, max_size=2
            ),
            "items": inner | several,
            "additionalItems": st.booleans() | inner,
            "uniqueItems": st.booleans(),
            "minItems": SIZES,
            "maxItems": SIZES,
            "minLength": SIZES,
            "maxLength": SIZES,
            "minProperties": SIZES,
            "maxProperties": SIZES,
            "pattern": st.sampled_from(["^a", "(?=a)b"]),
            "format": st.sampled_from(["email", "uri", "nothing"]),
            "minimum": st.integers(-2, 2),
            "multipleOf": st.integers(1, 3),
            "allOf": several,
            "anyOf": several,
            "oneOf": several,
            "not": inner,
        },
    )


SCHEMAS = st.recursive(st.just({}) | st.just({"$ref": "#/definitions/d"}), keywords, max_leaves=6)


@settings(max_examples=60, deadline=None)
@given(SCHEMAS, VALUES)
def test_a_verdict_that_is_the_validator_s(schema: dict[str, Any], body: Any) -> None:
    document = {"allOf": [schema], "definitions": {"d": {"type": ["string", "object"]}}}
    encoded = json.dumps(body).encode()
    try:
        model = compile_model({"Body": {"schema": json.dumps(document)}}, "a1b2c3d4e5", "Body")
    except InvalidModel:
        return
    said = model.check(encoded)
    assert (said is None) == jsonschema_rs.Draft4Validator(document, offline=True).is_valid(json.loads(encoded))
    if said is not None:
        assert said.startswith("[instance failed to match all required schemas (matched only 0 out of 1)")


@settings(max_examples=60, deadline=None)
@given(keywords(SCHEMAS), VALUES)
def test_every_failure_has_its_words(schema: dict[str, Any], body: Any) -> None:
    document = {"definitions": {"d": {"type": ["string", "object"]}}, **schema}
    try:
        model = compile_model({"Body": {"schema": json.dumps(document)}}, "a1b2c3d4e5", "Body")
    except InvalidModel:
        return
    said = model.check(json.dumps(body).encode())
    if said is not None:
        assert said.startswith("[")
        assert len(said) > 2
        assert "does not satisfy the keyword" not in said
