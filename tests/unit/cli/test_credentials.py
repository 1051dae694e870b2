"""Profiles in AWS's files, and the words of `gatelet iam simulate`."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from gatelet.cli.credentials import with_section, write_profile
from gatelet.cli.failure import CommandFailed
from gatelet.cli.iam import context_of, told
from gatelet.cli.iam_client import Simulation, Statement

HELD = "# mine\n[default]\nregion = eu-west-1\n\n[profile gatelet]\nregion = old\n[profile other]\nx = y\n"


@pytest.mark.parametrize(
    ("text", "section", "expected"),
    [
        ("", "gatelet", "[gatelet]\na = b\n"),
        ("[other]\nx = y", "gatelet", "[other]\nx = y\n\n[gatelet]\na = b\n"),
        ("[gatelet]\nx = y\n", "gatelet", "[gatelet]\na = b\n"),
        (
            HELD,
            "profile gatelet",
            "# mine\n[default]\nregion = eu-west-1\n\n[profile other]\nx = y\n\n[profile gatelet]\na = b\n",
        ),
        (
            HELD,
            "default",
            "# mine\n[profile gatelet]\nregion = old\n[profile other]\nx = y\n\n[default]\na = b\n",
        ),
    ],
)
def test_a_section_is_replaced_and_everything_else_stays(text: str, section: str, expected: str) -> None:
    assert with_section(text, section, {"a": "b"}) == expected


def test_nobody_else_can_read_the_files(tmp_path: Path) -> None:
    files = {
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "new" / "credentials"),
        "AWS_CONFIG_FILE": str(tmp_path / "new" / "config"),
    }
    for _ in range(2):
        write_profile("gatelet", {"aws_access_key_id": "AKIA"}, {"region": "r"}, files)
    assert (tmp_path / "new" / "credentials").read_text() == "[gatelet]\naws_access_key_id = AKIA\n"
    assert (tmp_path / "new" / "config").read_text() == "[profile gatelet]\nregion = r\n"
    for path in (tmp_path / "new").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_context() -> None:
    assert context_of(["a:b=c", "a:b=d=e", "f:g="]) == {"a:b": ["c", "d=e"], "f:g": [""]}
    with pytest.raises(CommandFailed):
        context_of(["a:b"])


def test_what_is_told() -> None:
    allowed = Simulation("a:B", "*", "allowed", (Statement("role/r/p", '{\n  "Effect": "Allow"\n}'),), ("x:y",), True)
    assert told("arn", allowed).splitlines() == [
        "arn",
        "  a:B on *: allowed",
        "  by role/r/p",
        "    {",
        '      "Effect": "Allow"',
        "    }",
    ]
    denied = Simulation("a:B", "*", "implicitDeny", (), ("x:y",), False)
    assert told("arn", denied).splitlines()[1:] == [
        "  a:B on *: denied: nothing allows it",
        "  its permissions boundary does not allow it",
        "  its policies look at keys without a value here: x:y (--context KEY=VALUE)",
    ]
