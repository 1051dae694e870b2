"""The sample mapping template of a model: its structure as JSON, filled from the input.

Reference: apigateway-control-plane section 5.6; AWS documents the operation without the text that it
yields, so only its form (VTL that renders the model) is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_DEPTH = 20


def sample_template(schema: Mapping[str, Any]) -> str:
    """VTL that renders the model's structure from ``$input``."""
    return "#set($inputRoot = $input.path('$'))\n" + _render(schema, "$inputRoot", "", 0)


def _render(schema: object, source: str, indent: str, depth: int) -> str:
    if not isinstance(schema, Mapping) or depth > _DEPTH:
        return f'"{source}"'
    kind = schema.get("type")
    if kind == "array":
        return _render_list(schema, source, indent, depth)
    if kind == "object" or "properties" in schema:
        return _render_object(schema, source, indent, depth)
    if kind in {"integer", "number", "boolean"}:
        return source
    return f'"{source}"'


def _render_object(schema: Mapping[str, Any], source: str, indent: str, depth: int) -> str:
    properties = schema.get("properties")
    if not isinstance(properties, Mapping) or not properties:
        return "{ }"
    inner = indent + "  "
    lines = [
        f'{inner}"{name}" : {_render(child, f"{source}.{name}", inner, depth + 1)}'
        for name, child in properties.items()
    ]
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"


def _render_list(schema: Mapping[str, Any], source: str, indent: str, depth: int) -> str:
    inner = indent + "  "
    item = _render(schema.get("items"), "$elem", inner, depth + 1)
    return f"[\n{indent}#foreach($elem in {source})\n{inner}{item}#if($foreach.hasNext),#end\n{indent}#end\n{indent}]"
