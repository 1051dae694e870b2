"""What a method takes: a call whose arguments do not fit finds no method, as in Velocity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, final


@final
class whole:  # noqa: N801 - reads as a type beside str and list
    """Stands for Java's int among the kinds of arguments: a bool is none."""


@dataclass(frozen=True, slots=True)
class Method:
    """``run(budget, target, *arguments)``, with the kind of each argument and how many there must be."""

    run: Callable[..., Any]
    kinds: tuple[type, ...]
    least: int = -1

    def fits(self, arguments: list[object]) -> bool:
        """Whether it can be called with these."""
        least = len(self.kinds) if self.least < 0 else self.least
        return least <= len(arguments) <= len(self.kinds) and all(
            _is_a(kind, argument) for kind, argument in zip(self.kinds, arguments, strict=False)
        )


_ANY: Final = object


def _is_a(kind: type, argument: object) -> bool:
    if kind is _ANY:
        return True
    if kind is whole:
        return isinstance(argument, int) and not isinstance(argument, bool)
    return isinstance(argument, kind)
