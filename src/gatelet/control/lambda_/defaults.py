"""Reads of settings that cannot be changed here, so that every function has AWS's default.

Reference: lambda-control-plane section 13. Tools ask for them after every GetFunction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatelet.control.lambda_.documents import named, read_function
from gatelet.control.operation import Call, Response, operation

if TYPE_CHECKING:
    from types_boto3_lambda.type_defs import (
        GetFunctionCodeSigningConfigRequestTypeDef,
        GetRuntimeManagementConfigRequestTypeDef,
    )


@operation("lambda", "GetFunctionCodeSigningConfig")
async def get_code_signing_config(call: Call, request: GetFunctionCodeSigningConfigRequestTypeDef) -> Response:
    """No code signing configuration: configuring one is refused."""
    name = named(call, request, "GetFunctionCodeSigningConfig")
    await read_function(call, name)
    return {"FunctionName": name.name}


@operation("lambda", "GetRuntimeManagementConfig")
async def get_runtime_management_config(call: Call, request: GetRuntimeManagementConfigRequestTypeDef) -> Response:
    """Runtimes are those of the host: ``Auto``."""
    name = named(call, request, "GetRuntimeManagementConfig")
    await read_function(call, name)
    return {"UpdateRuntimeOn": "Auto", "FunctionArn": name.arn}
