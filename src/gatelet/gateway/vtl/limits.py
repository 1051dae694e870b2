"""How much a rendering may use, and the account of what it has used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gatelet.aws import quotas
from gatelet.gateway.vtl.errors import LimitExceeded

NESTING: Final = 64
"""Directives, brackets and strings inside one another, in a template's text."""

INTEGER_BITS: Final = 1_024
"""Of the result of a calculation; Velocity's own would grow without end (BigInteger)."""

VALUE_DEPTH: Final = 100
"""Maps and lists inside one another, when they are printed or compared: one may hold itself."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one rendering.

    ``output_bytes``: of the result and of any string made on the way. ``iterations``: of each
    #foreach (API Gateway's quota). ``depth``: macros and blocks inside one another (Velocity's
    velocimacro.max.depth). ``steps``: nodes run, a deterministic bound on time. ``characters``: of
    all strings made, a bound on memory.
    """

    output_bytes: int = quotas.GATEWAY_BODY_BYTES
    iterations: int = quotas.TEMPLATE_LOOP_ITERATIONS
    depth: int = 20
    steps: int = 1_000_000
    characters: int = 64 * quotas.MIB


class Budget:
    """What is left of the limits while a template runs."""

    __slots__ = ("characters", "limits", "steps")

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.steps = limits.steps
        self.characters = limits.characters

    def spend(self, steps: int) -> None:
        """Take that much work. Raises LimitExceeded."""
        self.steps -= steps
        if self.steps < 0:
            raise LimitExceeded("The template does too much work")

    def spend_items(self, items: int) -> None:
        """Take the work of copying so many items."""
        self.spend(1 + items // 4)

    def make(self, characters: int) -> None:
        """Take the room of a string of that length, before it is made."""
        if characters > self.limits.output_bytes:
            raise LimitExceeded(f"A text of the template is larger than {self.limits.output_bytes} bytes")
        self.characters -= characters
        if self.characters < 0:
            raise LimitExceeded("The template makes too much text")
