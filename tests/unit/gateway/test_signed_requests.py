"""AWS_IAM over the forms in which clients sign (apigateway-authorization-limits section 3)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import botocore.auth
import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from tests.unit.gateway.guarded import Signed, policy
from tests.unit.gateway.world import API, SCOPE

from gatelet.identity.credentials import RoleSession

EXPIRED = (403, "ExpiredTokenException", {"message": "The security token included in the request is expired"})


def session(signed: Signed, *, lasts: float) -> Credentials:
    """A session of a role, as AssumeRole gives it."""
    given = signed.world.ports.identity.session_key.issue(
        RoleSession(SCOPE.account, "caller", "s1", int(signed.world.clock.at + lasts), "ASIACALLERCALLERCALL")
    )
    return Credentials(given.access_key_id, given.secret_access_key, given.session_token)


def presigned(signed: Signed, credentials: Credentials, monkeypatch: pytest.MonkeyPatch, *, age: float = 0) -> str:
    """The query of a presigned ``GET /users``, as botocore makes it; it holds for 60 seconds."""
    moment = datetime.fromtimestamp(signed.world.clock.at - age, UTC)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: moment)
    request = AWSRequest("GET", f"http://127.0.0.1:4566/_aws/execute-api/{API}/dev/users")
    SigV4QueryAuth(credentials, "execute-api", SCOPE.region, expires=60).add_auth(request)
    return str(urlsplit(request.url).query)


@pytest.mark.parametrize(
    ("change", "age", "expected"),
    [
        (lambda query: query, 0, 200),
        (lambda query: query, 59, 200),
        (lambda query: query, 61, (403, "InvalidSignatureException")),
        (lambda query: query.replace("X-Amz-Expires=60", "X-Amz-Expires=61"), 0, (403, "InvalidSignatureException")),
        (lambda query: f"{query}&more=1", 0, (403, "InvalidSignatureException")),
        (lambda query: f"X-Amz-Expires=60&{query}", 0, (403, "InvalidSignatureException")),
        (lambda query: f"{query}&X-Amz-Signature={'0' * 64}", 0, (403, "InvalidSignatureException")),
        (lambda query: query.replace("X-Amz-Date", "X-Amz-Dat"), 0, (403, "IncompleteSignatureException")),
    ],
    ids=["as-signed", "old", "too-old", "longer", "more", "repeated", "two-signatures", "no-date"],
)
def test_a_presigned_query(change: Any, age: float, expected: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    signed = Signed()
    query = change(presigned(signed, Credentials(SCOPE.account, "test"), monkeypatch, age=age))
    answered = signed.send([], query)
    assert (answered if answered == 200 else answered[:2]) == expected


@pytest.mark.parametrize("form", ["header", "query"])
@pytest.mark.parametrize(("lasts", "expected"), [(60, 200), (-1, EXPIRED)])
def test_a_session(form: str, lasts: float, expected: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    role = {"AWS": f"arn:aws:iam::{SCOPE.account}:role/caller"}
    signed = Signed(policy=policy(("Allow", "*", role)))
    credentials = session(signed, lasts=lasts)
    if form == "query":
        assert signed.send([], presigned(signed, credentials, monkeypatch)) == expected
        return
    assert credentials.secret_key is not None
    assert signed.call(key=credentials.access_key, secret=credentials.secret_key, token=credentials.token) == expected


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        (
            [("Authorization", "AWS4-HMAC-SHA256 a=b")],
            (
                "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' "
                "parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires "
                "existence of either a 'X-Amz-Date' or a 'Date' header. "
            ),
        ),
        (
            [("Authorization", "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host, Signature=b"), ("X-Amz-Date", "x")],
            "Credential must have exactly 5 slash-delimited elements",
        ),
        ([("Authorization", "")], "Authorization header requires 'Credential' parameter."),
    ],
    ids=["nothing", "credential", "empty"],
)
def test_what_is_missing_is_named(headers: list[tuple[str, str]], words: str) -> None:
    status, kind, body = Signed().send(headers)
    assert (status, kind) == (403, "IncompleteSignatureException")
    assert body["message"].startswith(words)
    assert "Signature=b" not in json.dumps(body)


def test_both_wrong_scopes_are_told_together() -> None:
    status, kind, body = Signed().call(region="us-east-1", service="lambda")
    assert (status, kind) == (403, "InvalidSignatureException")
    assert body["message"] == (
        "Credential should be scoped to a valid region, not 'us-east-1'. "
        "Credential should be scoped to correct service: 'execute-api'. "
    )
