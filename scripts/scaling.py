"""Draw the simulated scaling scenarios into docs/scaling/*.svg, with the standard library alone.

python scripts/scaling.py

The scenarios are those of tests/unit/functions/simulation.py; tests/unit/functions/test_scaling.py holds the plots
against the code.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tests.unit.functions.simulation import Sample, Scenario, Story

ROOT = Path(__file__).parents[1]
DIRECTORY = ROOT / "docs" / "scaling"

_WIDTH, _HEIGHT = 760, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 12, 44, 30
_COLUMNS = 350
"""The plot shows the highest value of each of so many spans of time."""


class _Line(NamedTuple):
    name: str
    colour: str
    value: Callable[[Sample], int]


_LINES = (
    _Line("environments", "#1f6feb", lambda sample: sample.environments),
    _Line("running", "#2da44e", lambda sample: sample.running),
    _Line("waiting", "#d29922", lambda sample: sample.waiting),
    _Line("refused", "#cf222e", lambda sample: sample.throttled),
)


def main() -> int:
    """Write every plot."""
    sys.path.insert(0, str(ROOT))
    from tests.unit.functions.simulation import SCENARIOS

    DIRECTORY.mkdir(exist_ok=True)
    for scenario in SCENARIOS:
        path = DIRECTORY / f"{scenario.name}.svg"
        path.write_text(plot(scenario, scenario.run()), "utf-8")
        print(f"Wrote {path.relative_to(ROOT)}")
    return 0


def plot(scenario: Scenario, story: Story) -> str:
    """The story as an SVG document."""
    begin, end = scenario.shown
    samples = [sample for sample in story.samples if begin <= sample.time <= end]
    highest = max(1, *(line.value(sample) for line in _LINES for sample in samples))
    top = _rounded_up(highest)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}">',
        '<g font-family="sans-serif" font-size="11" fill="none">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="16" fill="#1f2328" font-size="12">{scenario.title}</text>',
        *_grid(begin, end, top),
    ]
    for number, line in enumerate(_LINES):
        points = _points(samples, line, begin, end, top)
        parts.append(f'<polyline points="{points}" stroke="{line.colour}" stroke-width="1.5"/>')
        x = _LEFT + 110 * number
        parts.append(f'<rect x="{x}" y="26" width="10" height="3" fill="{line.colour}"/>')
        parts.append(f'<text x="{x + 15}" y="32" fill="#1f2328">{line.name}</text>')
    return "\n".join([*parts, "</g>", "</svg>", ""])


def _points(samples: Sequence[Sample], line: _Line, begin: float, end: float, top: int) -> str:
    columns: dict[int, int] = {}
    for sample in samples:
        column = int((sample.time - begin) / (end - begin) * _COLUMNS)
        columns[column] = max(columns.get(column, 0), line.value(sample))
    points = []
    before = 0
    for column in range(_COLUMNS + 1):
        # Between two samples nothing changes, but what is counted anew for each of them.
        before = columns.get(column, before if line.name != "refused" else 0)
        points.append((_x(column / _COLUMNS), _y(before / top)))
    kept = [
        point
        for number, point in enumerate(points)
        if number in (0, len(points) - 1) or not points[number - 1][1] == point[1] == points[number + 1][1]
    ]
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in kept)


def _grid(begin: float, end: float, top: int) -> list[str]:
    parts = []
    for quarter in range(5):
        y = _y(quarter / 4)
        parts.append(f'<path d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}" stroke="#d8dee4"/>')
        label = f"{top * quarter / 4:g}"
        parts.append(f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" fill="#57606a" text-anchor="end">{label}</text>')
    for sixth in range(7):
        label = f"{begin + (end - begin) * sixth / 6:g} s"
        x = _x(sixth / 6)
        parts.append(f'<text x="{x:.1f}" y="{_HEIGHT - 10}" fill="#57606a" text-anchor="middle">{label}</text>')
    return parts


def _x(share: float) -> float:
    return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)


def _y(share: float) -> float:
    return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)


def _rounded_up(highest: int) -> int:
    """A multiple of four that is easy to read."""
    step = 4
    while step * 10 < highest:
        step *= 10
    return -(-highest // step) * step


if __name__ == "__main__":
    raise SystemExit(main())
