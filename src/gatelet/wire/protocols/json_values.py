"""JSON values to parameters and results to JSON values, by shape (rest-json and json).

Reading: unknown members are ignored and null members are absent, as on AWS; null stays None inside lists
and maps, for the validation to judge. Reference: apigateway-control-plane section 1.1 for the texts.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

import orjson

from gatelet.aws.quotas import WIRE_NESTING
from gatelet.wire.errors import SerializationFailure, UnencodableResult
from gatelet.wire.models import Shape
from gatelet.wire.protocols import timestamps
from gatelet.wire.protocols.long_strings import LongString
from gatelet.wire.protocols.scalars import is_moment, mismatch, read_float, write_float

_NUMBER: Final = "com.amazon.coral.value.json.numbers.TruncatingBigNumber"
_STRING: Final = "java.lang.String"
_BOOLEAN: Final = "java.lang.Boolean"

_BLOB_STEP: Final = 1_048_576
"""A multiple of four characters."""

_LONG_MIN: Final = -(2**63)
_LONG_MAX: Final = 2**63 - 1

MAP_FOUND: Final = "Start of structure or map found where not expected"
LIST_FOUND: Final = "Start of list found where not expected"


def read_body(body: bytes, parse: Callable[[bytes], Any] = orjson.loads) -> dict[str, Any]:
    """The JSON object in a request body; an empty body is an empty object. Raises SerializationFailure."""
    if not body or body.isspace():
        return {}
    try:
        document = parse(body)
    except (ValueError, RecursionError) as error:
        raise SerializationFailure("Could not parse request body into json: " + str(error)) from error
    if isinstance(document, dict):
        return document
    raise SerializationFailure(LIST_FOUND if isinstance(document, list) else "Unexpected field type")


def read_members(members: Mapping[str, Shape], document: Mapping[str, Any], depth: int = 0) -> dict[str, Any]:
    """The members that the object has, by SDK name."""
    params: dict[str, Any] = {}
    for name, member in members.items():
        value = document.get(member.wire_name or name)
        if value is not None:
            params[name] = read_value(member, value, depth + 1)
    return params


def read_value(shape: Shape, value: Any, depth: int = 0) -> Any:
    """The parameter that a JSON value (not null) means. Raises SerializationFailure."""
    if depth > WIRE_NESTING:
        raise SerializationFailure("The request is nested too deeply")
    if shape.is_raw:
        return value
    kind = shape.type
    if kind == "structure":
        return read_members(shape.members, _object(value), depth)
    if kind == "map":
        inner = shape.value
        return {key: None if v is None else read_value(inner, v, depth + 1) for key, v in _object(value).items()}
    if kind == "list":
        if not isinstance(value, list):
            raise SerializationFailure(MAP_FOUND if isinstance(value, dict) else "Unexpected field type")
        inner = shape.element
        return [None if v is None else read_value(inner, v, depth + 1) for v in value]
    return _read_scalar(shape, value)


def _object(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise SerializationFailure(LIST_FOUND if isinstance(value, list) else "Unexpected field type")


def _read_scalar(shape: Shape, value: Any) -> Any:
    kind = shape.type
    if isinstance(value, str):
        return _read_string(shape, value)
    if isinstance(value, LongString):
        return _read_long_string(shape, value)
    if isinstance(value, bool):
        if kind != "boolean":
            raise mismatch(_BOOLEAN, shape)
        return value
    if isinstance(value, (int, float)):
        return _read_number(shape, value)
    if isinstance(value, dict):
        raise SerializationFailure(MAP_FOUND)
    raise SerializationFailure("Unrecognized collection type class " + _java_class(shape))


def _java_class(shape: Shape) -> str:
    return {"timestamp": "java.util.Date", "blob": "java.nio.ByteBuffer"}.get(
        shape.type, "java.lang." + shape.type.capitalize()
    )


def _read_string(shape: Shape, value: str) -> Any:
    kind = shape.type
    if kind in ("string", "character"):
        return value
    try:
        if kind == "blob":
            return _read_blob(value)
        if kind == "timestamp":
            return timestamps.from_text(value, shape.traits.get("timestampFormat", timestamps.ISO))
        if kind in ("float", "double") and value in ("NaN", "Infinity", "-Infinity"):
            return read_float(value)
    except (ValueError, binascii.Error) as error:
        raise mismatch(_STRING, shape) from error
    raise mismatch(_STRING, shape)


def _read_long_string(shape: Shape, value: LongString) -> Any:
    if shape.type != "blob":
        try:
            return _read_string(shape, value.text())
        except ValueError as error:
            raise mismatch(_STRING, shape) from error
    try:
        return _read_blob(value.octets)
    except (ValueError, binascii.Error) as error:
        raise mismatch(_STRING, shape) from error


def _read_blob(text: str | memoryview) -> bytes:
    """The bytes of Base64, a megabyte at a time: decoding holds the interpreter's lock. Raises ValueError."""
    steps = range(0, len(text), _BLOB_STEP)
    parts = [base64.b64decode(text[at : at + _BLOB_STEP], validate=True) for at in steps]
    if any(len(part) != _BLOB_STEP // 4 * 3 for part in parts[:-1]):
        raise ValueError("padding before the end")
    return b"".join(parts)


def _read_number(shape: Shape, value: float) -> Any:
    kind = shape.type
    if kind in ("integer", "long") and _LONG_MIN <= value <= _LONG_MAX:
        return int(value)
    if kind in ("float", "double"):
        return float(value)
    if kind == "timestamp":
        try:
            return timestamps.from_epoch(value)
        except ValueError as error:
            raise mismatch(_NUMBER, shape) from error
    raise mismatch(_NUMBER, shape)


def write_members(
    members: Mapping[str, Shape], values: Mapping[str, Any], *, among: Mapping[str, Shape] | None = None
) -> dict[str, Any]:
    """The JSON object of a structure's members: None is absent. Raises UnencodableResult.

    ``among`` are the members that the structure has beside ``members``, where those are only a part.
    """
    document: dict[str, Any] = {}
    for name, value in values.items():
        member = members.get(name)
        if member is None:
            if among is None or name not in among:
                raise UnencodableResult(f"no member {name} among {', '.join(members)}")
        elif value is not None:
            document[member.wire_name or name] = write_value(member, value)
    return document


def write_value(shape: Shape, value: Any) -> Any:
    """The JSON value of a result (not None). Raises UnencodableResult."""
    if shape.is_raw:
        return value
    kind = shape.type
    if kind == "structure" and isinstance(value, Mapping):
        return write_members(shape.members, value)
    if kind == "map" and isinstance(value, Mapping):
        inner = shape.value
        return {key: None if v is None else write_value(inner, v) for key, v in value.items()}
    if kind == "list" and isinstance(value, (list, tuple)):
        inner = shape.element
        return [None if v is None else write_value(inner, v) for v in value]
    if kind in ("string", "character") and isinstance(value, str):
        return value
    if kind == "boolean" and isinstance(value, bool):
        return value
    if kind == "timestamp" and is_moment(value):
        return _write_moment(shape, value)
    if kind in ("integer", "long") and isinstance(value, int):
        return value
    if kind in ("float", "double") and isinstance(value, (int, float)):
        return write_float(value)
    if kind == "blob" and isinstance(value, (bytes, bytearray, memoryview)):
        return base64.b64encode(value).decode("ascii")
    raise UnencodableResult(f"{type(value).__name__} where {shape.name} is a {kind}")


def _write_moment(shape: Shape, value: datetime | float) -> int | float | str:
    written_as = shape.traits.get("timestampFormat", timestamps.UNIX)
    return timestamps.to_epoch(value) if written_as == timestamps.UNIX else timestamps.to_text(value, written_as)
