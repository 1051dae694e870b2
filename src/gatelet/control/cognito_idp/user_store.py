"""Users as they are stored, found by name, ``sub`` or alias, and edited together with what points to them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

from gatelet.control.cognito_idp.attributes import VERIFIED
from gatelet.control.cognito_idp.documents import Pool
from gatelet.control.cognito_idp.errors import AliasExists, UsernameExists, UserNotFound
from gatelet.control.operation import Call
from gatelet.identity.user_pools.model import (
    MEMBERSHIPS,
    SERVICE,
    UserDocument,
    alias_key,
    failures_key,
    members_of,
    user_key,
)
from gatelet.storage.ports import Delete, Key, Put, RevisionConflict


@dataclass(slots=True)
class User:
    """A user that was read."""

    key: Key
    document: UserDocument
    revision: int

    @property
    def id(self) -> str:
        """The folded username."""
        return self.key.id.partition("/")[2]


async def find_user(call: Call, pool: Pool, name: str) -> User | None:
    """The user whom a name, a ``sub`` or an alias names."""
    user = await _get(call, user_key(pool.id, pool.fold(name)))
    if user is not None:
        return user
    for attribute in ("sub", *_aliases(pool)):
        alias = await call.ports.records.get(alias_key(pool.id, attribute, pool.fold(name)))
        if alias is not None:
            return await _get(call, user_key(pool.id, alias.value["user"]))
    return None


async def read_user(call: Call, pool: Pool, name: str, message: str = "User does not exist.") -> User:
    """Raises UserNotFound."""
    user = await find_user(call, pool, name)
    if user is None:
        raise UserNotFound(message)
    return user


@asynccontextmanager
async def edit_user(
    call: Call, pool: Pool, name: str, message: str = "User does not exist.", *, take_aliases: bool = False
) -> AsyncIterator[User]:
    """A user, written with the aliases when the block ends well. Raises UserNotFound, AliasExists.

    ``take_aliases``: an alias that is another user's becomes this one's.
    """
    found = await read_user(call, pool, name, message)
    async with call.ports.editing.hold((SERVICE, found.key)):
        user = await _get(call, found.key)
        if user is None:
            raise UserNotFound(message)
        before = aliases_of(pool, user.document)
        yield user
        await save_user(call, pool, user, before, take_aliases=take_aliases)


async def save_user(call: Call, pool: Pool, user: User, before: set[str], *, take_aliases: bool = False) -> None:
    """Write a user that the caller holds; ``before``: the aliases that are stored. Raises AliasExists."""
    user.document["modified"] = call.ports.clock.now()
    writes: list[Put | Delete] = [Put(user.key, user.document, pool.id, expected=user.revision)]
    after = aliases_of(pool, user.document)
    expected = None if take_aliases else 0
    writes += [Put(_alias(pool, alias), {"user": user.id}, pool.id, expected=expected) for alias in after - before]
    writes += [Delete(_alias(pool, alias)) for alias in before - after]
    try:
        await call.ports.records.write(*writes)
    except RevisionConflict:
        for alias in after - before:
            if not take_aliases and await call.ports.records.get(_alias(pool, alias)) is not None:
                raise AliasExists(alias.partition("=")[0]) from None
        raise
    user.revision += 1


async def create_user(
    call: Call, pool: Pool, document: UserDocument, *, taken: str, take_aliases: bool = False
) -> None:
    """A new user. Raises UsernameExists (with the text ``taken``), AliasExists."""
    user = User(user_key(pool.id, pool.fold(document["username"])), document, 0)
    aliases = aliases_of(pool, document)
    for alias in aliases:
        held = await call.ports.records.get(_alias(pool, alias))
        if held is not None and not take_aliases:
            if pool.settings.get("UsernameAttributes"):
                raise UsernameExists(f"An account with the given {alias.partition('=')[0]} already exists.")
            raise AliasExists(alias.partition("=")[0])
    if await call.ports.records.get(user.key) is not None:
        raise UsernameExists(taken)
    try:
        await save_user(call, pool, user, set(), take_aliases=take_aliases)
    except RevisionConflict:
        raise UsernameExists(taken) from None


async def delete_user(call: Call, pool: Pool, user: User) -> None:
    """Delete a user with aliases and memberships."""
    writes = [Delete(user.key, expected=user.revision)]
    writes += [Delete(_alias(pool, alias)) for alias in aliases_of(pool, user.document)]
    writes += [Delete(failures_key(pool.id, name)) for name in (user.id, f"{user.id}/totp")]
    for group in user.document["groups"]:
        writes.append(Delete(membership_key(pool.id, group, user.id)))
    await call.ports.records.write(*writes)


def membership_key(pool_id: str, group: str, user_id: str) -> Key:
    """Where it is told that a user belongs to a group."""
    return MEMBERSHIPS.key(f"{members_of(pool_id, group)}/{user_id}")


def aliases_of(pool: Pool, document: UserDocument) -> set[str]:
    """By what the user is found besides the name: ``attribute=value``."""
    attributes = document["attributes"]
    found = {f"sub={document['sub']}"}
    for name in pool.settings.get("UsernameAttributes") or ():
        if attributes.get(name):
            found.add(f"{name}={pool.fold(attributes[name])}")
    for name in pool.settings.get("AliasAttributes") or ():
        verified = name not in VERIFIED or attributes.get(VERIFIED[name]) == "true"
        if attributes.get(name) and verified:
            found.add(f"{name}={pool.fold(attributes[name])}")
    return found


def _aliases(pool: Pool) -> list[str]:
    return [*(pool.settings.get("UsernameAttributes") or ()), *(pool.settings.get("AliasAttributes") or ())]


def _alias(pool: Pool, alias: str) -> Key:
    name, _, value = alias.partition("=")
    return alias_key(pool.id, name, value)


async def _get(call: Call, key: Key) -> User | None:
    record = await call.ports.records.get(key)
    return None if record is None else User(key, cast(UserDocument, record.value), record.revision)
