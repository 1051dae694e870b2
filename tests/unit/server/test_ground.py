"""What the house is built on."""

from __future__ import annotations

import asyncio
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from gatelet.server.config import Config
from gatelet.server.ground import open_ground


@pytest.mark.parametrize(("uid", "mode"), [(0, 0o711), (1000, 0o700)])
def test_as_root_workers_may_pass_through_the_data_directory_and_read_nothing_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uid: int, mode: int
) -> None:
    """design 4, "own uid when root": their code lies below it."""
    monkeypatch.setattr("os.geteuid", lambda: uid)
    data = tmp_path / "data"

    async def story() -> None:
        async with open_ground(Config(data_dir=data, runtime_dir=tmp_path / "runtime")):
            assert stat.S_IMODE(data.stat().st_mode) == mode
            for path in data.iterdir():
                others = stat.S_IMODE(path.stat().st_mode) & 0o007
                assert others == (0o001 if path.name == "work" else 0), path

    asyncio.run(story())


def test_what_starts_workers_is_there_before_the_rest_is_imported() -> None:
    """An import of the planes by mistake would hold up the interpreter of functions by a quarter of a second."""
    told = subprocess.run(
        [sys.executable, "-c", "import sys, gatelet.cli.up, gatelet.server.lifecycle; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    imported = set(told.stdout.split())
    assert "gatelet.functions.zygote" in imported
    assert not imported & {
        *("gatelet.gateway.pipeline", "gatelet.gateway.compile", "gatelet.functions.lambda_service"),
        *("gatelet.control.dispatch", "gatelet.tables.service", "gatelet.server.wiring", "botocore"),
    }
