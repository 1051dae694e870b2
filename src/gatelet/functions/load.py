"""What the function service has to do at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gatelet.functions.life_cycle import State


@dataclass(frozen=True, slots=True)
class FunctionLoad:
    """Counts, by the ARNs of functions (unqualified) where they are of one."""

    running: Mapping[str, int]
    """Admitted events."""
    environments: Mapping[tuple[str, State], int]
    waiting: int
    """Events that wait for an environment."""
    delivering: int
    """Events that nobody waits for and that are in work."""
