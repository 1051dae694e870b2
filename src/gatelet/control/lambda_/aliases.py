"""Aliases: create, get, list, update, delete. Reference: lambda-control-plane section 6."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gatelet.aws import quotas
from gatelet.control.lambda_.documents import (
    edit_function,
    forget_settings,
    named,
    read_function,
    read_version,
)
from gatelet.control.lambda_.errors import (
    InvalidParameterValue,
    PreconditionFailed,
    ResourceConflict,
    ResourceNotFound,
    alias_not_found,
    function_not_found,
)
from gatelet.control.lambda_.names import LATEST, FunctionName
from gatelet.control.lambda_.paging import after, next_marker, page_size
from gatelet.control.lambda_.provisioned_rules import check_alias_move
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.functions.model import AliasDocument

if TYPE_CHECKING:
    from types_boto3_lambda.type_defs import (
        CreateAliasRequestTypeDef,
        DeleteAliasRequestTypeDef,
        GetAliasRequestTypeDef,
        ListAliasesRequestTypeDef,
        UpdateAliasRequestTypeDef,
    )


@operation("lambda", "CreateAlias")
async def create_alias(call: Call, request: CreateAliasRequestTypeDef) -> Response:
    """A name for a version, or for two with weights."""
    name = _alias_name(call, request, "CreateAlias")
    version = request["FunctionVersion"]
    missing = function_not_found(_qualified(name, version).arn)
    async with edit_function(call.ports, name, missing) as document:
        aliases = document.setdefault("aliases", {})
        if name.qualifier in aliases:
            raise ResourceConflict(f"Alias already exists: {name.arn}")
        alias: AliasDocument = {
            "FunctionVersion": version,
            "Description": request.get("Description") or "",
            "RevisionId": call.ports.ids.uuid(),
            "weights": _weights(request) or {},
        }
        await _check(call, name, alias)
        aliases[str(name.qualifier)] = alias
    return _shown(name, alias)


@operation("lambda", "GetAlias")
async def get_alias(call: Call, request: GetAliasRequestTypeDef) -> Response:
    """An alias."""
    name = _alias_name(call, request, "GetAlias")
    missing = alias_not_found(name.arn)
    document = await read_function(call, FunctionName(name.scope, name.name), missing)
    alias = document.get("aliases", {}).get(str(name.qualifier))
    if alias is None:
        raise missing
    return _shown(name, alias)


@operation("lambda", "ListAliases")
async def list_aliases(call: Call, request: ListAliasesRequestTypeDef) -> Response:
    """The aliases ordered by name; with FunctionVersion those that point to it."""
    name = named(call, request, "ListAliases")
    document = await read_function(call, name)
    version, begun, size = request.get("FunctionVersion"), after(request), page_size(request)
    found = [
        (alias_name, alias)
        for alias_name, alias in sorted(document.get("aliases", {}).items())
        if alias_name > begun and version in (None, alias["FunctionVersion"], *alias["weights"])
    ]
    items = [_shown(_qualified(name, alias_name), alias) for alias_name, alias in found[:size]]
    return {"Aliases": items, "NextMarker": next_marker([alias_name for alias_name, _ in found], size)}


@operation("lambda", "UpdateAlias")
async def update_alias(call: Call, request: UpdateAliasRequestTypeDef) -> Response:
    """Point an alias elsewhere; what is omitted stays."""
    name = _alias_name(call, request, "UpdateAlias")
    missing = ResourceNotFound(f"Alias not found: {name.arn}")
    async with edit_function(call.ports, name, missing) as document:
        alias = document.get("aliases", {}).get(str(name.qualifier))
        if alias is None:
            raise missing
        if request.get("RevisionId") not in (None, alias["RevisionId"]):
            raise PreconditionFailed("GetFunction/GetAlias")
        if request.get("FunctionVersion") is not None:
            alias["FunctionVersion"] = request["FunctionVersion"]
        if request.get("Description") is not None:
            alias["Description"] = request["Description"]
        weights = _weights(request)
        if weights is not None:
            alias["weights"] = weights
        await _check(call, name, alias)
        check_alias_move(document, str(name.qualifier), alias)
        alias["RevisionId"] = call.ports.ids.uuid()
    return _shown(name, alias)


@operation("lambda", "DeleteAlias")
async def delete_alias(call: Call, request: DeleteAliasRequestTypeDef) -> Response:
    """Forget an alias with all that was set for it; one that is not there is forgotten already."""
    name = _alias_name(call, request, "DeleteAlias")
    qualifier = str(name.qualifier)
    async with edit_function(call.ports, name) as document:
        document.get("aliases", {}).pop(qualifier, None)
        forget_settings(document, qualifier)
    return {}


def _alias_name(call: Call, request: Request, action: str) -> FunctionName:
    return _qualified(named(call, request, action), request["Name"])


def _qualified(name: FunctionName, qualifier: str) -> FunctionName:
    return FunctionName(name.scope, name.name, qualifier)


def _weights(request: Request) -> dict[str, float] | None:
    """The AdditionalVersionWeights that a request gives; None if it leaves them as they are."""
    routing: Mapping[str, Any] | None = request.get("RoutingConfig")
    if routing is None:
        return None
    return {version: float(weight) for version, weight in (routing.get("AdditionalVersionWeights") or {}).items()}


async def _check(call: Call, name: FunctionName, alias: AliasDocument) -> None:
    """Whether it points to versions that exist, as AWS allows. Raises InvalidParameterValue, ResourceNotFound."""
    version, weights = alias["FunctionVersion"], alias["weights"]
    if len(weights) > quotas.ADDITIONAL_VERSION_WEIGHTS:
        raise InvalidParameterValue(
            f"Number of items in AdditionalVersionWeights cannot be greater than {quotas.ADDITIONAL_VERSION_WEIGHTS}"
        )
    if weights and version == LATEST:
        raise InvalidParameterValue(
            "$LATEST is not supported for an alias pointing to more than 1 version", typed=False
        )
    if version in weights:
        raise InvalidParameterValue(
            f"Invalid function version {version}. Function version {version} is already included in "
            "routing configuration."
        )
    for number in (version, *weights):
        if number != LATEST and await read_version(call.ports, name, number) is None:
            raise function_not_found(_qualified(name, number).arn)


def _shown(name: FunctionName, alias: AliasDocument) -> dict[str, Any]:
    weights = alias["weights"]
    return {
        "AliasArn": name.arn,
        "Name": name.qualifier,
        "FunctionVersion": alias["FunctionVersion"],
        "Description": alias["Description"],
        "RoutingConfig": {"AdditionalVersionWeights": weights} if weights else None,
        "RevisionId": alias["RevisionId"],
    }
