"""Roles, users, groups and managed policies as they are stored: one document each, global to the account.

Names are unique without regard to case, and found as they were spelled. The shapes are those of
``gatelet.identity.model``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, cast

from gatelet.aws import quotas
from gatelet.aws.errors import AwsError
from gatelet.control.iam.errors import LimitExceeded, NoSuchEntity, no_such_policy
from gatelet.control.operation import Call
from gatelet.identity.aws_policies import AWS_POLICIES
from gatelet.identity.model import GROUP, POLICY, ROLE, SERVICE, USER, PolicyDocument
from gatelet.storage.ports import Collection, Delete, Key, Put, Record, RevisionConflict


@dataclass(frozen=True, slots=True)
class EntityKind:
    """A kind of entity that policies can be given to."""

    kind: str
    """As it is stored: ``Role``."""
    word: str
    """In ARNs and messages, and the member of its document with AWS's members: ``role``."""
    member: str
    """Of requests and answers: ``RoleName``."""
    id_prefix: str
    attached_most: int
    inline_characters: int


ROLES: Final = EntityKind(
    ROLE, "role", "RoleName", "AROA", quotas.POLICIES_PER_ROLE, quotas.ROLE_INLINE_POLICY_CHARACTERS
)
USERS: Final = EntityKind(
    USER, "user", "UserName", "AIDA", quotas.POLICIES_PER_USER, quotas.USER_INLINE_POLICY_CHARACTERS
)
GROUPS: Final = EntityKind(
    GROUP, "group", "GroupName", "AGPA", quotas.POLICIES_PER_GROUP, quotas.GROUP_INLINE_POLICY_CHARACTERS
)
KINDS: Final = (ROLES, USERS, GROUPS)
_MOST: Final[Mapping[str, tuple[str, int]]] = {
    ROLE: ("RolesPerAccount", quotas.ROLES_PER_ACCOUNT),
    USER: ("UsersPerAccount", quotas.USERS_PER_ACCOUNT),
    GROUP: ("GroupsPerAccount", quotas.GROUPS_PER_ACCOUNT),
    POLICY: ("PoliciesPerAccount", quotas.POLICIES_PER_ACCOUNT),
}
"""How many an account may have, and the quota's name."""


def key_of(call: Call, kind: EntityKind, name: str) -> Key:
    """Where the entity is."""
    return Collection(SERVICE, kind.kind, call.scope.account, "").key(name.lower())


def policy_key(call: Call, name: str) -> Key:
    """Where the account's managed policy is."""
    return Collection(SERVICE, POLICY, call.scope.account, "").key(name.lower())


def arn_of(call: Call, kind: EntityKind, path: str, name: str) -> str:
    """The ARN of an entity of the account."""
    return f"arn:{call.scope.partition}:iam::{call.scope.account}:{kind.word}{path}{name}"


def missing(kind: EntityKind, name: str) -> NoSuchEntity:
    """The entity is not there."""
    return NoSuchEntity(f"The {kind.word} with name {name} cannot be found.")


async def read(call: Call, kind: EntityKind, name: str) -> dict[str, Any]:
    """The entity's document. Raises NoSuchEntity."""
    return (await record_of(call, kind, name)).value


async def record_of(call: Call, kind: EntityKind, name: str) -> Record:
    """The entity's record. Raises NoSuchEntity."""
    record = await call.ports.records.get(key_of(call, kind, name))
    if record is None or record.value[kind.word][kind.member] != name:
        raise missing(kind, name)
    return record


async def all_of(call: Call, kind: EntityKind) -> Sequence[dict[str, Any]]:
    """Every entity of the kind in the account, ordered by name."""
    collection = Collection(SERVICE, kind.kind, call.scope.account, "")
    return [record.value for record in await call.ports.records.list(collection)]


async def policies_of(call: Call) -> Sequence[PolicyDocument]:
    """Every managed policy that the account made, ordered by name."""
    collection = Collection(SERVICE, POLICY, call.scope.account, "")
    return [cast(PolicyDocument, record.value) for record in await call.ports.records.list(collection)]


async def find_policy(call: Call, arn: str) -> PolicyDocument | None:
    """The account's managed policy of that ARN."""
    record = await call.ports.records.get(policy_key(call, arn.rpartition("/")[2]))
    document = None if record is None else cast(PolicyDocument, record.value)
    return document if document is not None and document["policy"]["Arn"] == arn else None


async def read_policy(call: Call, arn: str) -> PolicyDocument:
    """A managed policy, AWS's or the account's. Raises NoSuchEntity."""
    document = AWS_POLICIES.get(arn) or await find_policy(call, arn)
    if document is None:
        raise no_such_policy(arn)
    return document


@asynccontextmanager
async def account_held(call: Call) -> AsyncIterator[None]:
    """One editor of an account's IAM at a time: its checks reach over several entities."""
    async with call.ports.editing.hold((SERVICE, call.scope.account)):
        yield


@asynccontextmanager
async def edit(call: Call, kind: EntityKind, name: str) -> AsyncIterator[dict[str, Any]]:
    """Hold the account, let the block change the entity in place, and write it if the block did not raise.

    Raises NoSuchEntity; ConcurrentModification when another process was first.
    """
    async with account_held(call):
        record = await record_of(call, kind, name)
        yield record.value
        await write_edited(call, kind.word, record)


@asynccontextmanager
async def edit_policy(call: Call, arn: str) -> AsyncIterator[PolicyDocument]:
    """The same for a managed policy of the account; those of AWS cannot be changed."""
    if arn in AWS_POLICIES:
        raise NoSuchEntity(f"Policy {arn} was not found.")
    async with account_held(call):
        await read_policy(call, arn)
        record = await call.ports.records.get(policy_key(call, arn.rpartition("/")[2]))
        assert record is not None
        yield cast(PolicyDocument, record.value)
        await write_edited(call, "policy", record)


async def write_edited(call: Call, word: str, record: Record) -> None:
    """Write what was changed since it was read. Raises ConcurrentModification."""
    try:
        await call.ports.records.write(Put(record.key, record.value, record.parent, expected=record.revision))
    except RevisionConflict:
        raise AwsError(
            "ConcurrentModificationException", f"The {word} was changed by another request. Try again.", status=409
        ) from None


async def create(call: Call, key: Key, document: Mapping[str, Any], taken: AwsError) -> None:
    """Write a new entity. Raises ``taken`` if the name is, LimitExceeded if the account is full."""
    async with account_held(call):
        if await call.ports.records.get(key) is not None:
            raise taken
        word, most = _MOST[key.kind]
        if call.ports.identity.directory.count(key.kind, key.account) >= most:
            raise LimitExceeded(f"Cannot exceed quota for {word}: {most}")
        await call.ports.records.write(Put(key, document, expected=0))


async def delete(call: Call, key: Key) -> None:
    """Delete an entity; the caller holds the account."""
    await call.ports.records.write(Delete(key))
