"""Another name or path of a user or a group; what must be gone before an entity goes. Reference: identity section 3."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gatelet.control.iam.entities import EntityKind, arn_of, key_of, record_of
from gatelet.control.iam.errors import DeleteConflict, EntityExists
from gatelet.control.operation import Call
from gatelet.storage.ports import Delete, Put


@dataclass(frozen=True, slots=True)
class Renaming:
    """The writes that rename an entity, and its old and new name."""

    writes: list[Put | Delete]
    old: str
    new: str


async def renaming(call: Call, kind: EntityKind, request: Mapping[str, Any]) -> Renaming:
    """What ``NewUserName`` and ``NewPath`` (or their like) ask for. Raises NoSuchEntity, EntityExists."""
    old = request[kind.member]
    record = await record_of(call, kind, old)
    entity = record.value[kind.word]
    new = request.get(f"New{kind.member}") or old
    entity[kind.member], entity["Path"] = new, request.get("NewPath") or entity["Path"]
    entity["Arn"] = arn_of(call, kind, entity["Path"], new)
    key = key_of(call, kind, new)
    if key == record.key:
        return Renaming([Put(key, record.value, expected=record.revision)], old, new)
    if await call.ports.records.get(key) is not None:
        raise taken(kind, new)
    return Renaming([Delete(record.key, expected=record.revision), Put(key, record.value, expected=0)], old, new)


def taken(kind: EntityKind, name: str) -> EntityExists:
    """The name is another entity's."""
    return EntityExists(f"{kind.kind} with name {name} already exists.")


def check_without_policies(document: Mapping[str, Any]) -> None:
    """Raises DeleteConflict for an entity that still has policies."""
    if document["attached"]:
        raise DeleteConflict("Cannot delete entity, must detach all policies first.")
    if document["policies"]:
        raise DeleteConflict("Cannot delete entity, must delete policies first.")
