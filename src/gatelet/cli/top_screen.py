"""``gatelet top`` as lines of text that fit a terminal. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from gatelet.cli.top_rates import FunctionRates, Rates, StageRates

_BOLD, _DIM, _RED, _YELLOW = 1, 2, 31, 33
_NAME = 12
"""Characters that a name has at least."""
_WIDEST = 48

Paint = Callable[[int, str], str]
"""Puts text into an ANSI rendition (ECMA-48, SGR)."""


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    width: int
    keep: int
    """The lowest goes first where there is no room."""
    text: Callable[[Any], str]
    alarm: Callable[[Any], int] = lambda _: 0
    """The rendition of the cell; 0: plain."""


def _rate(value: float) -> str:
    return f"{value:.1f}" if value < 1000 else f"{value:,.0f}"


def _percent(value: float | None) -> str:
    return "-" if value is None else "0" if not value else f"{value:.1%}"


def _milliseconds(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.2f}" if value < 10 else f"{value:.0f}"


_STAGES = (
    _Column("req/s", 8, 9, lambda row: _rate(row.requests_per_second)),
    _Column("4xx", 6, 5, lambda row: _percent(row.client_errors), lambda row: _YELLOW if row.client_errors else 0),
    _Column("5xx", 6, 8, lambda row: _percent(row.server_errors), lambda row: _RED if row.server_errors else 0),
    _Column("p50 ms", 8, 6, lambda row: _milliseconds(row.p50)),
    _Column("p99 ms", 8, 7, lambda row: _milliseconds(row.p99)),
    _Column("cached", 7, 3, lambda row: _percent(row.cache_hits)),
)
_FUNCTIONS = (
    _Column("inv/s", 8, 9, lambda row: _rate(row.invocations_per_second)),
    _Column("errors", 6, 8, lambda row: _percent(row.errors), lambda row: _RED if row.errors else 0),
    _Column(
        "thr/s", 6, 4, lambda row: _rate(row.throttles_per_second), lambda row: _RED * bool(row.throttles_per_second)
    ),
    _Column("p50 ms", 8, 6, lambda row: _milliseconds(row.p50)),
    _Column("p99 ms", 8, 7, lambda row: _milliseconds(row.p99)),
    _Column("running", 7, 5, lambda row: str(row.running)),
    _Column("busy", 5, 3, lambda row: str(row.busy)),
    _Column("idle", 5, 2, lambda row: str(row.idle)),
    _Column("start", 5, 1, lambda row: str(row.starting)),
)


def screen(rates: Rates, endpoint: str, width: int, height: int | None, paint: Paint) -> list[str]:
    """The lines, none longer than ``width`` (renditions not counted) and no more than ``height`` (None: all)."""
    facts = f"up {_duration(rates.uptime)}  connections {rates.connections}  waiting {rates.waiting}"
    lines = [paint(_BOLD, _cut(f"gatelet top  {endpoint}", width)), paint(_DIM, _cut(facts, width)), ""]
    room = None if height is None else max(2, (height - len(lines) - 5) // 2)
    lines += _table("API / stage", "no requests yet", rates.stages, _STAGES, width, room, paint)
    lines.append("")
    lines += _table("function", "no invocations yet", rates.functions, _FUNCTIONS, width, room, paint)
    return lines if height is None else lines[:height]


def _table(
    title: str,
    nothing: str,
    rows: Sequence[StageRates | FunctionRates],
    columns: Sequence[_Column],
    width: int,
    room: int | None,
    paint: Paint,
) -> list[str]:
    columns = _fitting(columns, width)
    taken = sum(column.width + 1 for column in columns)
    name = min(max(_NAME, width - taken), _WIDEST)
    head = "".join(f" {column.title:>{column.width}}" for column in columns)
    lines = [paint(_BOLD, _cut(f"{title:<{name}}{head}", width))]
    for row in rows[:room]:
        cells = "".join(" " + _cell(column, row, paint) for column in columns)
        lines.append(f"{_cut(row.name, name):<{name}}{cells}")
    if not rows:
        lines.append(paint(_DIM, _cut(nothing, width)))
    elif room is not None and len(rows) > room:
        lines.append(paint(_DIM, _cut(f"... and {len(rows) - room} more", width)))
    return lines


def _fitting(columns: Sequence[_Column], width: int) -> Sequence[_Column]:
    """As many as there is room for, the most telling ones."""
    kept = list(columns)
    while kept and sum(column.width + 1 for column in kept) + _NAME > width:
        kept.remove(min(kept, key=lambda column: column.keep))
    return kept


def _cell(column: _Column, row: StageRates | FunctionRates, paint: Paint) -> str:
    text = f"{column.text(row):>{column.width}}"
    alarm = column.alarm(row)
    return paint(alarm, text) if alarm else text


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: max(0, width - 1)] + "…"[:width]


def _duration(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours >= 24:
        return f"{hours // 24}d{hours % 24:02d}h"
    return f"{hours}h{minutes:02d}m" if hours else f"{minutes}m{rest:02d}s"
