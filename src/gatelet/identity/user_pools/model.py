"""User pools as they are stored: where each kind of record is, and the shape of its document.

Pools, clients and domains are found by their ids alone (a public call names a client and nothing else), so their
records have neither account nor region; the pool's document tells both. What belongs to a pool has it as parent.
"""

from __future__ import annotations

from typing import Any, Final, NotRequired, TypedDict

from gatelet.aws.scope import Scope
from gatelet.storage.ports import Collection, Key

SERVICE: Final = "cognito-idp"
POOL: Final = "UserPool"


def _collection(kind: str) -> Collection:
    return Collection(SERVICE, kind, "", "")


POOLS: Final = _collection(POOL)
CLIENTS: Final = _collection("UserPoolClient")
USERS: Final = _collection("User")
ALIASES: Final = _collection("Alias")
GROUPS: Final = _collection("Group")
MEMBERSHIPS: Final = _collection("Membership")
RESOURCE_SERVERS: Final = _collection("ResourceServer")
DOMAINS: Final = _collection("Domain")
REVOCATIONS: Final = _collection("Revocation")
FAILURES: Final = _collection("Failures")
"""Failed sign-ins of users (attempts.py)."""
USED: Final = _collection("Used")
"""What may be used once and was."""
ALL_OF_A_POOL: Final = (
    *(CLIENTS, USERS, ALIASES, GROUPS, MEMBERSHIPS, RESOURCE_SERVERS, DOMAINS),
    *(REVOCATIONS, FAILURES, USED),
)


class KeyPair(TypedDict):
    """One RSA key of a pool."""

    kid: str
    private: str
    """PKCS 8 in PEM, sealed by the vault for ``cognito-idp/{pool}/{kid}``."""
    jwk: dict[str, str]
    """The public half, as the JWKS shows it."""


class PoolDocument(TypedDict):
    """A user pool. ``pool`` has AWS's members (UserPoolType) but for those that are reckoned."""

    account: str
    region: str
    pool: dict[str, Any]
    tags: dict[str, str]
    id_key: KeyPair
    access_key: KeyPair
    totp_friendly: NotRequired[bool]


class ClientDocument(TypedDict):
    """An app client. ``client`` has AWS's members (UserPoolClientType) but for the secret."""

    pool_id: str
    client: dict[str, Any]
    secret: NotRequired[str]
    """Sealed for ``cognito-idp/client/{id}``."""


class PasswordDocument(TypedDict):
    """A password: never the password itself."""

    hash: str
    """scrypt, with its parameters and salt."""
    srp_salt: str
    verifier: str
    """The SRP verifier (hexadecimal), sealed for ``cognito-idp/srp/{sub}``."""


class CodeDocument(TypedDict):
    """A code that was sent to a user."""

    sealed: str
    expires: float
    tries: int
    attribute: str


class UserDocument(TypedDict):
    """A user of a pool; moments are epoch seconds."""

    pool_id: str
    username: str
    sub: str
    attributes: dict[str, str]
    created: float
    modified: float
    enabled: bool
    status: str
    password: PasswordDocument | None
    groups: list[str]
    codes: dict[str, CodeDocument]
    """By purpose: ``sign-up``, ``password``, or the name of an attribute."""
    code_sends: NotRequired[dict[str, list[float]]]
    """By purpose: since when they are counted, and how many codes were sent since then."""
    temporary_until: NotRequired[float]
    totp: NotRequired[str]
    """The secret of the software token, sealed for ``cognito-idp/totp/{sub}``."""
    totp_pending: NotRequired[str]
    totp_step: NotRequired[int]
    """The last time step whose code was used: none is taken twice."""
    mfa: NotRequired[dict[str, bool]]
    """``enabled`` and ``preferred``, of the software token."""
    signed_out_at: NotRequired[float]
    """Every session that began until then is over."""


def in_scope(scope: Scope) -> str:
    """The parent of a scope's pools."""
    return f"{scope.account}:{scope.region}"


def user_key(pool_id: str, username: str) -> Key:
    """Where a user is; ``username`` folded as the pool folds it."""
    return USERS.key(f"{pool_id}/{username}")


def alias_key(pool_id: str, name: str, value: str) -> Key:
    """Where the user with that ``sub``, or that alias attribute, is told."""
    return ALIASES.key(f"{pool_id}/{name}={value}")


def failures_key(pool_id: str, name: str) -> Key:
    """Where the failures of a user are; of the second factor, those of ``{user}/totp``."""
    return FAILURES.key(f"{pool_id}/{name}")


def group_key(pool_id: str, name: str) -> Key:
    """Where a group is."""
    return GROUPS.key(f"{pool_id}/{name}")


def members_of(pool_id: str, group: str) -> str:
    """The parent of a group's memberships."""
    return f"{pool_id}/{group}"


def pool_arn(scope: Scope, pool_id: str) -> str:
    """``arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_abc``."""
    return f"arn:{scope.partition}:cognito-idp:{scope.region}:{scope.account}:userpool/{pool_id}"


def issuer_of(pool_id: str) -> str:
    """What the tokens of a pool name as their issuer: AWS's own URL, so that they look alike (identity 4.1)."""
    region = pool_id.partition("_")[0]
    suffix = ".cn" if region.startswith("cn-") else ""
    return f"https://cognito-idp.{region}.amazonaws.com{suffix}/{pool_id}"
