"""Attribute values: DynamoDB's JSON read, checked and made canonical. Pure.

A value stays what it is on the wire, ``{"S": "text"}``, with its number or Base64 in canonical form, so that
items are stored and answered without translation. Sets keep their order and hold nothing twice.
Reference: platform-neighbours section 2; Developer Guide ("Supported data types and naming rules").
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any, Final

from gatelet.aws import quotas
from gatelet.tables.errors import ValidationFailure, WrongJsonType, wrong_parameters
from gatelet.tables.numbers import normalise

Value = dict[str, Any]
"""One attribute value in DynamoDB's JSON: exactly one member, named by its type."""

Item = dict[str, Value]

TYPES: Final = frozenset({"S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL"})
SETS: Final = frozenset({"SS", "NS", "BS"})
EMPTY: Final = ({"S": ""}, {"B": ""})
"""What no key attribute may be."""
SCALARS: Final = frozenset({"S", "N", "B"})

_NO_TYPE: Final = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
_MORE_TYPES: Final = (
    "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"
)
_TOO_DEEP: Final = (
    "Nesting Levels have exceeded supported limits: Attributes have nesting levels beyond supported limit"
)
_EMPTY_SETS: Final = {
    "SS": "An string set  may not be empty",
    "NS": "An number set  may not be empty",
    "BS": "Binary sets should not be empty",
}


def type_of(value: Value) -> str:
    """The type's name: ``S``, ``NS``, ``NULL`` ..."""
    return next(iter(value))


def read_item(raw: Mapping[str, Any]) -> Item:
    """The item, every value canonical. Raises ValidationFailure, WrongJsonType."""
    check_names(raw)
    return {name: read_value(value) for name, value in raw.items()}


def check_names(raw: Mapping[str, Any]) -> None:
    """An attribute's name has at least one character (Developer Guide, "Naming rules"). Raises ValidationFailure."""
    if "" in raw:
        raise wrong_parameters("Empty attribute name")


def read_value(raw: Any, depth: int = 0) -> Value:
    """The canonical value. Raises ValidationFailure, WrongJsonType."""
    if not isinstance(raw, dict):
        raise WrongJsonType(_unexpected(raw))
    kind = None
    for name, content in raw.items():
        if content is not None and name in TYPES:
            if kind is not None:
                raise ValidationFailure(_MORE_TYPES)
            kind = name
    if kind is None:
        raise ValidationFailure(_NO_TYPE)
    if kind == "S":
        text = raw["S"]
        return {"S": text if isinstance(text, str) else _text(text)}
    return {kind: _READERS[kind](raw[kind], depth)}


def _unexpected(raw: Any) -> str:
    if isinstance(raw, list):
        return "Start of list found where not expected"
    if isinstance(raw, dict):
        return "Start of structure or map found where not expected"
    return "Unexpected value type in payload"


def _text(raw: Any) -> str:
    if isinstance(raw, str):
        return raw
    if isinstance(raw, bool):
        raise WrongJsonType(f"{'TRUE' if raw else 'FALSE'}_VALUE cannot be converted to String")
    if isinstance(raw, (int, float)):
        # platform-neighbours section 2: the text for a number in place of a string
        raise WrongJsonType("NUMBER_VALUE cannot be converted to String")
    raise WrongJsonType(_unexpected(raw))


def _read_number(raw: Any, depth: int) -> str:  # noqa: ARG001 - one signature for every type
    return normalise(_text(raw))


def _read_binary(raw: Any, depth: int) -> str:  # noqa: ARG001
    try:
        return base64.b64encode(base64.b64decode(_text(raw), validate=True)).decode("ascii")
    except (binascii.Error, ValueError) as error:
        raise WrongJsonType("Base64 encoded length is unexpected or its characters are not of Base64") from error


def _read_boolean(raw: Any, depth: int) -> bool:  # noqa: ARG001
    if not isinstance(raw, bool):
        raise WrongJsonType(_unexpected(raw))
    return raw


def _read_null(raw: Any, depth: int) -> bool:
    if not _read_boolean(raw, depth):
        raise wrong_parameters("Null attribute value types must have the value of true")
    return True


def _read_map(raw: Any, depth: int) -> Item:
    if not isinstance(raw, dict):
        raise WrongJsonType(_unexpected(raw))
    depth = _deeper(depth)
    return {name: read_value(value, depth) for name, value in raw.items()}


def _read_list(raw: Any, depth: int) -> list[Value]:
    if not isinstance(raw, list):
        raise WrongJsonType(_unexpected(raw))
    depth = _deeper(depth)
    return [read_value(value, depth) for value in raw]


def _deeper(depth: int) -> int:
    if depth >= quotas.VALUE_NESTING:
        raise ValidationFailure(_TOO_DEEP)
    return depth + 1


def check_depth(value: Value, depth: int = 0) -> None:
    """The value nests no deeper than an attribute may. Raises ValidationFailure."""
    kind = type_of(value)
    if kind in {"L", "M"}:
        depth = _deeper(depth)
        for inner in value[kind].values() if kind == "M" else value[kind]:
            check_depth(inner, depth)


def _set_of(kind: str, read: Callable[[Any, int], str]) -> Callable[[Any, int], list[str]]:
    def read_set(raw: Any, depth: int) -> list[str]:
        if not isinstance(raw, list):
            raise WrongJsonType(_unexpected(raw))
        if not raw:
            raise wrong_parameters(_EMPTY_SETS[kind])
        members = [read(one, depth) for one in raw]
        if len(set(members)) != len(members):
            shown = f" [{', '.join(members)}]" if kind == "SS" else ""
            raise wrong_parameters(f"Input collection{shown} contains duplicates.")
        return members

    return read_set


_READERS: Final[Mapping[str, Callable[[Any, int], Any]]] = {
    "N": _read_number,
    "B": _read_binary,
    "BOOL": _read_boolean,
    "NULL": _read_null,
    "M": _read_map,
    "L": _read_list,
    "SS": _set_of("SS", lambda raw, _: _text(raw)),
    "NS": _set_of("NS", _read_number),
    "BS": _set_of("BS", _read_binary),
}
