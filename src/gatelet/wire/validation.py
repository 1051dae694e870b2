"""Whether parameters satisfy their model, and AWS's sentence for all the ways in which they do not.

``2 validation errors detected: Value '' at 'functionName' failed to satisfy constraint: Member must ...; ...``
Reference: lambda-control-plane section 1 (the grammar), apigateway-control-plane section 1.1 (paths, order).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from gatelet.wire.constraints import Constraint, constraints_of, java_text
from gatelet.wire.errors import ConstraintViolation
from gatelet.wire.grammar import grammar_of, lower_first
from gatelet.wire.models import Operation, ServiceModel, Shape

NOT_NULL: Final = "Member must not be null"
_COLLECTIONS: Final = frozenset({"structure", "list", "map"})
_RANK: Final = {None: 0, "header": 1, "headers": 1, "querystring": 1, "uri": 2}


class Validator:
    """Checks the parameters of one service's operations; the constraints are compiled as they are met."""

    __slots__ = ("_compiled", "_grammar")

    def __init__(self, model: ServiceModel) -> None:
        self._grammar = grammar_of(model.name)
        self._compiled: dict[Shape, tuple[Constraint, ...]] = {}

    def check(self, operation: Operation, params: Mapping[str, Any]) -> None:
        """Raises ConstraintViolation, naming every violation: the body's first, then the path's."""
        if operation.input is None:
            return
        found: list[str] = []
        # apigateway-control-plane 1.1: body before path; lambda-control-plane 1: qualifier before functionName
        ordered = sorted(operation.input.members.items(), key=lambda item: _RANK.get(item[1].location, 0))
        for name, member in ordered:
            path = self._grammar.path(operation, name, member)
            exempt = {kind for op, of, kind in self._grammar.exempt if (op, of) == (operation.name, name)}
            value = params.get(name)
            if value is not None:
                self._walk(member, value, path, found, exempt)
            elif name in operation.input.required:
                found.append(_item("null", path, NOT_NULL))
        if found:
            plural = "" if len(found) == 1 else "s"
            message = f"{len(found)} validation error{plural} detected: {'; '.join(found)}"
            raise ConstraintViolation(self._grammar.code, message)

    def _walk(self, shape: Shape, value: Any, path: str, found: list[str], exempt: Iterable[str] = ()) -> None:
        if shape.is_raw:
            return
        found += [
            _item(_shown(shape, value), path, constraint.text)
            for constraint in self._constraints(shape)
            if constraint.kind not in exempt and not constraint.holds(value)
        ]
        if shape.type == "structure":
            self._walk_structure(shape, value, path, found)
        elif shape.type == "list":
            self._walk_list(shape, value, path, found)
        elif shape.type == "map":
            self._walk_map(shape, value, path, found)

    def _walk_structure(self, shape: Shape, value: Mapping[str, Any], path: str, found: list[str]) -> None:
        for name, member in shape.members.items():
            inner = value.get(name)
            where = f"{path}.{lower_first(name)}"
            if inner is not None:
                self._walk(member, inner, where, found)
            elif name in shape.required:
                found.append(_item("null", where, NOT_NULL))

    def _walk_list(self, shape: Shape, values: list[Any], path: str, found: list[str]) -> None:
        element = shape.element
        scalar = element.type not in _COLLECTIONS
        broken = any(value is None or (scalar and self._breaks(element, value)) for value in values)
        if broken:
            found.append(_item(_shown(shape, values), path, f"Member must satisfy constraint: {self._all(element)}"))
        if not scalar:
            for number, value in enumerate(values, 1):
                if value is not None:
                    self._walk(element, value, f"{path}.{number}.member", found)

    def _walk_map(self, shape: Shape, values: Mapping[str, Any], path: str, found: list[str]) -> None:
        if any(self._breaks(shape.key, key) for key in values):
            text = f"Map keys must satisfy constraint: {self._all(shape.key)}"
            found.append(_item(_shown(shape, values), path, text))
        inner = shape.value
        scalar = inner.type not in _COLLECTIONS
        nulls = not self._grammar.null_map_values
        if any((nulls if value is None else scalar and self._breaks(inner, value)) for value in values.values()):
            text = f"Map value must satisfy constraint: {self._all(inner)}"
            found.append(_item(_shown(shape, values), path, text))
        if not scalar:
            for key, value in values.items():
                if value is not None:
                    self._walk(inner, value, f"{path}.{key}.member", found)

    def _breaks(self, shape: Shape, value: Any) -> bool:
        return not all(constraint.holds(value) for constraint in self._constraints(shape))

    def _all(self, shape: Shape) -> str:
        texts = [constraint.text for constraint in self._constraints(shape)]
        if self._grammar.says_not_null or not texts:
            texts.append(NOT_NULL)
        return f"[{', '.join(texts)}]"

    def _constraints(self, shape: Shape) -> tuple[Constraint, ...]:
        compiled = self._compiled.get(shape)
        if compiled is None:
            compiled = self._compiled[shape] = constraints_of(shape, self._grammar.enum_orders)
        return compiled


def _shown(shape: Shape, value: Any) -> str | None:
    """The value in quotes; None where it is a secret (identity section 3: IAM omits the value)."""
    return None if shape.traits.get("sensitive") else f"'{java_text(value)}'"


def _item(shown: str | None, path: str, text: str) -> str:
    value = "Value" if shown is None else f"Value {shown}"
    return f"{value} at '{path}' failed to satisfy constraint: {text}"
