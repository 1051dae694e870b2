"""Scalars as text: in paths, query strings, headers, forms and XML."""

from __future__ import annotations

import base64
import binascii
import math
import re
from datetime import datetime
from typing import Any, Final

from gatelet.wire.errors import SerializationFailure
from gatelet.wire.models import Shape
from gatelet.wire.protocols import timestamps

JAVA_TYPES: Final = {
    "string": "String",
    "character": "Character",
    "integer": "Integer",
    "long": "Long",
    "float": "Float",
    "double": "Double",
    "boolean": "Boolean",
    "timestamp": "Date",
    "blob": "ByteBuffer",
}
"""The Java types in AWS's messages. Reference: apigateway-control-plane section 1.1."""

# int() and float() alone take more than Java does: blanks around, underscores, digits of other scripts.
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,19}")
_FLOAT: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_SPECIAL_FLOATS: Final = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def mismatch(java_class: str, shape: Shape) -> SerializationFailure:
    """``class java.lang.Boolean can not be converted to an String`` (apigateway-control-plane section 1.1)."""
    return SerializationFailure(f"class {java_class} can not be converted to an {JAVA_TYPES[shape.type]}")


def read_text(shape: Shape, text: str, timestamp_format: str) -> Any:
    """The value that the text spells. Raises SerializationFailure."""
    kind = shape.type
    if kind in ("string", "character"):
        return text
    try:
        if kind in ("integer", "long"):
            return _read_integer(text)
        if kind in ("float", "double"):
            return read_float(text)
        if kind == "boolean":
            return _read_boolean(text)
        if kind == "timestamp":
            return timestamps.from_text(text, shape.traits.get("timestampFormat", timestamp_format))
        if kind == "blob":
            return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise mismatch("java.lang.String", shape) from error
    raise SerializationFailure("Unexpected field type")


def write_text(shape: Shape, value: Any, timestamp_format: str) -> str:
    """The text of a scalar, for headers and XML."""
    kind = shape.type
    if kind == "boolean":
        return "true" if value else "false"
    if kind == "timestamp":
        return timestamps.to_text(value, shape.traits.get("timestampFormat", timestamp_format))
    if kind == "blob":
        return base64.b64encode(value).decode("ascii")
    if kind in ("float", "double"):
        return str(write_float(value))
    return str(value)


def read_float(value: str | float) -> float:
    """A float, or one of the names NaN, Infinity and -Infinity. Raises ValueError."""
    if isinstance(value, str) and value in _SPECIAL_FLOATS:
        return _SPECIAL_FLOATS[value]
    if isinstance(value, str) and not _FLOAT.fullmatch(value):
        raise ValueError(value)
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(value)
    return number


def write_float(value: float) -> float | str:
    """The float, or its name where JSON and XML have no number for it."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def is_moment(value: Any) -> bool:
    """Whether the value can be written as a timestamp."""
    return isinstance(value, (datetime, int, float)) and not isinstance(value, bool)


def _read_integer(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise ValueError(text)
    return int(text)


def _read_boolean(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"
