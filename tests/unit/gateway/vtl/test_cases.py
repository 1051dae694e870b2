"""Templates and their output, from the reference and from Velocity's user guide: cases.json names each source."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gatelet.gateway.vtl import compile_template

GROUPS = json.loads((Path(__file__).parent / "cases.json").read_text("utf-8"))
CASES = [
    pytest.param(case, id=f"{group['source']} #{number}")
    for group in GROUPS
    for number, case in enumerate(group["cases"], 1)
]


@pytest.mark.parametrize("case", CASES)
def test_a_template_renders_as_its_source_says(case: dict[str, Any]) -> None:
    assert compile_template(case["template"]).render(case.get("variables", {})) == case["output"]


def test_there_are_as_many_cases_as_were_promised() -> None:
    assert len(CASES) >= 150


def test_a_template_keeps_nothing_from_one_rendering_to_the_next() -> None:
    template = compile_template("#set($l = [])#set($_ = $l.add($x))$l $y#set($y = 1)")
    assert template.render({"x": 1}) == "[1] $y"
    assert template.render({"x": 2}) == "[2] $y"


def test_the_mapping_of_variables_is_not_changed() -> None:
    variables: dict[str, object] = {"a": 1}
    assert compile_template("#set($a = 2)#set($b = 3)$a$b").render(variables) == "23"
    assert variables == {"a": 1}
