"""The models' regular expressions in Python."""

from __future__ import annotations

import pytest
from tests.unit.wire.client import SERVICES, model

from gatelet.wire.models import Models
from gatelet.wire.patterns import compile_java

UNCHECKED: dict[str, set[str]] = {}
"""Patterns that Python cannot compile, by service: these members are not checked."""


@pytest.mark.parametrize("service", SERVICES)
def test_which_patterns_are_not_checked(service: str) -> None:
    loaded = Models().load(service)
    shapes = [loaded.shape(name) for name in model(service).shape_names]
    patterns = {shape.traits["pattern"] for shape in shapes if "pattern" in shape.traits}
    assert {pattern for pattern in patterns if compile_java(pattern) is None} == UNCHECKED.get(service, set())


@pytest.mark.parametrize("text", ["", "Größe 1/2", "日本語", "a_b.:/=+-@", "\u00a0\u2003"])
def test_tags_hold_letters_of_every_script(text: str) -> None:
    compiled = compile_java(r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*")
    assert compiled is not None
    assert compiled.fullmatch(text)


@pytest.mark.parametrize("text", ["a#b", "a\nb", "a\tb", "😀", "a*"])
def test_tags_hold_nothing_else(text: str) -> None:
    compiled = compile_java(r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$")
    assert compiled is not None
    assert not compiled.fullmatch(text)


def test_javas_classes_are_ascii() -> None:
    compiled = compile_java(r"[\w+=,.@-]*")
    assert compiled is not None
    assert compiled.fullmatch("a_1+=,.@-")
    assert not compiled.fullmatch("é")


def test_a_dash_after_a_class_is_a_dash() -> None:
    compiled = compile_java(r"[\w-_]*")
    assert compiled is not None
    assert compiled.fullmatch("a-b_c")
