"""The schemas that a model consists of: its own and those of the models that it refers to, by URL."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from gatelet.gateway.validation.errors import InvalidModel

_DATA = frozenset(("default", "enum", "example", "examples"))
"""Keywords that hold no schemas."""
_MAPS = frozenset(("definitions", "dependencies", "patternProperties", "properties"))
"""Keywords that hold schemas by names."""


def model_url(api_id: str, name: str) -> str:
    """How models refer to a model."""
    return f"https://apigateway.amazonaws.com/restapis/{api_id}/models/{name}"


class Schemas:
    """Every schema that validation can reach from a model."""

    __slots__ = ("by_url", "root")

    def __init__(self, root: str, by_url: Mapping[str, Any]) -> None:
        self.root = root
        """The model's own URL."""
        self.by_url = dict(by_url)

    @classmethod
    def of(cls, models: Mapping[str, Mapping[str, Any]], api_id: str, name: str) -> Schemas:
        """Those of a model. ``models`` are the API's Model shapes by name. Raises InvalidModel."""
        by_url: dict[str, Any] = {}
        prefix = model_url(api_id, "")
        wanted = [name]
        while wanted:
            current = wanted.pop()
            if prefix + current in by_url:
                continue
            if current not in models:
                raise InvalidModel(name, f"there is no model {current}")
            try:
                schema = json.loads(models[current].get("schema") or "{}")
                wanted += [
                    reference.removeprefix(prefix).partition("#")[0]
                    for reference in references(schema)
                    if reference.startswith(prefix)
                ]
                by_url[prefix + current] = _prepared(schema)
            except (ValueError, RecursionError) as error:
                raise InvalidModel(name, f"{current} is no JSON Schema: {error}") from error
        return cls(model_url(api_id, name), by_url)

    def at(self, path: Sequence[str | int]) -> Any:
        """What stands at the end of an evaluation path (through ``$ref``), from the model on. Raises LookupError."""
        document = node = self.by_url[self.root]
        for step in path:
            reference = node.get("$ref") if step == "$ref" else None
            document, node = self.resolve(reference, document) if isinstance(reference, str) else (document, node[step])
        return node

    def resolve(self, reference: str, document: Any) -> tuple[Any, Any]:
        """The document that a reference leads to, and what it names there. Raises LookupError."""
        url, _, pointer = reference.partition("#")
        target = self.by_url[url] if url else document
        return target, _pointed(target, pointer)


def _prepared(schema: Any) -> Any:
    """The schema as it is compiled.

    API Gateway knows a model by its URL: an ``id`` of the schema's own would move its references elsewhere.
    """
    prepared = _listed(schema)
    if isinstance(prepared, dict):
        prepared.pop("id", None)
    return prepared


def _listed(node: Any, *, named: bool = False) -> Any:
    """With ``properties`` where no other are allowed: without any, the validator does not tell which it found."""
    if isinstance(node, list):
        return [_listed(value) for value in node]
    if not isinstance(node, dict):
        return node
    inner = {key: is_map for key, _, is_map in members(node, named=named)}
    listed = {key: _listed(value, named=inner[key]) if key in inner else value for key, value in node.items()}
    if not named and listed.get("additionalProperties") is False:
        listed.setdefault("properties", {})
    return listed


def members(node: Mapping[str, Any], *, named: bool) -> Iterator[tuple[str, Any, bool]]:
    """What in a schema can hold schemas: name, value, and whether that is a map of schemas by names of the owner's.

    ``named``: the node is such a map itself, where ``enum`` is a name like any other.
    """
    for key, value in node.items():
        if named or key not in _DATA:
            yield key, value, not named and key in _MAPS


def references(node: Any, *, named: bool = False) -> Iterator[str]:
    """Every ``$ref`` in a schema."""
    if isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str) and not named:
            yield reference
        for _, value, is_map in members(node, named=named):
            yield from references(value, named=is_map)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def _pointed(document: Any, pointer: str) -> Any:
    """What a JSON Pointer in a URL's fragment names."""
    for part in unquote(pointer).split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        document = document[int(name)] if isinstance(document, list) else document[name]
    return document
