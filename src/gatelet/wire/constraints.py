"""The constraints of one shape, compiled: lengths, ranges, patterns and enums, each with AWS's text.

Reference: lambda-control-plane section 1 (the texts), apigateway-control-plane section 1.1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from gatelet.wire.models import Shape
from gatelet.wire.patterns import compile_java

_NUMBERS: Final = frozenset({"integer", "long", "float", "double"})
_LONG_ENOUGH: Final = 4
"""A pattern is not tried on text beyond this multiple of the length that the shape allows."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """One constraint: its kind (max, min, pattern, enum), AWS's text, and whether a value satisfies it."""

    kind: str
    text: str
    holds: Callable[[Any], bool]


def constraints_of(shape: Shape, enum_orders: Mapping[str, tuple[str, ...]]) -> tuple[Constraint, ...]:
    """The constraints in the order in which AWS reports them: length or range, pattern, enum."""
    traits = shape.traits
    found = []
    measure = _value if shape.type in _NUMBERS else len
    what = "value" if shape.type in _NUMBERS else "length"
    if (most := traits.get("max")) is not None:
        found.append(
            Constraint("max", f"Member must have {what} less than or equal to {most}", _at_most(measure, most))
        )
    if (least := traits.get("min")) is not None:
        text = f"Member must have {what} greater than or equal to {least}"
        found.append(Constraint("min", text, _at_least(measure, least)))
    if shape.type == "string" and (pattern := traits.get("pattern")) is not None:
        found += _pattern(pattern, traits.get("max"))
    if shape.type == "string" and (values := traits.get("enum")) is not None:
        shown = ", ".join(enum_orders.get(shape.name, values))
        found.append(
            Constraint("enum", f"Member must satisfy enum value set: [{shown}]", frozenset(values).__contains__)
        )
    return tuple(found)


def java_text(value: Any) -> str:
    """The value as Java prints it: ``[a, b]``, ``{2=2.0}``, ``true``."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(java_text(item) for item in value)}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}={java_text(item)}' for key, item in value.items())}}}"
    if isinstance(value, (bytes, bytearray)):
        return f"java.nio.HeapByteBuffer[pos=0 lim={len(value)} cap={len(value)}]"
    return str(value)


def _value(value: Any) -> Any:
    return value


def _at_most(measure: Callable[[Any], Any], most: float) -> Callable[[Any], bool]:
    return lambda value: measure(value) <= most


def _at_least(measure: Callable[[Any], Any], least: float) -> Callable[[Any], bool]:
    return lambda value: measure(value) >= least


def _pattern(pattern: str, most: int | None) -> list[Constraint]:
    compiled = compile_java(pattern)
    if compiled is None:
        return []
    bound = None if most is None else most * _LONG_ENOUGH

    def holds(value: str) -> bool:
        return (bound is not None and len(value) > bound) or compiled.fullmatch(value) is not None

    return [Constraint("pattern", f"Member must satisfy regular expression pattern: {pattern}", holds)]
