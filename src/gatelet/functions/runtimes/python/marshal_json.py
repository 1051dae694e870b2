"""A handler's result as JSON, as Lambda's Python runtime writes it (lambda-execution section 2)."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from .faults import Fault


def _default(value: Any) -> Any:
    # decimal is looked up, not imported: a value of its type cannot exist before it is.
    decimal = sys.modules.get("decimal")
    if decimal is not None and isinstance(value, decimal.Decimal):
        if value.is_nan():
            return float("nan")
        return int(value) if value == value.to_integral_value() and value.as_tuple().exponent >= 0 else float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def writer(escape_non_ascii: bool) -> Callable[[Any], bytes]:
    """``result -> JSON bytes``; runtimes before Python 3.12 escape what is not ASCII.

    The writer raises Fault for a result that JSON cannot hold. ``bytes`` are sent as they are.
    """
    to_json = json.JSONEncoder(ensure_ascii=escape_non_ascii, default=_default).encode

    def write(result: Any) -> bytes:
        if isinstance(result, bytes):
            return result
        try:
            return to_json(result).encode("utf-8", "surrogatepass")
        except Exception as error:  # noqa: BLE001 - objects of the user may raise anything
            raise Fault("Runtime.MarshalError", f"Unable to marshal response: {error}") from None

    return write
