"""RecursiveLoop: whether a function that calls itself is stopped. Reference: lambda-execution section 12."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatelet.control.lambda_.documents import edit_function, named, read_function
from gatelet.control.operation import Call, Response, operation

if TYPE_CHECKING:
    from types_boto3_lambda.type_defs import (
        GetFunctionRecursionConfigRequestTypeDef,
        PutFunctionRecursionConfigRequestTypeDef,
    )


@operation("lambda", "GetFunctionRecursionConfig")
async def get_function_recursion_config(call: Call, request: GetFunctionRecursionConfigRequestTypeDef) -> Response:
    """``Terminate`` unless it was set."""
    document = await read_function(call, named(call, request, "GetFunctionRecursionConfig"))
    return {"RecursiveLoop": document.get("recursive_loop", "Terminate")}


@operation("lambda", "PutFunctionRecursionConfig")
async def put_function_recursion_config(call: Call, request: PutFunctionRecursionConfigRequestTypeDef) -> Response:
    """``Allow`` lets loops run on."""
    name = named(call, request, "PutFunctionRecursionConfig")
    async with edit_function(call.ports, name) as document:
        document["recursive_loop"] = request["RecursiveLoop"]
    return {"RecursiveLoop": request["RecursiveLoop"]}
