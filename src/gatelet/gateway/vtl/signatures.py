"""What a method takes: a call whose arguments do not fit finds no method, as in Velocity."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, final


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

    def fits(self, arguments: list[object]) -> bool:
        """Whether it can be called with these."""
        if tuple(map(type, arguments)) == self._kinds:  # nearly always, and without looking at each
            return True
        if not self._least <= len(arguments) <= self._most:
            return False
        for kind, argument in zip(self._kinds, arguments, strict=False):
            if kind is whole:
                if type(argument) is not int:
                    return False
            elif not isinstance(argument, kind):
                return False
        return True
