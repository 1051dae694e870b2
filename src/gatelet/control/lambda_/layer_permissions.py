"""Who may use a version of a layer: add, get, remove permissions. Reference: lambda-control-plane section 9."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, cast

from gatelet.control.lambda_.errors import PreconditionFailed, ResourceConflict, ResourceNotFound
from gatelet.control.lambda_.layer_names import LayerVersionName, resolve_layer_version
from gatelet.control.lambda_.permissions import add_statement, remove_statement
from gatelet.control.lambda_.statements import compact, policy_text, principal_of
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.functions.model import LayerVersionDocument
from gatelet.storage.ports import Put, RevisionConflict

if TYPE_CHECKING:
    from types_boto3_lambda.type_defs import (
        AddLayerVersionPermissionRequestTypeDef,
        GetLayerVersionPolicyRequestTypeDef,
        RemoveLayerVersionPermissionRequestTypeDef,
    )


@operation("lambda", "AddLayerVersionPermission")
async def add_layer_version_permission(call: Call, request: AddLayerVersionPermissionRequestTypeDef) -> Response:
    """Share a version with an account, an organisation or everybody."""
    name = resolve_layer_version(call, request["LayerName"], request["VersionNumber"])
    statement: dict[str, Any] = {
        "Sid": request["StatementId"],
        "Effect": "Allow",
        "Principal": principal_of(request["Principal"], call.scope.partition),
        "Action": request["Action"],
        "Resource": name.arn,
    }
    if request.get("OrganizationId"):
        statement["Condition"] = {"StringEquals": {"aws:PrincipalOrgID": request["OrganizationId"]}}
    async with _edit(call, name) as document:
        policy = document.get("policy") or {"RevisionId": "", "Statement": []}
        _check_revision(policy["RevisionId"], request)
        add_statement(policy, statement)
        policy["RevisionId"] = call.ports.ids.uuid()
        document["policy"] = policy
    return {"Statement": compact(statement), "RevisionId": policy["RevisionId"]}


@operation("lambda", "GetLayerVersionPolicy")
async def get_layer_version_policy(call: Call, request: GetLayerVersionPolicyRequestTypeDef) -> Response:
    """The policy of a version."""
    name = resolve_layer_version(call, request["LayerName"], request["VersionNumber"])
    record = await call.ports.records.get(name.key)
    if record is None:
        raise _missing(name)
    policy = cast(LayerVersionDocument, record.value).get("policy")
    if policy is None:
        raise _no_policy()
    return {"Policy": policy_text(policy["Statement"]), "RevisionId": policy["RevisionId"]}


@operation("lambda", "RemoveLayerVersionPermission")
async def remove_layer_version_permission(call: Call, request: RemoveLayerVersionPermissionRequestTypeDef) -> Response:
    """Remove a statement; the last one takes the policy with it."""
    name = resolve_layer_version(call, request["LayerName"], request["VersionNumber"])
    async with _edit(call, name) as document:
        policy = document.get("policy")
        if policy is None:
            raise _no_policy()
        remove_statement(policy, request["StatementId"])
        _check_revision(policy["RevisionId"], request)
        policy["RevisionId"] = call.ports.ids.uuid()
        if not policy["Statement"]:
            del document["policy"]
    return {}


@asynccontextmanager
async def _edit(call: Call, name: LayerVersionName) -> AsyncIterator[LayerVersionDocument]:
    async with call.ports.editing.hold(name.key):
        record = await call.ports.records.get(name.key) if name.scope == call.scope else None
        if record is None:
            raise _missing(name)
        yield cast(LayerVersionDocument, record.value)
        try:
            await call.ports.records.write(Put(name.key, record.value, record.parent, expected=record.revision))
        except RevisionConflict:
            raise ResourceConflict("The layer version was changed meanwhile. Please try again.") from None


def _check_revision(actual: str, request: Request) -> None:
    if request.get("RevisionId") not in (None, actual):
        raise PreconditionFailed("GetLayerPolicy")


def _missing(name: LayerVersionName) -> ResourceNotFound:
    return ResourceNotFound(f"Layer version {name.arn} does not exist.")


def _no_policy() -> ResourceNotFound:
    return ResourceNotFound("No policy is associated with the given resource.")
