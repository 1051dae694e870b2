"""Our own signatures (identity 1): as botocore makes them."""

from __future__ import annotations

from calendar import timegm
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.wire.client import Sent
from tests.unit.wire.signed import (
    KEY_ID,
    NOW,
    PATHS,
    QUERIES,
    SECRET,
    check,
    refusal,
    signed,
)

from gatelet.aws.clock import utc
from gatelet.wire.signing import sign


@given(PATHS, QUERIES, st.binary(max_size=20), st.none() | st.just("session"))
def test_our_own_signatures_are_accepted(path: str, query: str, body: bytes, token: str | None) -> None:
    headers = sign(
        "POST",
        path,
        query=query,
        headers={"Host": "localhost:4566", "Content-Type": "application/json"},
        body=body,
        access_key_id=KEY_ID,
        secret_access_key=SECRET,
        region="eu-west-1",
        service="lambda",
        now=NOW,
        session_token=token,
    )
    request = Sent("POST", path, query, list(headers.items()), body)
    assert check(request).token == token
    refusal(replace(request, body=body + b"x"))


def test_our_signature_is_botocores() -> None:
    theirs = dict(signed().headers)
    ours = sign(
        "GET",
        "/restapis",
        headers={"Host": "localhost:4566"},
        body=b"",
        access_key_id=KEY_ID,
        secret_access_key=SECRET,
        region="eu-west-1",
        service="apigateway",
        now=timegm(utc(NOW).timetuple()),
    )
    assert ours["Authorization"] == theirs["Authorization"]
