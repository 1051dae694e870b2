"""Whose key signed a request: the secret to verify it with, and the principal that it makes.

Both planes ask here. In the development mode ``test`` and 12-digit keys (secret ``test``) are root keys; a key
that nobody knows is for the control plane to judge (design section 1, "Two modes, one code path").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from gatelet.aws.errors import AwsError
from gatelet.aws.scope import DEFAULT_ACCOUNT
from gatelet.identity.credentials import (
    DEVELOPMENT_SECRET,
    SESSION_PREFIX,
    Credentials,
    InvalidToken,
    RoleSession,
    Session,
    SessionKey,
    UserSession,
)
from gatelet.identity.directory import Directory, Entity
from gatelet.identity.model import AccessKeyDocument
from gatelet.identity.principals import Principal, PrincipalType, root_principal
from gatelet.identity.vault import CannotOpen, Vault
from gatelet.policy.combine import Grants
from gatelet.wire.errors import Unauthenticated
from gatelet.wire.signing_key import SigningKey
from gatelet.wire.sigv4 import SignedCredential, verify

ACTIVE: Final = "Active"
_INVALID_TOKEN: Final = "The security token included in the request is invalid."  # noqa: S105 - a message
_EXPIRED_TOKEN: Final = "The security token included in the request is expired"  # noqa: S105 - a message
_KEPT_KEYS: Final = 1_024
_KEPT_TOKENS: Final = 1_024
_KEPT_SIGNERS: Final = 1_024


@dataclass(frozen=True, slots=True)
class Signer:
    """A known key: who holds it, the secret that verifies what it signed, and the holder's policies."""

    principal: Principal
    secret: str = field(repr=False)
    grants: Grants = field(repr=False)
    shown: Mapping[str, str] = field(init=False, compare=False)
    """The caller as an event's ``requestContext.identity`` tells it (apigateway-data-plane section 6)."""

    def __post_init__(self) -> None:
        principal = self.principal
        shown = {
            "accessKey": principal.access_key_id,
            "accountId": principal.account,
            "caller": principal.user_id,
            "user": principal.user_id,
            "userArn": principal.arn,
        }
        object.__setattr__(self, "shown", shown)


def unknown_key() -> AwsError:
    """The answer to a key that nobody knows, or that is Inactive (identity section 1.3)."""
    return Unauthenticated("UnrecognizedClientException", _INVALID_TOKEN)


