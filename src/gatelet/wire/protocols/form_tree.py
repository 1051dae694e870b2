"""The dotted names of a query request (``Tags.member.1.Key``) as a tree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from gatelet.aws.quotas import WIRE_NESTING
from gatelet.wire.errors import SerializationFailure


@dataclass(slots=True)
class Field:
    """One name: its value if it has one, and what stands below it."""

    value: str | None = None
    children: dict[str, Field] = field(default_factory=dict)

    def text(self, name: str) -> str | None:
        """The value of a field below; None if there is none."""
        child = self.children.get(name)
        return None if child is None else child.value

    def numbered(self) -> list[Field]:
        """The children in the order of their numbers. Raises SerializationFailure if one is no number."""
        if not all(key.isascii() and key.isdigit() and len(key) < 10 for key in self.children):
            raise SerializationFailure("Start of list found where not expected")
        return [child for _, child in sorted(self.children.items(), key=lambda item: int(item[0]))]


def plant(pairs: Iterable[tuple[str, str]]) -> Field:
    """The tree of all names; of a repeated name, the last value counts.

    Raises SerializationFailure if a name has more parts than any model needs.
    """
    root = Field()
    for name, value in pairs:
        node = root
        parts = name.split(".", WIRE_NESTING)
        if len(parts) > WIRE_NESTING:
            raise SerializationFailure("The request is nested too deeply")
        for part in parts:
            node = node.children.setdefault(part, Field())
        node.value = value
    return root
