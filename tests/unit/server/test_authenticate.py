"""Who calls: the keys of both modes, sessions, and what is refused (identity sections 1.2 and 1.3)."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from tests.unit.control.plane import DictRecords

from gatelet.aws.errors import AwsError
from gatelet.aws.scope import Scope
from gatelet.control.dispatch import LARGE_BODY_BYTES
from gatelet.http.request import Request
from gatelet.identity import signers as signing
from gatelet.identity.credentials import Credentials, RoleSession, SessionKey
from gatelet.identity.directory import Directory
from gatelet.identity.principals import Principal
from gatelet.identity.signers import Signers
from gatelet.identity.vault import Vault
from gatelet.server.authenticate import Authenticator
from gatelet.wire.signing import sign

NOW = 1_800_000_000.0
ROOT = Credentials("AKIAROOTROOTROOTROOT", "the-secret-of-root")
SESSIONS = SessionKey(b"k" * 32)


def signed(key: Credentials, *, service: str = "lambda", body: bytes = b"", now: float = NOW) -> Request:
    headers = sign(
        "POST",
        "/2015-03-31/functions",
        headers={"Host": "localhost:4566"},
        body=body,
        access_key_id=key.access_key_id,
        secret_access_key=key.secret_access_key,
        session_token=key.session_token,
        region="eu-west-1",
        service=service,
        now=now,
    )
    return Request.of("POST", "/2015-03-31/functions", "", list(headers.items()), body, "127.0.0.1")


def signers(root: Credentials | None) -> Signers:
    return Signers(Directory(DictRecords()), SESSIONS, Vault(b"v" * 32), root)


def who(request: Request, *, root: Credentials | None = None, service: str = "lambda") -> tuple[Principal, Scope]:
    return asyncio.run(Authenticator(signers(root)).authenticate(request, service, NOW))


def refusal(request: Request, *, root: Credentials | None = None, service: str = "lambda") -> AwsError:
    with pytest.raises(AwsError) as caught:
        who(request, root=root, service=service)
    return caught.value


def session(expires: int = int(NOW) + 60, access_key_id: str = "ASIA1234567890123456") -> Credentials:
    return SESSIONS.issue(RoleSession("123456789012", "role", "function", expires, access_key_id))


@pytest.mark.parametrize(
    ("key_id", "account", "verified"),
    [
        ("test", "000000000000", True),
        ("123456789012", "123456789012", True),
        ("000000000000", "000000000000", True),
        ("AKIAANYTHING", "000000000000", False),
        ("12345678901٢", "000000000000", False),
    ],
)
def test_the_development_mode(key_id: str, account: str, verified: bool) -> None:
    """design 1: known keys are verified, any other acts as root unverified."""
    principal, scope = who(signed(Credentials(key_id, "test")))
    assert principal.arn == f"arn:aws:iam::{account}:root"
    assert (principal.root, principal.verified) == (True, verified)
    assert scope == Scope(account, "eu-west-1")


@pytest.mark.parametrize("key_id", ["test", "123456789012"])
def test_known_keys_are_verified_in_the_development_mode(key_id: str) -> None:
    assert refusal(signed(Credentials(key_id, "wrong"))).code == "InvalidSignatureException"


def test_the_secure_mode_knows_one_root_key() -> None:
    assert who(signed(ROOT), root=ROOT)[0].arn == "arn:aws:iam::000000000000:root"
    wrong = Credentials(ROOT.access_key_id, "wrong")
    assert refusal(signed(wrong), root=ROOT).code == "InvalidSignatureException"
    for other in ("test", "123456789012", "AKIAANYTHING"):
        error = refusal(signed(Credentials(other, "test")), root=ROOT)
        assert error.code == "UnrecognizedClientException"


@pytest.mark.parametrize("offset", [-301, 301])
def test_an_old_or_early_signature_is_refused(offset: int) -> None:
    assert refusal(signed(ROOT, now=NOW + offset), root=ROOT).code == "InvalidSignatureException"


def test_an_unsigned_request_is_refused() -> None:
    request = Request.of("GET", "/restapis", "", [("Host", "localhost")], b"", "127.0.0.1")
    assert refusal(request).code == "MissingAuthenticationTokenException"


@pytest.mark.parametrize("root", [None, ROOT])
def test_a_session_of_a_role(root: Credentials | None) -> None:
    """lambda-execution 4: it is never root, in neither mode."""
    principal, scope = who(signed(session()), root=root)
    assert principal.arn == "arn:aws:sts::123456789012:assumed-role/role/function"
    assert (principal.root, scope.account) == (False, "123456789012")
    assert (principal.name, principal.identity_arn) == ("role", "arn:aws:iam::123456789012:role/role")


def test_a_session_that_is_none() -> None:
    assert refusal(signed(session(expires=int(NOW) - 1)), root=ROOT).code == "ExpiredTokenException"
    forged = Credentials("ASIA1234567890123456", "x", "Zm9yZ2Vk")
    assert refusal(signed(forged), root=ROOT).code == "UnrecognizedClientException"
    own = session()
    stolen = Credentials(own.access_key_id, "wrong", own.session_token)
    assert refusal(signed(stolen), root=ROOT).code == "InvalidSignatureException"
    renamed = Credentials("ASIA0000000000000000", own.secret_access_key, own.session_token)
    assert refusal(signed(renamed), root=ROOT).code == "UnrecognizedClientException"


@pytest.mark.parametrize(("size", "in_the_loop"), [(LARGE_BODY_BYTES, True), (LARGE_BODY_BYTES + 1, False)])
def test_a_large_body_is_hashed_in_a_thread(monkeypatch: Any, size: int, in_the_loop: bool) -> None:
    """design 5: the event loop is never held for more than 5 ms."""
    threads = []
    verify = signing.verify

    def observed(*arguments: Any, **named: Any) -> None:
        threads.append(threading.current_thread() is threading.main_thread())
        verify(*arguments, **named)

    monkeypatch.setattr(signing, "verify", observed)
    who(signed(ROOT, body=b"x" * size), root=ROOT)
    assert threads == [in_the_loop]
