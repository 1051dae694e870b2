"""Models as compiled JSON Schemas (draft 4). Pure: references reach the API's own models and nothing else.

A model refers to another one by its URL, ``https://apigateway.amazonaws.com/restapis/{api}/models/{name}``, and
inside itself by ``#/definitions/...``; both may be recursive. Reference: apigateway-data-plane section 5.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson

from gatelet.aws.quotas import MODEL_BACKTRACKS, MODELS_KEPT, VALIDATION_INLINE_BYTES
from gatelet.gateway.mapping import json_text
from gatelet.gateway.validation.errors import InvalidModel
from gatelet.gateway.validation.failures import report
from gatelet.gateway.validation.schemas import Schemas
from gatelet.gateway.validation.weight import is_risky

if TYPE_CHECKING:
    from jsonschema_rs import Draft4Validator

UNPARSABLE = "[Unknown error parsing request body]"
"""``validationErrorString`` of a body that is not JSON."""

_EMPTY: dict[str, Any] = {}
_RISKY_QUOTES = 24
_RISKY_NESTING = 10
"""What a body may hold of these to be light under a schema that is risky: a few names and values."""
_LARGE_NUMBER = re.compile(rb"[0-9]{19}")
"""Whole numbers beyond 64 bits must stay whole."""


class BodyModel:
    """A model that bodies are checked against."""

    __slots__ = ("_risky", "_schemas", "_validator")

    def __init__(self, schemas: Schemas, validator: Draft4Validator) -> None:
        self._schemas = schemas
        self._validator = validator
        self._risky = is_risky(schemas)

    @property
    def schemas(self) -> Schemas:
        """What it is compiled from."""
        return self._schemas

    def is_light(self, body: bytes) -> bool:
        """Whether checking the body holds its thread for a moment only."""
        if len(body) > VALIDATION_INLINE_BYTES:
            return False
        return not self._risky or (
            body.count(b'"') <= _RISKY_QUOTES and body.count(b"{") + body.count(b"[") <= _RISKY_NESTING
        )

    def check(self, body: bytes) -> str | None:
        """What is wrong with the body in AWS's words (``validationErrorString``), or None.

        An empty body passes where ``{}`` does (recorded); where it does not, AWS calls it unparsable.
        """
        if not body:
            return None if self._validator.is_valid(_EMPTY) else UNPARSABLE
        try:
            document = json_text.parse(body.decode()) if _LARGE_NUMBER.search(body) else orjson.loads(body)
        except ValueError:
            return UNPARSABLE
        if self._validator.is_valid(document):
            return None
        return report(self._validator.iter_errors(document), self._schemas)


def compile_model(models: Mapping[str, Mapping[str, Any]], api_id: str, name: str) -> BodyModel:
    """The model of that name. ``models`` are the API's Model shapes by name. Raises InvalidModel.

    Patterns run in linear time, but for those with look-around or back-references: these count as not matching
    after MODEL_BACKTRACKS steps back.
    """
    schemas = Schemas.of(models, api_id, name)
    try:
        return _compiled(schemas.root, json.dumps(schemas.by_url))
    except (ValueError, LookupError, RecursionError) as error:
        raise InvalidModel(name, getattr(error, "message", None) or str(error)) from error


@lru_cache(maxsize=MODELS_KEPT)
def _compiled(root: str, by_url: str) -> BodyModel:
    """Methods share models, and a deployment mostly has those of the one before."""
    return compile_schemas(Schemas(root, json.loads(by_url)))


def compile_schemas(schemas: Schemas) -> BodyModel:
    """Raises ValueError (with a ``message``, if a schema is wrong), LookupError, RecursionError."""
    import jsonschema_rs

    options = jsonschema_rs.FancyRegexOptions(backtrack_limit=MODEL_BACKTRACKS)
    try:
        registry = jsonschema_rs.Registry(list(schemas.by_url.items()), draft=jsonschema_rs.Draft4)
        # A schema is checked where it is the root, not where a reference leads to it
        validators = {
            url: jsonschema_rs.Draft4Validator(
                schema, base_uri=url, registry=registry, offline=True, pattern_options=options
            )
            for url, schema in schemas.by_url.items()
        }
    except jsonschema_rs.ReferencingError as error:
        raise ValueError(str(error)) from error
    return BodyModel(schemas, validators[schemas.root])


def is_draft_4(schema: Mapping[str, Any]) -> bool:
    """Whether this follows the grammar of JSON Schema draft 4; patterns and references are not looked at."""
    import jsonschema_rs

    grammar = {"$ref": "http://json-schema.org/draft-04/schema#"}  # the library has it; nothing is fetched
    return jsonschema_rs.Draft4Validator(grammar, offline=True, validate_formats=False).is_valid(schema)
