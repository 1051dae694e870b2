"""Two Gatelets that share the server of their counters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import RunningGatelet
from tests.contract.counters import serving
from tests.contract.counters_server import CountersServer


@dataclass
class Several:
    """Both, and the server."""

    one: RunningGatelet
    two: RunningGatelet
    counters: CountersServer


@contextmanager
def running_several(place: Path) -> Iterator[Several]:
    """Started, and stopped at the end."""
    with serving() as counters:
        one, two = (RunningGatelet(place / name, ("--counters-url", counters.url)) for name in ("one", "two"))
        try:
            one.start()
            two.start()
            yield Several(one, two, counters)
        finally:
            one.stop()
            two.stop()
