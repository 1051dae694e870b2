"""Names of log streams (lambda-execution section 8)."""

from __future__ import annotations

import pytest

from gatelet.functions.report import stream_name

DIGITS = "0123456789abcdef" * 2


@pytest.mark.parametrize(
    ("function", "name"),
    [
        ("", f"2026/01/01/[$LATEST]{DIGITS}"),
        ("users", f"2026/01/01/users[$LATEST]{DIGITS}"),  # in a log group that functions may share
    ],
)
def test_stream_names(function: str, name: str) -> None:
    assert stream_name(1_767_225_600.0, "$LATEST", DIGITS, function) == name
