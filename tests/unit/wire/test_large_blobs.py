"""Base64 is read a megabyte at a time, with the same verdict as in one piece."""

from __future__ import annotations

import base64

import pytest

from gatelet.aws.errors import AwsError
from gatelet.wire.models import Models
from gatelet.wire.protocols.json_values import read_value

BLOB = Models().load("lambda").shape("Blob")
STEP = 1_048_576


@pytest.mark.parametrize("size", [0, 1, 2, 786_431, 786_432, 786_433, 786_434, 1_572_864, 2_000_000])
def test_every_size_comes_back(size: int) -> None:
    data = bytes(range(256)) * (size // 256 + 1)
    assert read_value(BLOB, base64.b64encode(data[:size]).decode()) == data[:size]


@pytest.mark.parametrize(
    "text",
    [
        "A" * (STEP + 1),
        "A" * (STEP - 4) + "AAA=" + "AAAA",
        "A" * (STEP - 4) + "AA==" + "AAAA",
        "A" * STEP + "AA\nA",
        "A" * STEP + "=AAA",
        "A" * STEP + "A===",
        "é" + "A" * (STEP + 3),
    ],
)
def test_what_is_no_base64_is_refused(text: str) -> None:
    with pytest.raises(AwsError, match="SerializationException"):
        read_value(BLOB, text)
