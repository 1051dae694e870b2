"""Prometheus' text format 0.0.4. Pure.

Reference: Prometheus documentation, "Exposition formats" (text-based format).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from gatelet.storage.metric_points import BUCKETS_PER_OCTAVE, Distribution

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_OCTAVES = range(-2, 16)
"""The bounds of histograms: 2^-2 ms (0.25 ms) to 2^15 ms (33 s). Buckets of a Distribution never cross them."""

Labels = Sequence[tuple[str, str]]


@dataclass(slots=True)
class Family:
    """One metric with all its label values. ``kind``: ``counter``, ``gauge`` or ``histogram``."""

    name: str
    kind: str
    help: str
    lines: list[str] = field(default_factory=list)

    def add(self, value: float, labels: Labels = ()) -> None:
        """One sample of a counter or gauge."""
        self.lines.append(_line(self.name, labels, value))

    def add_histogram(self, milliseconds: Distribution, labels: Labels = ()) -> None:
        """A histogram in seconds, of samples in milliseconds."""
        below, held = 0.0, sorted(milliseconds.buckets.items())
        at = 0
        for octave in _OCTAVES:
            while at < len(held) and held[at][0] <= octave * BUCKETS_PER_OCTAVE:
                below += held[at][1]
                at += 1
            self.lines.append(_line(f"{self.name}_bucket", [*labels, ("le", f"{2**octave / 1000:g}")], below))
        self.lines.append(_line(f"{self.name}_bucket", [*labels, ("le", "+Inf")], milliseconds.count))
        self.lines.append(_line(f"{self.name}_sum", labels, milliseconds.total / 1000))
        self.lines.append(_line(f"{self.name}_count", labels, milliseconds.count))


def exposition(families: Iterable[Family]) -> bytes:
    """The whole page; families without samples are left out."""
    lines = []
    for family in families:
        if family.lines:
            lines.append(f"# HELP {family.name} {_escaped(family.help)}")
            lines.append(f"# TYPE {family.name} {family.kind}")
            lines.extend(family.lines)
    return ("\n".join(lines) + "\n").encode()


def _line(name: str, labels: Labels, value: float) -> str:
    shown = ",".join(f'{label}="{_quoted(text)}"' for label, text in labels)
    return f"{name}{{{shown}}} {_number(value)}" if shown else f"{name} {_number(value)}"


def _number(value: float) -> str:
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if value == int(value) else repr(float(value))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def _quoted(text: str) -> str:
    return _escaped(text).replace('"', '\\"')
