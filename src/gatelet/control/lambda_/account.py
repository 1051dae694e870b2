"""GetAccountSettings. Reference: lambda-control-plane section 7."""

from __future__ import annotations

from gatelet.aws import quotas
from gatelet.control.lambda_.code import stored_bytes
from gatelet.control.lambda_.documents import functions_of
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.functions.catalogue import held_back_by


@operation("lambda", "GetAccountSettings")
async def get_account_settings(call: Call, _request: Request) -> Response:
    """The limits of the account in this region, and what is used of them."""
    functions = await functions_of(call)
    held_back = sum(held_back_by(document) for document in functions)
    return {
        "AccountLimit": {
            "TotalCodeSize": quotas.TOTAL_CODE_BYTES,
            "CodeSizeUnzipped": quotas.CODE_UNZIPPED_BYTES,
            "CodeSizeZipped": quotas.CODE_ZIPPED_BYTES,
            "ConcurrentExecutions": quotas.CONCURRENT_EXECUTIONS,
            "UnreservedConcurrentExecutions": quotas.CONCURRENT_EXECUTIONS - held_back,
        },
        "AccountUsage": {
            "TotalCodeSize": await stored_bytes(call),
            "FunctionCount": len(functions),
        },
    }
