"""Documents that say what the code does: they are checked against it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gatelet.server.config import SETTINGS, Setting

ROOT = Path(__file__).parents[2]
WRITTEN = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")]
FACTS = set((ROOT / "docs" / "behaviour").glob("*.md")) - {ROOT / "docs" / "behaviour" / "README.md"}
"""Texts of AWS, with patterns that look like links."""
DOCUMENTS = sorted(set(WRITTEN) - FACTS)
NAMED_TESTS = re.findall(r"`(tests/[\w/]+\.py)::([\w:]+)`", (ROOT / "docs" / "SPECIFICATION.md").read_text("utf-8"))


@pytest.mark.parametrize(("path", "name"), NAMED_TESTS, ids=[name for _, name in NAMED_TESTS])
def test_a_promise_names_a_test_that_exists(path: str, name: str) -> None:
    text = (ROOT / path).read_text("utf-8")
    for part in name.split("::"):
        assert re.search(rf"^ *(?:def|class) {part}\b", text, re.MULTILINE)


def test_every_promise_names_a_test() -> None:
    rows = [
        line
        for line in (ROOT / "docs" / "SPECIFICATION.md").read_text("utf-8").splitlines()
        if line.startswith("| ") and not line.startswith("| promise")
    ]
    assert len(rows) > 50
    assert [row for row in rows if "::test_" not in row] == []


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_is_in_the_table(setting: Setting) -> None:
    text = (ROOT / "docs" / "CONFIGURATION.md").read_text("utf-8")
    row = next(line for line in text.splitlines() if line.startswith(f"| `{setting.name}` |"))
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[1:3] == [f"`--{setting.name.replace('_', '-')}`", f"`{setting.variable}`"]
    assert cells[4:] == [f"`{setting.default}`" if setting.default else "", setting.meaning]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", document.read_text("utf-8"), flags=re.DOTALL)
    links = re.findall(r"\]\((?!https?://|#)([^)#\s]+)", prose)
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_every_module_that_the_architecture_names_exists() -> None:
    text = (ROOT / "docs" / "ARCHITECTURE.md").read_text("utf-8")
    source = ROOT / "src" / "gatelet"
    named = set(re.findall(r"`([\w/]+\.py)`", text))
    homes = [source, source / "gateway", source / "functions", ROOT]
    assert len(named) > 30
    assert sorted(name for name in named if not any((home / name).is_file() for home in homes)) == []
