"""Whose key signed a request: identity sections 1.2 and 1.3."""

from __future__ import annotations

import asyncio

import pytest
from tests.unit.control.plane import NOW, DictRecords, Plane, TickingClock
from tests.unit.identity.world import identity_over

from gatelet.aws.errors import AwsError
from gatelet.aws.ids import Ids
from gatelet.http.request import Request
from gatelet.identity import signers as signing
from gatelet.identity.credentials import Credentials, RoleSession
from gatelet.identity.principals import Principal
from gatelet.identity.service import Identity
from gatelet.identity.vault import CannotOpen, Vault
from gatelet.storage.ports import Collection, Put
from gatelet.wire.authorization import credential_of
from gatelet.wire.signing import sign

KEY_ID, SECRET = "AKIAJANEJANEJANEJANE", "the-secret-of-jane"
USER = {"Path": "/", "UserName": "jane", "UserId": "AIDAJANE", "Arn": "arn:aws:iam::000000000000:user/jane"}


@pytest.fixture
def identity() -> Identity:
    """One user with one key, loaded as at a start."""
    records = DictRecords()
    made = identity_over(records, TickingClock(), Ids(seed=7))
    user = {"user": USER, "tags": {}, "policies": {}, "attached": [], "groups": []}
    key = {"account": "000000000000", "user": "jane", "status": "Active", "sealed": made.vault.seal(SECRET, KEY_ID)}

    async def load() -> None:
        await records.write(Put(Collection("iam", "User", "000000000000", "").key("jane"), user))
        await records.write(Put(Collection("iam", "AccessKey", "", "").key(KEY_ID), key))
        await made.directory.start()

    asyncio.run(load())
    return made


def request(credentials: Credentials) -> Request:
    path = "/prod/users"
    headers = sign(
        "GET",
        path,
        headers={"Host": "api.example"},
        body=b"",
        access_key_id=credentials.access_key_id,
        secret_access_key=credentials.secret_access_key,
        session_token=credentials.session_token,
        region="us-east-1",
        service="execute-api",
        now=NOW,
    )
    return Request.of("GET", path, "", list(headers.items()), b"", "127.0.0.1")


def holder(identity: Identity, sent: Request) -> Principal | None:
    """Who holds the key, once the signature is verified."""
    credential = credential_of(sent)
    assert credential is not None
    signer = identity.signers.find(credential.claim.access_key_id, credential.token, NOW)
    if signer is None:
        return None
    identity.signers.verify(credential, signer, NOW)
    return signer.principal


def refusal(identity: Identity, sent: Request) -> tuple[str, str | None]:
    with pytest.raises(AwsError) as caught:
        holder(identity, sent)
    return caught.value.code, caught.value.message


def test_users_sessions_and_the_development_modes_root(identity: Identity) -> None:
    def arn(credentials: Credentials) -> str:
        found = holder(identity, request(credentials))
        assert found is not None
        return found.arn

    assert arn(Credentials(KEY_ID, SECRET)) == USER["Arn"]
    assert arn(Credentials("111122223333", "test")) == "arn:aws:iam::111122223333:root"
    session = RoleSession("000000000000", "r", "s", int(NOW) + 9, "ASIA1234567890123456", role_id="AROA")
    assert arn(identity.session_key.issue(session)) == "arn:aws:sts::000000000000:assumed-role/r/s"


def test_a_key_that_nobody_knows(identity: Identity) -> None:
    """What it may do is for the planes to judge; a known key with a token that is none of its is refused."""
    assert holder(identity, request(Credentials("AKIANOBODY", "x"))) is None
    assert holder(identity, request(Credentials("ASIANOBODY", "x", "Zm9yZ2Vk"))) is None
    assert refusal(identity, request(Credentials(KEY_ID, SECRET, "token"))) == (
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
    )


def test_a_session_is_found_by_its_token_alone(identity: Identity) -> None:
    """Not by a key id that is spelled as its token, which no expiry would end."""
    session = RoleSession("000000000000", "r", "s", int(NOW) + 9, "ASIA1234567890123456")
    credentials = identity.session_key.issue(session)
    token = credentials.session_token
    assert token is not None
    for _ in range(2):
        assert identity.signers.find(credentials.access_key_id, token, NOW) is not None
        assert identity.signers.find(token, None, NOW) is None
        assert identity.signers.find(credentials.access_key_id, None, NOW) is None
    with pytest.raises(AwsError, match="expired"):
        identity.signers.find(credentials.access_key_id, token, NOW + 10)


def test_what_else_is_refused(identity: Identity) -> None:
    assert refusal(identity, request(Credentials(KEY_ID, "wrong")))[0] == "InvalidSignatureException"
    expired = RoleSession("000000000000", "r", "s", int(NOW) - 1, "ASIA1234567890123456")
    assert refusal(identity, request(identity.session_key.issue(expired)))[0] == "ExpiredTokenException"


def test_what_is_kept_is_bounded(identity: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing, "_KEPT_KEYS", 3)
    monkeypatch.setattr(signing, "_KEPT_TOKENS", 3)
    monkeypatch.setattr(signing, "_KEPT_SIGNERS", 3)
    for number in range(10):
        session = RoleSession("000000000000", "r", f"s{number}", int(NOW) + 9, "ASIA1234567890123456")
        assert holder(identity, request(identity.session_key.issue(session)))
    assert len(identity.signers._signing_keys) <= 3
    assert len(identity.signers._sessions) <= 3
    assert len(identity.signers._holders) <= 3


def test_a_signer_ends_with_its_key_and_its_user() -> None:
    """Found twice each time: the second is the one that was kept."""
    with asyncio.Runner() as runner:
        iam = Plane(runner, "iam")
        signers = iam.ports.identity.signers

        def found(key_id: str) -> str | None:
            try:
                (one, two) = (signers.find(key_id, None, NOW) for _ in range(2))
            except AwsError as refused:
                return refused.code
            assert one is two
            return None if one is None else one.principal.arn

        iam("CreateUser", UserName="jane")
        key_id = iam("CreateAccessKey", UserName="jane")["AccessKey"]["AccessKeyId"]
        assert found(key_id) == "arn:aws:iam::000000000000:user/jane"
        iam("UpdateAccessKey", UserName="jane", AccessKeyId=key_id, Status="Inactive")
        assert found(key_id) == "UnrecognizedClientException"
        iam("UpdateAccessKey", UserName="jane", AccessKeyId=key_id, Status="Active")
        iam("UpdateUser", UserName="jane", NewUserName="joan", NewPath="/staff/")
        assert found(key_id) == "arn:aws:iam::000000000000:user/staff/joan"
        iam("DeleteAccessKey", UserName="joan", AccessKeyId=key_id)
        assert found(key_id) is None


def test_a_sealed_secret_opens_for_its_owner_alone() -> None:
    vault = Vault(b"v" * 32)
    sealed = vault.seal(SECRET, KEY_ID)
    assert SECRET not in sealed
    assert vault.seal(SECRET, KEY_ID) != sealed
    assert vault.open(sealed, KEY_ID) == SECRET
    for other, owner, text in [
        (vault, "AKIAOTHER", sealed),
        (Vault(b"w" * 32), KEY_ID, sealed),
        (vault, KEY_ID, "AAAA" + sealed[4:]),
        (vault, KEY_ID, "%"),
        (vault, KEY_ID, ""),
    ]:
        with pytest.raises(CannotOpen):
            other.open(text, owner)
