"""The rules of the house that no linter checks (CONTRIBUTING.md)."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
FILES = sorted(path for folder in ("src", "tests", "benchmarks", "scripts") for path in (ROOT / folder).rglob("*.py"))
VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_a_file_holds_one_concept(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) <= 400, f"{len(lines)} lines: split it by concept"
    assert path.stem not in VAGUE, "a name that says nothing"
    assert not VAGUE & set(path.relative_to(ROOT).parts[:-1])


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_a_function_fits_on_a_screen(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    long = [
        f"{node.name}: {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None
        if node.end_lineno - node.lineno + 1 > 50
    ]
    assert not long


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_nothing_is_left_open(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"\b(TODO|FIXME|XXX|HACK)\b|raise NotImplementedError", text)


def test_no_path_of_a_machine_and_no_registry_host_is_committed() -> None:
    listed = subprocess.run(
        ["git", "grep", "-nIE", r"/(work|root)/|pypi\.org|pythonhosted|registry\.npmjs|/opt/wheels"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.splitlines()
    here = f"{Path(__file__).relative_to(ROOT)}:"
    assert [line for line in listed if not line.startswith(here)] == []


def test_every_quota_is_enforced() -> None:
    """One that nobody asks says something that does not hold."""
    table = ROOT / "src/gatelet/aws/quotas.py"
    names = re.findall(r"^([A-Z][A-Z0-9_]+): ", table.read_text("utf-8"), re.MULTILINE)
    used = set(re.findall(r"[A-Z][A-Z0-9_]+", "".join(path.read_text("utf-8") for path in SOURCES if path != table)))
    assert [name for name in names if name not in used] == []
