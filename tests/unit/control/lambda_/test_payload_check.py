"""Payloads of any size get the same answer, wherever they are checked."""

from __future__ import annotations

import asyncio
import json
import logging
import sys

import pytest

from gatelet.control.lambda_ import payload_check
from gatelet.control.lambda_.json_payload import fault_of
from gatelet.control.lambda_.payload_check import PayloadCheck

SIZES = (10, 100_000, 1_000_000)
"""On the loop, in a thread, in a process (payload_check)."""


def payload(size: int, end: bytes = b"") -> bytes:
    return json.dumps(["é"] * (size // 10)).encode() + end


@pytest.mark.parametrize("size", SIZES)
def test_a_payload_is_json_or_not(size: int) -> None:
    """lambda-execution section 1, row "invalid JSON body"."""
    check = PayloadCheck()
    broken = payload(size, b" x")
    assert asyncio.run(check.fault_of(payload(size))) is None
    told = asyncio.run(check.fault_of(broken))
    assert told == fault_of(broken)
    assert told is not None


def test_a_large_payload_is_parsed_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    def parse_here(_: bytes) -> str | None:
        raise AssertionError

    monkeypatch.setattr(payload_check, "fault_of", parse_here)
    assert asyncio.run(PayloadCheck().fault_of(payload(1_000_000))) is None


@pytest.mark.parametrize("program", ["/nowhere/python", "/bin/true"])
def test_without_a_process_a_thread_checks(
    program: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sys, "executable", program)
    with caplog.at_level(logging.WARNING):
        assert asyncio.run(PayloadCheck().fault_of(payload(1_000_000))) is None
    assert "a thread does" in caplog.text


def test_a_process_that_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payload_check, "_SECONDS", 0.0)
    assert asyncio.run(PayloadCheck().fault_of(payload(1_000_000))) is None


def test_more_payloads_than_processes_are_all_checked() -> None:
    async def check() -> list[str | None]:
        checks = PayloadCheck()
        return await asyncio.gather(*(checks.fault_of(payload(600_000)) for _ in range(6)))

    assert asyncio.run(check()) == [None] * 6
