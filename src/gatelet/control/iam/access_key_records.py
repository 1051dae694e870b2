"""Access keys as they are stored: by key id, below their user."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from gatelet.control.iam.errors import NoSuchEntity
from gatelet.control.operation import Call
from gatelet.identity.model import ACCESS_KEY, SERVICE, AccessKeyDocument
from gatelet.storage.ports import Collection, Delete, Put, Record

COLLECTION = Collection(SERVICE, ACCESS_KEY, "", "")


def parent_of(call: Call, user: str) -> str:
    """The parent of the records of a user's keys."""
    return f"{call.scope.account}/{user.lower()}"


async def keys_of(call: Call, user: str) -> Sequence[Record]:
    """The records of a user's keys, ordered by id."""
    return await call.ports.records.list(COLLECTION, parent_of(call, user))


async def key_record(call: Call, user: str, key_id: str) -> Record:
    """The record of one key of a user. Raises NoSuchEntity."""
    record = await call.ports.records.get(COLLECTION.key(key_id))
    if record is None or record.parent != parent_of(call, user):
        raise NoSuchEntity(f"The Access Key with id {key_id} cannot be found")
    return record


def moved(call: Call, records: Sequence[Record], user: str) -> list[Put | Delete]:
    """The writes that give keys to the user's new name."""
    return [
        Put(record.key, {**document_of(record), "user": user}, parent_of(call, user), expected=record.revision)
        for record in records
    ]


def document_of(record: Record) -> AccessKeyDocument:
    """The document that a record holds."""
    return cast(AccessKeyDocument, record.value)
