"""How the gateway shows an object of its own to a template."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

UNKNOWN: Final = object()
"""What HostObject.find gives where it knows no shorter way."""


class HostObject:
    """The only kind of object, besides plain values, that a template can hold.

    Values are None, bool, int, float, Decimal, str, list, dict and HostObject. A template reaches
    nothing of a HostObject but what is given here: no attribute is ever looked up by a name that a
    template chose. ``$input``, ``$util`` and ``$context`` are subclasses.
    """

    __slots__ = ()

    @property
    def methods(self) -> Mapping[str, Callable[..., object]]:
        """What can be called, by name; a name that is not here stays unrendered.

        A callable takes plain values. ValueError, TypeError, LookupError and ArithmeticError become
        EvaluationFailed.
        """
        return {}

    def method(self, name: str) -> Callable[..., object] | None:
        """The method of that name."""
        return self.methods.get(name)

    def get_property(self, name: str) -> object:
        """What ``$object.name`` and ``$object['name']`` give; None renders empty."""
        del name
        return None

    def find(self, path: str) -> object:
        """The value of ``$object.a.b`` for ``a.b`` at once, UNKNOWN where only a step after another can tell."""
        del path
        return UNKNOWN

    def set_property(self, name: str, value: object) -> None:
        """What ``#set($object.name = value)`` does; nothing unless a subclass says otherwise.

        Reference: apigateway-mapping-templates section 3, writes.
        """

    def items(self) -> list[object]:
        """What a ``#foreach`` over the object goes through."""
        return []

    def text(self) -> str:
        """How the object prints; ``$context.identity`` prints empty (section 3)."""
        return ""