class Signers:
    """Finds signers and verifies signatures; signing keys are kept, at most so many."""

    __slots__ = (
        "_development",
        "_directory",
        "_holders",
        "_keys",
        "_root",
        "_session_key",
        "_sessions",
        "_signing_keys",
        "_vault",
    )

    def __init__(self, directory: Directory, session_key: SessionKey, vault: Vault, root: Credentials | None) -> None:
        """``root`` is the root key of the secure mode; None means the development mode."""
        self._directory = directory
        self._session_key = session_key
        self._vault = vault
        self._root = root
        self._development = root is None
        self._sessions: dict[str, tuple[Session, Credentials]] = {}
        self._keys: dict[str, tuple[int, Signer]] = {}
        """By key id: the signer, and the revision of the directory that it was made of."""
        self._holders: dict[str, tuple[int, Signer]] = {}
        """The same by session token. A session ends: nobody is found here by what a request calls its key."""
        self._signing_keys: dict[tuple[str, str], SigningKey] = {}

    @property
    def development(self) -> bool:
        """Whether this is the development mode."""
        return self._development

    def find(self, access_key_id: str, token: str | None, now: float) -> Signer | None:
        """Who holds the key; None if nobody knows it.

        Raises Unauthenticated for a session that has expired and for a key or token that is not (or no longer)
        valid.
        """
        if token is None and (kept := self._kept(self._keys, access_key_id)) is not None:
            return kept
        if token is not None and access_key_id.startswith(SESSION_PREFIX):
            return self._holder_of_session(access_key_id, token, now)
        if self._root is not None and access_key_id == self._root.access_key_id:
            root = root_principal(DEFAULT_ACCOUNT, access_key_id)
            return self._keep(self._keys, access_key_id, root, self._root.secret_access_key)
        if (document := self._directory.access_key(access_key_id)) is not None:
            if token is not None:
                raise unknown_key()
            return self._holder_of_key(access_key_id, document)
        if self._development and (account := account_of_key(access_key_id)) is not None:
            return self._keep(self._keys, access_key_id, root_principal(account, access_key_id), DEVELOPMENT_SECRET)
        return None

    def account_of(self, access_key_id: str) -> str | None:
        """The account of a long-term key; None if nobody knows the key."""
        if self._root is not None and access_key_id == self._root.access_key_id:
            return DEFAULT_ACCOUNT
        if (document := self._directory.access_key(access_key_id)) is not None:
            return document["account"]
        return account_of_key(access_key_id) if self._development else None

    def verify(self, credential: SignedCredential, signer: Signer, now: float) -> None:
        """Whether the signer signed the credential's request, lately. Raises Unauthenticated (identity section 1.3)."""
        claim = credential.claim
        place = (signer.secret, claim.scope)
        key = self._signing_keys.get(place)
        if key is None:
            key = SigningKey(signer.secret, claim.date, claim.region, claim.service)
            if len(self._signing_keys) >= _KEPT_KEYS:
                self._signing_keys.clear()
            self._signing_keys[place] = key
        verify(credential, key, now)

    def _holder_of_key(self, access_key_id: str, document: AccessKeyDocument) -> Signer:
        user = self._directory.user(document["account"], document["user"])
        if document["status"] != ACTIVE or user is None:
            raise unknown_key()
        try:
            secret = self._vault.open(document["sealed"], access_key_id)
        except CannotOpen:
            raise unknown_key() from None
        principal = Principal(
            document["account"],
            user.arn,
            user.unique_id,
            access_key_id,
            type=PrincipalType.USER,
            name=user.name,
            identity_arn=user.arn,
            unique_id=user.unique_id,
        )
        return self._keep(self._keys, access_key_id, principal, secret)

    def _kept(self, place: dict[str, tuple[int, Signer]], name: str) -> Signer | None:
        """A signer made before, if nothing in the directory has changed since."""
        made = place.get(name)
        return made[1] if made is not None and made[0] == self._directory.revision else None

    def _keep(self, place: dict[str, tuple[int, Signer]], name: str, principal: Principal, secret: str) -> Signer:
        signer = Signer(principal, secret, self._directory.grants_of(principal))
        if len(place) >= _KEPT_SIGNERS:
            place.clear()
        place[name] = (self._directory.revision, signer)
        return signer

    def _holder_of_session(self, access_key_id: str, token: str, now: float) -> Signer | None:
        try:
            session, credentials = self._read(token)
        except InvalidToken:
            return None
        if credentials.access_key_id != access_key_id:
            raise unknown_key()
        if session.expires < now:
            raise Unauthenticated("ExpiredTokenException", _EXPIRED_TOKEN)
        kept = self._kept(self._holders, token)
        if kept is not None:
            return kept
        if isinstance(session, UserSession):
            principal = self._user_of(session)
        else:
            principal = _session_principal(session, self._directory.role(session.account, session.role_name))
        return self._keep(self._holders, token, principal, credentials.secret_access_key)

    def _read(self, token: str) -> tuple[Session, Credentials]:
        found = self._sessions.get(token)
        if found is None:
            found = self._session_key.read(token)
            if len(self._sessions) >= _KEPT_TOKENS:
                self._sessions.clear()
            self._sessions[token] = found
        return found

    def _user_of(self, session: UserSession) -> Principal:
        if not session.user_name:
            return root_principal(session.account, session.access_key_id, issued=session.issued)
        user = self._directory.user(session.account, session.user_name)
        if user is None or user.unique_id != session.user_id:
            raise unknown_key()
        return Principal(
            session.account,
            user.arn,
            user.unique_id,
            session.access_key_id,
            type=PrincipalType.USER,
            name=user.name,
            identity_arn=user.arn,
            unique_id=user.unique_id,
            issued=session.issued,
        )


def _session_principal(session: RoleSession, role: Entity | None) -> Principal:
    arn = f"arn:aws:iam::{session.account}:role/{session.role_name}" if role is None else role.arn
    return Principal(
        session.account,
        session.arn,
        f"{session.role_id or 'AROA'}:{session.session_name}",
        session.access_key_id,
        type=PrincipalType.ROLE,
        name=session.role_name,
        identity_arn=arn,
        unique_id=session.role_id,
        issued=session.issued,
        session_policies=session.policies,
        session_tags=session.tags,
        transitive_tags=session.transitive,
        source_identity=session.source_identity,
    )


def account_of_key(access_key_id: str) -> str | None:
    """The account of one of the development mode's root keys, or None."""
    if access_key_id == "test":
        return DEFAULT_ACCOUNT
    names_account = len(access_key_id) == 12 and access_key_id.isascii() and access_key_id.isdecimal()
    return access_key_id if names_account else None
