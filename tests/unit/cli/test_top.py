"""``gatelet top``: rates between two pages, and the screen that they fit on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gatelet.cli.top_rates import Rates, StageRates, rates
from gatelet.cli.top_screen import screen
from gatelet.storage.metric_points import Distribution


def distribution(*values: float) -> dict[str, Any]:
    found = Distribution()
    for value in values:
        found.add(value)
    return {"count": found.count, "total": found.total, "buckets": [list(pair) for pair in found.buckets.items()]}


def page(at: float, *latencies: float, errors: int = 0, began: float = 100.0) -> dict[str, Any]:
    stage = {
        "account": "a", "region": "r", "api_id": "abc", "api_name": "users", "stage": "prod",
        "count": len(latencies), "clientErrors": 0, "serverErrors": errors, "hits": 0, "misses": 0,
        "latency": distribution(*latencies),
    }  # fmt: skip
    function = {
        "account": "a", "region": "r", "name": "f", "errors": errors, "throttles": errors,
        "duration": distribution(*latencies), "init": distribution(), "running": 2,
        "environments": {"idle": 1, "busy": 2},
    }  # fmt: skip
    return {
        "at": at, "began": began, "connections": {"edge": 3, "invoke": 1}, "waiting": 5,
        "stages": [stage], "functions": [function],
    }  # fmt: skip


def test_rates_are_of_what_came_in_between() -> None:
    told = rates(page(110, 1, 1, 500), page(112, 1, 1, 500, 8, 8, 8, 64, errors=1))
    (stage,), (function,) = told.stages, told.functions
    assert (told.seconds, told.uptime, told.connections, told.waiting) == (2, 12, 4, 5)
    assert (stage.name, stage.requests_per_second, stage.server_errors) == ("users/prod", 2, 0.25)
    assert stage.p50 == pytest.approx(8, rel=0.05)
    assert stage.p99 == pytest.approx(64, rel=0.05)
    assert (function.invocations_per_second, function.errors, function.throttles_per_second) == (2, 0.25, 0.5)
    assert (function.running, function.idle, function.busy, function.starting) == (2, 1, 2, 0)


def test_nothing_came() -> None:
    told = rates(page(110, 1, 2), page(111, 1, 2))
    assert (told.stages[0].requests_per_second, told.stages[0].p50) == (0, None)


def test_a_server_that_was_started_anew_counts_from_its_start() -> None:
    told = rates(page(110, *range(1, 50)), page(112, 4, 4, began=111))
    assert (told.seconds, told.stages[0].requests_per_second) == (1, 2)


def plain(_: int, text: str) -> str:
    return text


@pytest.mark.parametrize("width", [1, 8, 20, 30, 46, 60, 80, 200])
def test_no_line_is_longer_than_the_terminal_is_wide(width: int) -> None:
    told = rates(page(110), page(111, 1, 2, 3000, errors=3))
    named = replace(told, stages=(replace(told.stages[0], name="a-very-long-name" * 9),))
    lines = screen(named, "http://127.0.0.1:4566", width, None, plain)
    widest = max(map(len, lines))
    assert widest <= max(width, 12)
    if width >= 60:
        assert {"req/s", "5xx", "p99"} <= set(lines[3].split())


def test_the_busiest_first_and_no_more_lines_than_the_terminal_has() -> None:
    told = rates(page(110), page(111, 1))
    stages = tuple(StageRates(f"s{n}", float(n), 0, 0, None, None, None) for n in range(40))
    lines = screen(replace(told, stages=stages), "e", 80, 20, plain)
    assert len(lines) <= 20
    assert any("... and 34 more" in line for line in lines)
    assert any(line.startswith("f ") for line in lines)


def test_errors_are_painted() -> None:
    told = rates(page(110), page(111, 1, errors=1))
    lines = screen(told, "e", 80, None, lambda rendition, text: f"<{rendition}>{text}")
    assert "<31>100.0%" in lines[4]


def test_without_anything() -> None:
    empty = Rates(1.0, 90_000.0, 0, 0, (), ())
    lines = screen(empty, "e", 80, 10, plain)
    assert "up 1d01h" in lines[1]
    assert "no requests yet" in lines
