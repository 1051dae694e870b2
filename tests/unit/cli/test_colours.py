"""Colours are for terminals that want them."""

from __future__ import annotations

import io
from collections.abc import Mapping

import pytest

from gatelet.cli.colours import Colours, colours_of


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_each_name_keeps_a_colour_of_its_own() -> None:
    colours = Colours(enabled=True)
    first, second = colours.paint("a", "x"), colours.paint("b", "x")
    assert first != second
    assert colours.paint("a", "x") == first
    assert first.startswith("\x1b[")
    assert first.endswith("x\x1b[0m")


@pytest.mark.parametrize(
    ("stream", "environment", "enabled"),
    [
        (Terminal(), {"TERM": "xterm"}, True),
        (Terminal(), {"TERM": "dumb"}, False),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"NO_COLOR": ""}, True),
        (io.StringIO(), {"TERM": "xterm"}, False),
    ],
    ids=["terminal", "dumb", "no-color", "empty-no-color", "pipe"],
)
def test_who_gets_colours(stream: io.StringIO, environment: Mapping[str, str], enabled: bool) -> None:
    colours = colours_of(stream, environment)
    assert colours.enabled is enabled
    assert (colours.paint("a", "x") == "x") is not enabled
