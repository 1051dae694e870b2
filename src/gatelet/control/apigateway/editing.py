"""Reading and editing a REST API: one document, one atomic write, or nothing at all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

from gatelet.aws.errors import AwsError
from gatelet.control.apigateway.errors import concurrent_modification, no_such_api
from gatelet.control.operation import Call
from gatelet.gateway.document import DEPLOYMENT, REST_API, SERVICE, STAGE, ApiDocument
from gatelet.storage.ports import Collection, Delete, Key, Put, Record, RevisionConflict


def collection(call: Call, kind: str) -> Collection:
    """The records of one kind in the caller's account and region."""
    return Collection(SERVICE, kind, call.scope.account, call.scope.region)


def api_key(call: Call, rest_api_id: str) -> Key:
    """Where the API's document is."""
    return collection(call, REST_API).key(rest_api_id)


def deployment_key(call: Call, rest_api_id: str, deployment_id: str) -> Key:
    """Where the deployment is."""
    return collection(call, DEPLOYMENT).key(f"{rest_api_id}/{deployment_id}")


def stage_key(call: Call, rest_api_id: str, stage_name: str) -> Key:
    """Where the stage is."""
    return collection(call, STAGE).key(f"{rest_api_id}/{stage_name}")


async def read_api(call: Call, rest_api_id: str, missing: AwsError | None = None) -> ApiDocument:
    """The API's document; raises ``missing`` (or NotFound in the collection style) if there is none."""
    record = await call.ports.records.get(api_key(call, rest_api_id))
    if record is None:
        raise missing or no_such_api(call.scope.account, rest_api_id)
    return cast(ApiDocument, record.value)


async def children(call: Call, kind: str, rest_api_id: str) -> Sequence[Record]:
    """All deployments or all stages of an API, ordered by id."""
    return await call.ports.records.list(collection(call, kind), rest_api_id)


@dataclass(slots=True)
class ApiEdit:
    """An API that is being edited: change ``api`` in place; what ``also`` takes is written with it."""

    api: ApiDocument
    others: list[Put | Delete] = field(default_factory=list)
    deleted: bool = False

    def also(self, *writes: Put | Delete) -> None:
        """Write these in the same transaction."""
        self.others.extend(writes)

    def delete(self) -> None:
        """Delete the API's document instead of writing it."""
        self.deleted = True


@asynccontextmanager
async def edit_api(call: Call, rest_api_id: str, missing: AwsError | None = None) -> AsyncIterator[ApiEdit]:
    """Hold an API, let the block change it, and write it if the block did not raise.

    Stages and deployments are written under the same hold and with the API's revision, so no other
    process can delete the API, or change it, in between.

    Raises ``missing`` or NotFound; Conflict when another process was first.
    """
    key = api_key(call, rest_api_id)
    async with call.ports.editing.hold(key):
        record = await call.ports.records.get(key)
        if record is None:
            raise missing or no_such_api(call.scope.account, rest_api_id)
        edit = ApiEdit(cast(ApiDocument, record.value))
        yield edit
        own = Delete(key, record.revision) if edit.deleted else Put(key, record.value, expected=record.revision)
        await write(call, own, *edit.others)


async def write(call: Call, *writes: Put | Delete) -> None:
    """All or nothing; raises Conflict when another writer was first."""
    try:
        await call.ports.records.write(*writes)
    except RevisionConflict:
        raise concurrent_modification() from None
