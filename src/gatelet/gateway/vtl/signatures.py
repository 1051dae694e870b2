"""What a method takes: a call whose arguments do not fit finds no method, as in Velocity."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, final


@final
class whole:  # noqa: N801 - reads as a type beside str and list
    """Stands for Java's int among the kinds of arguments: a bool is none."""


class Method:
    """``run(budget, target, *arguments)``, with the kind of each argument and how many there must be."""

    __slots__ = ("_kinds", "_least", "_most", "_picky", "run")

    def __init__(self, run: Callable[..., Any], kinds: tuple[type, ...], least: int | None = None) -> None:
        self.run = run
        self._kinds = kinds
        self._most = len(kinds)
        self._least = len(kinds) if least is None else least
        self._picky = any(kind is not object for kind in kinds)

    def fits(self, arguments: list[object]) -> bool:
        """Whether it can be called with these."""
        if not self._least <= len(arguments) <= self._most:
            return False
        return not self._picky or all(map(_is_a, self._kinds, arguments))


_ANY: Final = object


def _is_a(kind: type, argument: object) -> bool:
    if kind is _ANY:
        return True
    if kind is whole:
        return isinstance(argument, int) and not isinstance(argument, bool)
    return isinstance(argument, kind)
