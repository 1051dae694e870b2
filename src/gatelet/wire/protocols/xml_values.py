"""XML and shapes (query's responses, both ways of rest-xml)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

from gatelet.aws.quotas import WIRE_NESTING
from gatelet.wire.errors import SerializationFailure, UnencodableResult
from gatelet.wire.models import Shape
from gatelet.wire.protocols.scalars import is_moment, read_text, write_text
from gatelet.wire.protocols.timestamps import ISO

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ENTITIES: Final = {"\r": "&#xD;", '"': "&quot;"}
_FITS: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "character": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "blob": (bytes, bytearray, memoryview),
}


def text_of(text: str) -> str:
    """The text, escaped; what XML 1.0 cannot hold becomes U+FFFD (messages echo what clients sent)."""
    return _ILLEGAL.sub("\ufffd", escape(text, _ENTITIES))


def write_members(shape: Shape, values: Mapping[str, Any]) -> str:
    """The elements of a structure's members: None is absent. Raises UnencodableResult."""
    parts = []
    for name, value in values.items():
        member = shape.members.get(name)
        if member is None:
            raise UnencodableResult(f"{shape.name} has no member {name}")
        if value is not None and member.location is None and not member.traits.get("xmlAttribute"):
            parts.append(write_element(member.wire_name or name, member, value))
    return "".join(parts)


def write_element(name: str, shape: Shape, value: Any) -> str:
    """The element (for flattened collections: the elements) of a value that is not None."""
    kind = shape.type
    if kind == "structure" and isinstance(value, Mapping):
        return f"<{name}{_attributes(shape, value)}>{write_members(shape, value)}</{name}>"
    if kind == "list" and isinstance(value, (list, tuple)):
        return _write_list(name, shape, value)
    if kind == "map" and isinstance(value, Mapping):
        return _write_map(name, shape, value)
    fits = is_moment(value) if kind == "timestamp" else isinstance(value, _FITS.get(kind, ()))
    if not fits:
        raise UnencodableResult(f"{type(value).__name__} where {shape.name} is a {kind}")
    return f"<{name}{_attributes(shape, {})}>{text_of(write_text(shape, value, ISO))}</{name}>"


def _attributes(shape: Shape, values: Mapping[str, Any]) -> str:
    attributes = []
    namespace = shape.traits.get("xmlNamespace")
    if isinstance(namespace, Mapping):
        prefix = f":{namespace['prefix']}" if namespace.get("prefix") else ""
        attributes.append(f' xmlns{prefix}="{text_of(namespace["uri"])}"')
    for name, value in values.items():
        member = shape.members.get(name)
        if member is not None and value is not None and member.traits.get("xmlAttribute"):
            attributes.append(f' {member.wire_name or name}="{text_of(write_text(member, value, ISO))}"')
    return "".join(attributes)


def _write_list(name: str, shape: Shape, values: Iterable[Any]) -> str:
    element = shape.element
    if shape.flattened:
        return "".join(write_element(element.wire_name or name, element, value) for value in values)
    inner = element.wire_name or "member"
    return f"<{name}>{''.join(write_element(inner, element, value) for value in values)}</{name}>"


def _write_map(name: str, shape: Shape, values: Mapping[str, Any]) -> str:
    key_name, value_name = shape.key.wire_name or "key", shape.value.wire_name or "value"
    pairs = [
        write_element(key_name, shape.key, key) + write_element(value_name, shape.value, value)
        for key, value in values.items()
    ]
    if shape.flattened:
        return "".join(f"<{name}>{pair}</{name}>" for pair in pairs)
    return f"<{name}>{''.join(f'<entry>{pair}</entry>' for pair in pairs)}</{name}>"


def read_members(members: Mapping[str, Shape], node: Element, depth: int = 0) -> dict[str, Any]:
    """The members that an element holds, by SDK name. Raises SerializationFailure."""
    if depth > WIRE_NESTING:
        raise SerializationFailure("The request is nested too deeply")
    children: dict[str, list[Element]] = {}
    for child in node:
        children.setdefault(_local(child.tag), []).append(child)
    params: dict[str, Any] = {}
    for name, member in members.items():
        wire_name = member.wire_name or name
        if member.traits.get("xmlAttribute"):
            params |= _read_attribute(name, wire_name, node)
            continue
        if member.type == "list" and member.flattened:
            wire_name = member.element.wire_name or wire_name
        found = children.get(wire_name)
        if found:
            params[name] = _read_value(member, found, depth + 1)
    return params


def _read_attribute(name: str, wire_name: str, node: Element) -> dict[str, Any]:
    local = wire_name.rpartition(":")[2]
    return next(({name: value} for key, value in node.attrib.items() if _local(key) == local), {})


def _read_value(shape: Shape, found: list[Element], depth: int) -> Any:
    node = found[-1]
    if shape.type == "structure":
        return read_members(shape.members, node, depth)
    if shape.type == "list":
        items = found if shape.flattened else list(node)
        return [_read_value(shape.element, [item], depth + 1) for item in items]
    if shape.type == "map":
        entries = found if shape.flattened else list(node)
        pair = {"key": shape.key, "value": shape.value}
        read = [read_members(pair, entry, depth + 1) for entry in entries]
        return {entry["key"]: entry.get("value") for entry in read if "key" in entry}
    return read_text(shape, node.text or "", ISO)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
