"""One reading of a document: its root, and what it may still cost."""

from __future__ import annotations

from gatelet.aws import quotas
from gatelet.gateway.jsonpath.errors import LimitExceeded


class Run:
    """One reading. ``roots`` keeps what the ``$`` paths of filters gave: they give it for every item again."""

    __slots__ = ("_left", "_visits", "root", "roots")

    def __init__(self, root: object, visits: int = quotas.JSONPATH_VISITS) -> None:
        self.root = root
        self.roots: dict[int, object] = {}
        self._left = self._visits = visits

    def spend(self, visits: int) -> None:
        """Raises LimitExceeded once all readings together cost too much."""
        self._left -= visits
        if self._left < 0:
            raise LimitExceeded(f"reading takes more than {self._visits} visits")
