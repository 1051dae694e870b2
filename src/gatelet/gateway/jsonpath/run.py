"""One reading of a document: its root, and what it may still cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import final

from gatelet.aws import quotas
from gatelet.gateway.jsonpath.errors import LimitExceeded


@final
class Allowance:
    """What several readings (and matches of patterns) may cost together, in visits."""

    __slots__ = ("_left", "_visits")

    def __init__(self, visits: int = quotas.JSONPATH_VISITS) -> None:
        self._left = self._visits = visits

    def spend(self, visits: int) -> None:
        """Raises LimitExceeded once everything together costs too much."""
        self._left -= visits
        if self._left < 0:
            raise LimitExceeded(f"reading takes more than {self._visits} visits")


@final
class Run:
    """One reading. ``roots`` keeps what the ``$`` paths of filters gave: they give it for every item again."""

    __slots__ = ("root", "roots", "spend")

    def __init__(self, root: object, allowance: Allowance) -> None:
        self.root = root
        self.roots: dict[int, object] = {}
        self.spend: Callable[[int], None] = allowance.spend
