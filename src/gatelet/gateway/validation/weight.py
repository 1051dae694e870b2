"""Which schemas can make much work of a small body: found from the schema alone.

A schema is weighed by how many schemas it holds, each reference counted as what it leads to.
"""

from __future__ import annotations

import re
from typing import Any, Final

from gatelet.gateway.validation.schemas import Schemas, members

_HEAVY = 5_000
_COMBINING: Final = frozenset(("allOf", "anyOf", "dependencies", "not", "oneOf"))
"""Keywords by which one value is checked by several schemas: with recursion, twice as often a level."""

_STEPS_BACK = re.compile(r"\(\?[=!<>(]|\\[1-9k]|[+*?}]\+")
"""What a linear engine does not have: look-around, atomic groups, back-references, possessive quantifiers."""


def is_risky(schemas: Schemas) -> bool:
    """Whether a body may cost more than in proportion to its size. Raises LookupError for a reference to nothing."""
    scale = _Scale(schemas)
    model = schemas.by_url[schemas.root]
    weight = scale.weigh(model, model)
    return weight > _HEAVY or scale.steps_back or (scale.recursive and scale.combining)


class _Scale:
    """Weighs each schema once."""

    __slots__ = ("_known", "_open", "_schemas", "combining", "recursive", "steps_back")

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas
        self._known: dict[int, int] = {}
        self._open: set[int] = set()
        self.recursive = self.combining = self.steps_back = False

    def weigh(self, node: Any, document: Any, *, named: bool = False) -> int:
        """How many schemas a value meets here at most, recursion left out."""
        if isinstance(node, list):
            return sum(self.weigh(value, document) for value in node)
        if not isinstance(node, dict):
            return 0
        place = id(node)
        if place in self._open:
            self.recursive = True
            return 1
        if place not in self._known:
            self._open.add(place)
            self._known[place] = 1 + self._below(node, document, named=named)
            self._open.remove(place)
        return self._known[place]

    def _below(self, node: dict[str, Any], document: Any, *, named: bool) -> int:
        reference = node.get("$ref")
        if isinstance(reference, str) and not named:
            target, schema = self._schemas.resolve(reference, document)
            return self.weigh(schema, target)
        if not named:
            self._look_at(node)
        return sum(self.weigh(value, document, named=is_map) for _, value, is_map in members(node, named=named))

    def _look_at(self, schema: dict[str, Any]) -> None:
        self.combining = self.combining or not _COMBINING.isdisjoint(schema)
        patterns = [schema.get("pattern"), *(schema.get("patternProperties") or ())]
        self.steps_back = self.steps_back or any(
            isinstance(pattern, str) and _STEPS_BACK.search(pattern) is not None for pattern in patterns
        )
