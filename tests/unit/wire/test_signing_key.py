"""Signing keys: made as AWS says, and HMACs as Python makes them."""

from __future__ import annotations

import hmac

from hypothesis import given
from hypothesis import strategies as st

from gatelet.wire.signing_key import SigningKey


def test_aws_own_example() -> None:
    """identity section 1.2; AWS General Reference, "Examples of how to derive a signing key"."""
    key = SigningKey("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "20150830", "us-east-1", "iam")
    text = (
        b"AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/iam/aws4_request\n"
        b"f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59"
    )
    assert key.sign(text) == "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"


@given(secret=st.text(st.characters(codec="utf-8"), max_size=80), texts=st.lists(st.binary(max_size=200), max_size=3))
def test_it_signs_like_hmac_one_text_after_another(secret: str, texts: list[bytes]) -> None:
    key = SigningKey(secret, "20150830", "us-east-1", "iam")
    derived = f"AWS4{secret}".encode()
    for part in (b"20150830", b"us-east-1", b"iam", b"aws4_request"):
        derived = hmac.digest(derived, part, "sha256")
    for text in texts:
        assert key.sign(text) == hmac.digest(derived, text, "sha256").hex()
