"""Reading and editing functions: one document, one atomic write, or nothing at all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import cast

from gatelet.aws.errors import AwsError
from gatelet.aws.scope import Scope
from gatelet.control.lambda_.errors import PreconditionFailed, ResourceConflict, function_not_found
from gatelet.control.lambda_.names import FunctionName, resolve
from gatelet.control.operation import Call, Request
from gatelet.control.ports import Ports
from gatelet.functions.model import KIND, SERVICE, FunctionDocument
from gatelet.storage.ports import Collection, Key, Put, Record, RevisionConflict


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


async def read_function(call: Call, name: FunctionName, missing: AwsError | None = None) -> FunctionDocument:
    """The function's document. Raises ``missing``, or ``Function not found`` with the ARN as it was given.

    A qualifier other than ``$LATEST`` names nothing that exists here: publishing versions is refused.
    """
    record = await call.ports.records.get(function_key(name)) if name.latest else None
    if record is None:
        raise missing or function_not_found(name.arn)
    return document_of(record)


async def functions_of(call: Call) -> Sequence[FunctionDocument]:
    """Every function of the caller's account and region, ordered by name."""
    return [document_of(record) for record in await call.ports.records.list(collection(call.scope))]


@asynccontextmanager
async def edit_function(
    ports: Ports, name: FunctionName, missing: AwsError | None = None
) -> AsyncIterator[FunctionDocument]:
    """Hold a function, let the block change its document in place, and write it if the block did not raise.

    Raises ``missing`` or ``Function not found``; ResourceConflict when another process was first.
    """
    key = function_key(name)
    async with ports.editing.hold(key):
        record = await ports.records.get(key)
        if record is None:
            raise missing or function_not_found(name.arn)
        yield document_of(record)
        try:
            await ports.records.write(Put(key, record.value, expected=record.revision))
        except RevisionConflict:
            raise ResourceConflict(
                "The operation cannot be performed at this time. "
                f"An update is in progress for resource: {name.unqualified_arn}"
            ) from None


def check_revision(document: FunctionDocument, revision_id: str | None) -> None:
    """Raises PreconditionFailed if the client's RevisionId is not the function's (section 5)."""
    if revision_id is not None and revision_id != document["configuration"]["RevisionId"]:
        raise PreconditionFailed("GetFunction/GetAlias")
