"""How the gateway shows an object of its own to a template."""

from __future__ import annotations

from collections.abc import Callable, Mapping


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

    def get_property(self, name: str) -> object:
        """What ``$object.name`` and ``$object['name']`` give; None renders empty."""
        del name
        return None

    def get_path(self, names: tuple[str, ...]) -> tuple[object, int]:
        """The value after the first so many of ``$object.a.b``'s names: an object may know several steps at once."""
        return self.get_property(names[0]), 1

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
