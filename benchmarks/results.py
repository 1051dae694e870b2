"""Results as JSON, one file a commit, and the look back that finds a slower one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).with_name("results")
FALL = 0.10
"""A ratio to the yardstick that falls by more than this share is a regression."""
YARDSTICK = "granian inline"


def save(result: dict[str, Any], folder: Path = RESULTS) -> Path:
    """Write the result under its commit; an earlier one of the same commit is replaced."""
    folder.mkdir(exist_ok=True)
    target = folder / f"{result['commit']}.json"
    target.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    return target


def last_two(folder: Path = RESULTS) -> list[dict[str, Any]]:
    """The two newest results, the older first; fewer if there are fewer."""
    found = [json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")]
    return sorted(found, key=lambda result: str(result["measured_at"]))[-2:]


def compare(before: dict[str, Any], after: dict[str, Any]) -> tuple[list[str], list[str]]:
    """What to print, and the regressions: each ratio to the yardstick that fell by more than FALL."""
    lines = [f"{before['commit']} ({before['measured_at']}) -> {after['commit']} ({after['measured_at']})"]
    regressions = []
    if before["load_generator"] != after["load_generator"]:
        lines.append(f"load generators differ: {before['load_generator']} and {after['load_generator']}; ratios only")
    for connections in sorted(set(before["ratios"]) & set(after["ratios"]), key=int):
        old, new = before["ratios"][connections].get(YARDSTICK), after["ratios"][connections].get(YARDSTICK)
        if old is None or new is None:
            lines.append(f"  c={connections}: no ratio to {YARDSTICK} in both results")
            continue
        change = new / old - 1
        line = f"  c={connections}: ratio to {YARDSTICK} {old:.3f} -> {new:.3f} ({change:+.1%})"
        lines.append(line)
        if change < -FALL:
            regressions.append(line.strip())
    lines.extend(_others(before, after))
    return lines, regressions


def _others(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Numbers that depend on the machine: told, not judged."""
    lines = []
    for group in ("new_environment", "from_template", "idle_functions", "starting", "memory"):
        for name, new in after.get(group, {}).items():
            old = before.get(group, {}).get(name)
            if isinstance(old, float) and isinstance(new, float) and old:
                lines.append(f"  {group}.{name}: {old:.2f} -> {new:.2f} ({new / old - 1:+.1%})")
    return lines
