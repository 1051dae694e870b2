"""Reserved concurrency: put, get, delete. Reference: lambda-control-plane section 7."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatelet.aws import quotas
from gatelet.control.lambda_.documents import edit_function, functions_of, named, read_function
from gatelet.control.lambda_.errors import InvalidParameterValue, function_not_found
from gatelet.control.lambda_.names import LATEST, FunctionName
from gatelet.control.operation import Call, Request, Response, operation

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
        call.ports.editing.hold(("lambda", "concurrency", call.scope)),
        edit_function(call.ports, name, missing) as document,
    ):
        others = await reserved_sum(call) - document.get("reserved_concurrency", 0)
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


async def reserved_sum(call: Call) -> int:
    """What all functions of the caller's account and region have reserved."""
    return sum(document.get("reserved_concurrency", 0) for document in await functions_of(call))


def _unqualified(call: Call, request: Request, action: str) -> FunctionName:
    name = named(call, request, action)
    if name.qualifier is not None:
        raise InvalidParameterValue(
            "This operation is permitted on Lambda functions only. Aliases and versions do not support this "
            "operation. Please specify either a function name or an unqualified function ARN."
        )
    return name
