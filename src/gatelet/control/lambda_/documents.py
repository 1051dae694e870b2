"""Reading and editing functions: one document, one atomic write, or nothing at all.

What belongs to a version or a layer is in documents of its own (gatelet.functions.model); what changes together
is written together.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

from gatelet.aws.errors import AwsError
from gatelet.aws.scope import Scope
from gatelet.control.lambda_.errors import PreconditionFailed, ResourceConflict, alias_not_found, function_not_found
from gatelet.control.lambda_.names import FunctionName, resolve
from gatelet.control.operation import Call, Request
from gatelet.control.ports import Ports
from gatelet.functions.model import (
    KIND,
    LATEST,
    SERVICE,
    CodeReference,
    FunctionDocument,
    VersionDocument,
    version_key,
    versions_of,
)
from gatelet.storage.ports import Collection, Delete, Key, Put, Record, RevisionConflict


def collection(scope: Scope) -> Collection:
    """The functions of an account in a region."""
    return Collection(SERVICE, KIND, scope.account, scope.region)


def function_key(name: FunctionName) -> Key:
    """Where the function's document is."""
    return collection(name.scope).key(name.name)


def document_of(record: Record) -> FunctionDocument:
    """The document that a record holds."""
    return cast(FunctionDocument, record.value)


def named(call: Call, request: Request, action: str) -> FunctionName:
    """The function that FunctionName and Qualifier of a request mean. Raises as ``names.resolve`` does."""
    return resolve(
        request["FunctionName"],
        call.scope,
        qualifier=request.get("Qualifier"),
        action=action,
        caller=call.principal.arn,
    )


@dataclass(frozen=True, slots=True)
class Read:
    """A function, and the version of it that a qualifier means."""

    document: FunctionDocument
    configuration: dict[str, Any]
    code: CodeReference


async def read(call: Call, name: FunctionName, missing: AwsError | None = None) -> Read:
    """What the name means: the function, a version, or the version of an alias.

    Raises ``missing``, or ``Function not found`` with the ARN as it was given.
    """
    missing = missing or function_not_found(name.arn)
    record = await call.ports.records.get(function_key(name))
    if record is None:
        raise missing
    document = document_of(record)
    alias = document.get("aliases", {}).get(name.qualifier or "")
    number = alias["FunctionVersion"] if alias is not None else name.qualifier or LATEST
    if number == LATEST:
        return Read(document, document["configuration"], document["code"])
    version = await read_version(call.ports, name, number)
    if version is None:
        raise missing
    return Read(document, version["configuration"], version["code"])


async def read_function(call: Call, name: FunctionName, missing: AwsError | None = None) -> FunctionDocument:
    """The function's document; its qualifier must exist. Raises as ``read`` does."""
    return (await read(call, name, missing)).document


async def read_version(ports: Ports, name: FunctionName, number: str) -> VersionDocument | None:
    """A published version; None if there is none of that number."""
    if not number.isdecimal():
        return None
    record = await ports.records.get(version_key(name.scope, name.name, int(number)))
    return None if record is None else cast(VersionDocument, record.value)


async def check_qualifier(call: Call, name: FunctionName, document: FunctionDocument) -> None:
    """Whether the version or alias exists. Raises ResourceNotFound."""
    qualifier = name.qualifier
    if qualifier is None or qualifier == LATEST or qualifier in document.get("aliases", {}):
        return
    if not qualifier.isdecimal():
        raise alias_not_found(name.arn)
    if await read_version(call.ports, name, qualifier) is None:
        raise function_not_found(name.arn)


def forget_settings(document: FunctionDocument, qualifier: str) -> None:
    """Of a version or an alias that is deleted: one that gets its name later has none of what was set for it."""
    document["policies"].pop(qualifier, None)
    document.get("provisioned", {}).pop(qualifier, None)
    document.get("event_invoke_configs", {}).pop(qualifier, None)
    document.get("urls", {}).pop(qualifier, None)


async def all_versions_of(ports: Ports, name: FunctionName) -> Sequence[Record]:
    """The records of a function's published versions, ascending."""
    return await ports.records.list(versions_of(name.scope), name.name)


async def functions_of(call: Call) -> Sequence[FunctionDocument]:
    """Every function of the caller's account and region, ordered by name."""
    return [document_of(record) for record in await call.ports.records.list(collection(call.scope))]


@asynccontextmanager
async def edit_function(
    ports: Ports, name: FunctionName, missing: AwsError | None = None, *, also: Sequence[Put | Delete] = ()
) -> AsyncIterator[FunctionDocument]:
    """Hold a function, let the block change its document in place, and write it if the block did not raise.

    ``also`` is written with it; the block may fill it. Raises ``missing`` or ``Function not found``;
    ResourceConflict when another process was first.
    """
    key = function_key(name)
    async with ports.editing.hold(key):
        record = await ports.records.get(key)
        if record is None:
            raise missing or function_not_found(name.arn)
        yield document_of(record)
        try:
            await ports.records.write(Put(key, record.value, expected=record.revision), *also)
        except RevisionConflict:
            raise ResourceConflict(
                "The operation cannot be performed at this time. "
                f"An update is in progress for resource: {name.unqualified_arn}"
            ) from None


def check_revision(document: FunctionDocument, revision_id: str | None) -> None:
    """Raises PreconditionFailed if the client's RevisionId is not the function's (section 5)."""
    if revision_id is not None and revision_id != document["configuration"]["RevisionId"]:
        raise PreconditionFailed("GetFunction/GetAlias")
