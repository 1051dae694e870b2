"""Access log lines in a file or on standard output; the groups of the stages get them all the same."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from gatelet.gateway.stage_logs import LogTarget
from gatelet.server.access_log_file import FileAccessLog

TARGET = LogTarget("000000000000", "us-east-1", "access")


class Groups:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def write(self, target: LogTarget, request_id: str, line: str) -> None:
        self.lines.append(line)


def write(place: str, *lines: str, most: int = 1_000) -> list[str]:
    """Write lines; those that the groups got."""
    groups = Groups()

    async def run() -> None:
        async with FileAccessLog(place, groups, most).kept() as log:
            for line in lines:
                log.write(TARGET, "id", line)

    asyncio.run(run())
    return groups.lines


def test_lines_are_appended_and_passed_on(tmp_path: Path) -> None:
    place = tmp_path / "access.log"
    place.write_text("before\n", "utf-8")
    assert write(str(place), "one", "two é") == ["one", "two é"]
    assert place.read_text("utf-8") == "before\none\ntwo é\n"


def test_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    write("-", "one")
    assert capsys.readouterr().out == "one\n"


def test_lines_beyond_the_bound_are_counted(tmp_path: Path) -> None:
    place = tmp_path / "access.log"
    assert len(write(str(place), *["x" * 100] * 20, most=1_000)) == 20
    lines = place.read_text("utf-8").splitlines()
    assert lines[-1] == "[10 lines were dropped]"
    assert len(lines) == 11


def test_a_place_that_cannot_be_written_to_costs_lines_only(tmp_path: Path) -> None:
    assert write(str(tmp_path / "missing" / "access.log"), "one") == ["one"]


def test_what_an_output_cannot_write_costs_lines_only(capsys: pytest.CaptureFixture[str]) -> None:
    write("-", "one \udc80")
    assert capsys.readouterr().out == "one ?\n"
    assert write("no\0place", "one") == ["one"]
