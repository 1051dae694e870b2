"""Roles and managed policies as they are stored: one document each, global to the account.

Names are unique without regard to case, and found as they were spelled.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import cast

from gatelet.aws.errors import AwsError
from gatelet.control.iam.errors import no_such_role
from gatelet.control.operation import Call
from gatelet.identity.model import POLICY, ROLE, SERVICE, PolicyDocument, RoleDocument
from gatelet.storage.ports import Collection, Delete, Key, Put, Record, RevisionConflict


def role_key(call: Call, name: str) -> Key:
    """Where the role is."""
    return Collection(SERVICE, ROLE, call.scope.account, "").key(name.lower())


def policy_key(call: Call, name: str) -> Key:
    """Where the account's managed policy is."""
    return Collection(SERVICE, POLICY, call.scope.account, "").key(name.lower())


async def read_role(call: Call, name: str) -> RoleDocument:
    """The role. Raises NoSuchEntity."""
    return cast(RoleDocument, (await _role_record(call, name)).value)


async def _role_record(call: Call, name: str) -> Record:
    record = await call.ports.records.get(role_key(call, name))
    if record is None or record.value["role"]["RoleName"] != name:
        raise no_such_role(name)
    return record


async def roles_of(call: Call) -> Sequence[RoleDocument]:
    """Every role of the account, ordered by name."""
    collection = Collection(SERVICE, ROLE, call.scope.account, "")
    return [cast(RoleDocument, record.value) for record in await call.ports.records.list(collection)]


async def policies_of(call: Call) -> Sequence[PolicyDocument]:
    """Every managed policy that the account made, ordered by name."""
    collection = Collection(SERVICE, POLICY, call.scope.account, "")
    return [cast(PolicyDocument, record.value) for record in await call.ports.records.list(collection)]


async def find_policy(call: Call, arn: str) -> PolicyDocument | None:
    """The account's managed policy of that ARN."""
    record = await call.ports.records.get(policy_key(call, arn.rpartition("/")[2]))
    document = None if record is None else cast(PolicyDocument, record.value)
    return document if document is not None and document["policy"]["Arn"] == arn else None


@asynccontextmanager
async def account_held(call: Call) -> AsyncIterator[None]:
    """One editor of an account's IAM at a time: its checks reach over several entities."""
    async with call.ports.editing.hold((SERVICE, call.scope.account)):
        yield


@asynccontextmanager
async def edit_role(call: Call, name: str) -> AsyncIterator[RoleDocument]:
    """Hold the account, let the block change the role in place, and write it if the block did not raise.

    Raises NoSuchEntity; ConcurrentModification when another process was first.
    """
    async with account_held(call):
        record = await _role_record(call, name)
        yield cast(RoleDocument, record.value)
        try:
            await call.ports.records.write(Put(record.key, record.value, expected=record.revision))
        except RevisionConflict:
            raise AwsError(
                "ConcurrentModificationException", "The role was changed by another request. Try again.", status=409
            ) from None


async def create(call: Call, key: Key, document: RoleDocument | PolicyDocument, taken: AwsError) -> None:
    """Write a new entity. Raises ``taken`` if the name is."""
    async with account_held(call):
        if await call.ports.records.get(key) is not None:
            raise taken
        await call.ports.records.write(Put(key, document, expected=0))


async def delete(call: Call, key: Key) -> None:
    """Delete an entity; the caller holds the account."""
    await call.ports.records.write(Delete(key))
