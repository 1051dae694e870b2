"""FunctionEventInvokeConfig: retries, age and destinations of asynchronous invocations.

Reference: lambda-control-plane section 11. The settings stand in the function's document, by qualifier.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from gatelet.aws.arn import function_arn
from gatelet.control.lambda_.documents import document_of, edit_function, function_key, named
from gatelet.control.lambda_.errors import InvalidParameterValue, ResourceNotFound
from gatelet.control.lambda_.event_destinations import check_destinations
from gatelet.control.lambda_.names import LATEST, FunctionName
from gatelet.control.lambda_.paging import after, next_marker, page_size
from gatelet.control.lambda_.qualifiers import names_something
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.functions.model import FunctionDocument

if TYPE_CHECKING:
    from types_boto3_lambda.type_defs import (
        DeleteFunctionEventInvokeConfigRequestTypeDef,
        GetFunctionEventInvokeConfigRequestTypeDef,
        ListFunctionEventInvokeConfigsRequestTypeDef,
        PutFunctionEventInvokeConfigRequestTypeDef,
        UpdateFunctionEventInvokeConfigRequestTypeDef,
    )

_NUMBERS = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds")
_NO_FUNCTION = "The function doesn't exist."


@operation("lambda", "PutFunctionEventInvokeConfig")
async def put_event_invoke_config(call: Call, request: PutFunctionEventInvokeConfigRequestTypeDef) -> Response:
    """Set everything anew: what is not given has its default."""
    async with _edit(call, request, "PutFunctionEventInvokeConfig") as (name, document):
        config = _merged({}, request, call.ports.clock.now())
        _configs(document)[name.qualifier or LATEST] = config
    return _shown(name, name.qualifier or LATEST, config)


@operation("lambda", "UpdateFunctionEventInvokeConfig")
async def update_event_invoke_config(call: Call, request: UpdateFunctionEventInvokeConfigRequestTypeDef) -> Response:
    """Set what is given; the rest stays."""
    async with _edit(call, request, "UpdateFunctionEventInvokeConfig") as (name, document):
        configs = _configs(document)
        qualifier = name.qualifier or LATEST
        if qualifier not in configs:
            raise _no_config(name)
        config = configs[qualifier] = _merged(configs[qualifier], request, call.ports.clock.now())
    return _shown(name, qualifier, config)


@operation("lambda", "GetFunctionEventInvokeConfig")
async def get_event_invoke_config(call: Call, request: GetFunctionEventInvokeConfigRequestTypeDef) -> Response:
    """The settings of one qualifier."""
    name = named(call, request, "GetFunctionEventInvokeConfig")
    record = await call.ports.records.get(function_key(name))
    qualifier = name.qualifier or LATEST
    configs = {} if record is None else document_of(record).get("event_invoke_configs", {})
    if qualifier not in configs:
        raise _no_config(name)
    return _shown(name, qualifier, configs[qualifier])


@operation("lambda", "DeleteFunctionEventInvokeConfig")
async def delete_event_invoke_config(call: Call, request: DeleteFunctionEventInvokeConfigRequestTypeDef) -> Response:
    """Back to the defaults."""
    name = named(call, request, "DeleteFunctionEventInvokeConfig")
    async with edit_function(call.ports, name, _no_config(name)) as document:
        if _configs(document).pop(name.qualifier or LATEST, None) is None:
            raise _no_config(name)
    return {}


@operation("lambda", "ListFunctionEventInvokeConfigs")
async def list_event_invoke_configs(call: Call, request: ListFunctionEventInvokeConfigsRequestTypeDef) -> Response:
    """The settings of every qualifier that has any, ordered by qualifier."""
    name = named(call, request, "ListFunctionEventInvokeConfigs")
    record = await call.ports.records.get(function_key(name))
    if record is None:
        raise ResourceNotFound(_NO_FUNCTION)
    configs = document_of(record).get("event_invoke_configs", {})
    size, begin = page_size(request), after(request)
    names = sorted(qualifier for qualifier in configs if qualifier > begin)[: size + 1]
    return {
        "FunctionEventInvokeConfigs": [_shown(name, qualifier, configs[qualifier]) for qualifier in names[:size]],
        "NextMarker": next_marker(names, size),
    }


@asynccontextmanager
async def _edit(call: Call, request: Request, action: str) -> AsyncIterator[tuple[FunctionName, FunctionDocument]]:
    """The function under edit, once everything about the request is known to be right."""
    name = named(call, request, action)
    missing = ResourceNotFound(_NO_FUNCTION)
    asked = [*(request.get(member) for member in _NUMBERS), request.get("DestinationConfig")]
    if all(value is None for value in asked):
        raise InvalidParameterValue("You must specify at least one of error handling or destination setting.")
    async with edit_function(call.ports, name, missing) as document:
        if not await names_something(call.ports, name, document):
            raise missing
        role = document["configuration"]["Role"]
        await check_destinations(call, name, request.get("DestinationConfig") or {}, role=role)
        yield name, document


def _configs(document: FunctionDocument) -> dict[str, dict[str, Any]]:
    return document.setdefault("event_invoke_configs", {})


def _merged(held: Mapping[str, Any], asked: Mapping[str, Any], now: float) -> dict[str, Any]:
    config: dict[str, Any] = {"LastModified": now}
    for member in _NUMBERS:
        value = asked.get(member) if asked.get(member) is not None else held.get(member)
        if value is not None:
            config[member] = value
    config["DestinationConfig"] = {"OnSuccess": {}, "OnFailure": {}, **(held.get("DestinationConfig") or {})}
    for member, target in (asked.get("DestinationConfig") or {}).items():
        arn = (target or {}).get("Destination")
        config["DestinationConfig"][member] = {"Destination": arn} if arn else {}
    return config


def _shown(name: FunctionName, qualifier: str, config: Mapping[str, Any]) -> dict[str, Any]:
    return {"FunctionArn": function_arn(name.scope, name.name, qualifier), **config}


def _no_config(name: FunctionName) -> ResourceNotFound:
    arn = function_arn(name.scope, name.name, name.qualifier or LATEST)
    return ResourceNotFound(f"The function {arn} doesn't have an EventInvokeConfig")
