"""Reserved concurrency: put, get, delete. Reference: lambda-control-plane section 7."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatelet.aws import quotas
from gatelet.aws.scope import Scope
from gatelet.control.lambda_.documents import edit_function, functions_of, named, read_function
from gatelet.control.lambda_.errors import InvalidParameterValue, function_not_found
from gatelet.control.lambda_.names import LATEST, FunctionName
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.functions.catalogue import held_back_by

if TYPE_CHECKING:
    from types_boto3_lambda.type_defs import (
        DeleteFunctionConcurrencyRequestTypeDef,
        GetFunctionConcurrencyRequestTypeDef,
        PutFunctionConcurrencyRequestTypeDef,
    )


@operation("lambda", "PutFunctionConcurrency")
async def put_function_concurrency(call: Call, request: PutFunctionConcurrencyRequestTypeDef) -> Response:
    """Reserve concurrency for a function; 0 turns it off."""
    name = _unqualified(call, request, "PutFunctionConcurrency")
    amount = request["ReservedConcurrentExecutions"]
    missing = function_not_found(f"{name.arn}:{LATEST}")
    # The sum over all functions must not change between its check and the write.
    async with (
        call.ports.editing.hold(reserving(call)),
        edit_function(call.ports, name, missing) as document,
    ):
        provisioned = sum(asked["requested"] for asked in document.get("provisioned", {}).values())
        if amount < provisioned:
            raise InvalidParameterValue(
                f" ReservedConcurrentExecutions  {amount} should not be lower than function's total provisioned "
                f"concurrency [{provisioned}].",
                typed=False,
            )
        others = await held_back_sum(call) - held_back_by(document)
        if quotas.CONCURRENT_EXECUTIONS - others - amount < quotas.UNRESERVED_CONCURRENCY_MIN:
            raise InvalidParameterValue(
                "Specified ReservedConcurrentExecutions for function decreases account's "
                "UnreservedConcurrentExecution below its minimum value of "
                f"[{quotas.UNRESERVED_CONCURRENCY_MIN}].",
                typed=False,
            )
        document["reserved_concurrency"] = amount
    return {"ReservedConcurrentExecutions": amount}


@operation("lambda", "GetFunctionConcurrency")
async def get_function_concurrency(call: Call, request: GetFunctionConcurrencyRequestTypeDef) -> Response:
    """The reserved concurrency; empty when none is."""
    name = _unqualified(call, request, "GetFunctionConcurrency")
    document = await read_function(call, name)
    return {"ReservedConcurrentExecutions": document.get("reserved_concurrency")}


@operation("lambda", "DeleteFunctionConcurrency")
async def delete_function_concurrency(call: Call, request: DeleteFunctionConcurrencyRequestTypeDef) -> Response:
    """Give the reserved concurrency back."""
    name = _unqualified(call, request, "DeleteFunctionConcurrency")
    async with edit_function(call.ports, name) as document:
        document.pop("reserved_concurrency", None)
    return {}


def reserving(call: Call) -> tuple[str, str, Scope]:
    """What is held while the account's concurrency is shared out."""
    return ("lambda", "concurrency", call.scope)


async def held_back_sum(call: Call) -> int:
    """What all functions of the caller's account and region have reserved or provisioned."""
    return sum(held_back_by(document) for document in await functions_of(call))


def _unqualified(call: Call, request: Request, action: str) -> FunctionName:
    name = named(call, request, action)
    if name.qualifier is not None:
        raise InvalidParameterValue(
            "This operation is permitted on Lambda functions only. Aliases and versions do not support this "
            "operation. Please specify either a function name or an unqualified function ARN."
        )
    return name
