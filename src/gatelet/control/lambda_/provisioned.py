"""Provisioned concurrency: put, get, list, delete. Reference: lambda-control-plane section 7."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gatelet.aws.clock import lambda_timestamp
from gatelet.control.lambda_.concurrency import held_back_sum, reserving
from gatelet.control.lambda_.documents import check_qualifier, edit_function, named, read, read_function
from gatelet.control.lambda_.errors import InvalidParameterValue, NotProvisioned
from gatelet.control.lambda_.names import FunctionName
from gatelet.control.lambda_.paging import after, next_marker, page_size
from gatelet.control.lambda_.provisioned_rules import check_amount, check_snap_start, check_target
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.functions.invocation import FunctionTarget, InvocationRefused
from gatelet.functions.model import ProvisionedDocument
from gatelet.functions.provisioned import ProvisionedState

if TYPE_CHECKING:
    from types_boto3_lambda.type_defs import (
        DeleteProvisionedConcurrencyConfigRequestTypeDef,
        GetProvisionedConcurrencyConfigRequestTypeDef,
        ListProvisionedConcurrencyConfigsRequestTypeDef,
        PutProvisionedConcurrencyConfigRequestTypeDef,
    )


@operation("lambda", "PutProvisionedConcurrencyConfig")
async def put_provisioned_concurrency_config(
    call: Call, request: PutProvisionedConcurrencyConfigRequestTypeDef
) -> Response:
    """Keep environments of a version or an alias initialised; they are started after the answer."""
    name = named(call, request, "PutProvisionedConcurrencyConfig")
    if name.latest:
        raise InvalidParameterValue(
            "Provisioned Concurrency Configs cannot be applied to unpublished function versions."
        )
    amount, qualifier = request["ProvisionedConcurrentExecutions"], str(name.qualifier)
    # The sum over all functions must not change between its check and the write.
    async with (
        call.ports.editing.hold(reserving(call)),
        edit_function(call.ports, name) as document,
    ):
        await check_qualifier(call, name, document)
        check_target(document, qualifier)
        check_snap_start((await read(call, name)).configuration)
        check_amount(document, qualifier, amount, await held_back_sum(call))
        asked: ProvisionedDocument = {
            "requested": amount,
            "LastModified": lambda_timestamp(call.ports.clock.now()),
        }
        document.setdefault("provisioned", {})[qualifier] = asked
    return _shown(asked, ProvisionedState(0))


@operation("lambda", "GetProvisionedConcurrencyConfig")
async def get_provisioned_concurrency_config(
    call: Call, request: GetProvisionedConcurrencyConfigRequestTypeDef
) -> Response:
    """How far the provisioned concurrency of a version or an alias is."""
    name = _published(call, request, "GetProvisionedConcurrencyConfig")
    document = await read_function(call, FunctionName(name.scope, name.name))
    await check_qualifier(call, name, document)
    asked = document.get("provisioned", {}).get(str(name.qualifier))
    if asked is None:
        raise NotProvisioned
    return _shown(asked, await _state(call, name))


@operation("lambda", "ListProvisionedConcurrencyConfigs")
async def list_provisioned_concurrency_configs(
    call: Call, request: ListProvisionedConcurrencyConfigsRequestTypeDef
) -> Response:
    """The provisioned concurrency of a function's versions and aliases."""
    given = named(call, request, "ListProvisionedConcurrencyConfigs")
    document = await read_function(call, given)
    begun, size = after(request), page_size(request)
    found = [item for item in sorted(document.get("provisioned", {}).items()) if item[0] > begun]
    items = []
    for qualifier, asked in found[:size]:
        name = FunctionName(given.scope, given.name, qualifier)
        items.append({"FunctionArn": name.arn, **_shown(asked, await _state(call, name))})
    marker = next_marker([qualifier for qualifier, _ in found], size)
    return {"ProvisionedConcurrencyConfigs": items, "NextMarker": marker}


@operation("lambda", "DeleteProvisionedConcurrencyConfig")
async def delete_provisioned_concurrency_config(
    call: Call, request: DeleteProvisionedConcurrencyConfigRequestTypeDef
) -> Response:
    """Keep no environments any more; where none are kept this changes nothing."""
    name = _published(call, request, "DeleteProvisionedConcurrencyConfig")
    async with edit_function(call.ports, name) as document:
        await check_qualifier(call, name, document)
        document.get("provisioned", {}).pop(str(name.qualifier), None)
    return {}


def _published(call: Call, request: Request, action: str) -> FunctionName:
    name = named(call, request, action)
    if name.latest:
        raise InvalidParameterValue("The function resource provided must be an alias or a published version.")
    return name


async def _state(call: Call, name: FunctionName) -> ProvisionedState:
    target = FunctionTarget(name.scope.account, name.scope.region, name.name, name.qualifier)
    try:
        return await call.ports.functions.provisioned(target)
    except InvocationRefused:  # the version is not ready yet
        return ProvisionedState(0)


def _shown(asked: ProvisionedDocument, state: ProvisionedState) -> dict[str, Any]:
    requested = asked["requested"]
    ready = min(state.ready, requested)
    status = "READY" if ready == requested else "FAILED" if state.failure else "IN_PROGRESS"
    return {
        "RequestedProvisionedConcurrentExecutions": requested,
        "AvailableProvisionedConcurrentExecutions": ready,
        "AllocatedProvisionedConcurrentExecutions": ready,
        "Status": status,
        "StatusReason": state.failure if status == "FAILED" else None,
        "LastModified": asked["LastModified"],
    }
