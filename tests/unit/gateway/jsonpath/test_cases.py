"""The cases of cases.json, each with its source."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gatelet.gateway.jsonpath import FunctionFailed, PathNotFound, PathSyntaxError, compile_path

BOOK: dict[str, Any] = json.loads(Path(__file__).with_name("cases.json").read_text(encoding="utf-8"))
ERRORS = {"not_found": PathNotFound, "function": FunctionFailed}


def document_of(case: dict[str, Any]) -> object:
    return BOOK["documents"][case["of"]] if "of" in case else case["document"]


def label(case: dict[str, Any]) -> str:
    return f"{case['path']} [{case['source']}]"


@pytest.mark.parametrize("case", [case for case in BOOK["cases"] if "gives" in case], ids=label)
def test_reads(case: dict[str, Any]) -> None:
    document = document_of(case)
    before = json.dumps(document)
    found = compile_path(case["path"]).read(document)
    assert json.dumps(found) == json.dumps(case["gives"])  # as text: 1 is not 1.0, and order counts
    assert json.dumps(document) == before


@pytest.mark.parametrize("case", [case for case in BOOK["cases"] if case.get("fails") in ERRORS], ids=label)
def test_has_no_value(case: dict[str, Any]) -> None:
    path = compile_path(case["path"])
    with pytest.raises(ERRORS[case["fails"]]):
        path.read(document_of(case))


@pytest.mark.parametrize("case", [case for case in BOOK["cases"] if case.get("fails") == "syntax"], ids=label)
def test_is_no_path(case: dict[str, Any]) -> None:
    with pytest.raises(PathSyntaxError) as caught:
        compile_path(case["path"])
    assert 0 <= caught.value.position <= len(case["path"]) + 2  # "$." may have been put before it
    assert str(caught.value.position) in str(caught.value)


def test_every_case_is_of_a_known_kind() -> None:
    for case in BOOK["cases"]:
        assert ("gives" in case) != (case.get("fails") in {*ERRORS, "syntax"}), case
        assert case["source"], case
    assert len({label(case) for case in BOOK["cases"]}) > 120
