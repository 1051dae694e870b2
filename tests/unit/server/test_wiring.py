"""What the composition root sees to that no organ does."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import pytest

from gatelet.server.config import Config
from gatelet.server.wiring import open_house


@pytest.mark.parametrize(("uid", "mode"), [(0, 0o711), (1000, 0o700)])
def test_as_root_workers_may_pass_through_the_data_directory_and_read_nothing_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uid: int, mode: int
) -> None:
    """design 4, "own uid when root": their code lies below it."""
    monkeypatch.setattr("os.geteuid", lambda: uid)
    data = tmp_path / "data"

    async def story() -> None:
        async with open_house(Config(data_dir=data, runtime_dir=tmp_path / "runtime")):
            assert stat.S_IMODE(data.stat().st_mode) == mode
            for path in data.iterdir():
                others = stat.S_IMODE(path.stat().st_mode) & 0o007
                assert others == (0o001 if path.name == "work" else 0), path

    asyncio.run(story())
