"""The host's budget of environments: an idle one of any function makes room for one that is needed."""

from __future__ import annotations

from typing import Protocol


class Holder(Protocol):
    """Who holds environments (gatelet.functions.pool.Pool)."""

    def oldest_idle(self) -> float | None:
        """Since when its longest idle environment has been idle; None if none is."""

    def evict_oldest(self) -> None:
        """End that environment."""


class Budget:
    """Counts the environments of all pools."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._taken = 0
        self._holders: list[Holder] = []

    @property
    def taken(self) -> int:
        """How many environments there are."""
        return self._taken

    def join(self, holder: Holder) -> None:
        """From now on the holder's idle environments may be evicted."""
        self._holders.append(holder)

    def leave(self, holder: Holder) -> None:
        """The holder holds nothing any more."""
        self._holders.remove(holder)

    def take(self) -> bool:
        """Count one more environment, evicting the least recently used idle one if there is no room."""
        if self._taken >= self._limit:
            idle = [(since, number) for number, holder in enumerate(self._holders) if (since := holder.oldest_idle())]
            if not idle:
                return False
            self._holders[min(idle)[1]].evict_oldest()
        self._taken += 1
        return True

    def give_back(self) -> None:
        """One environment is gone."""
        self._taken -= 1
