"""GetAccountSettings. Reference: lambda-control-plane section 7."""

from __future__ import annotations

from gatelet.aws import quotas
from gatelet.control.lambda_.documents import functions_of
from gatelet.control.operation import Call, Request, Response, operation


@operation("lambda", "GetAccountSettings")
async def get_account_settings(call: Call, _request: Request) -> Response:
    """The limits of the account in this region, and what is used of them."""
    functions = await functions_of(call)
    reserved = sum(document.get("reserved_concurrency", 0) for document in functions)
    return {
        "AccountLimit": {
            "TotalCodeSize": quotas.TOTAL_CODE_BYTES,
            "CodeSizeUnzipped": quotas.CODE_UNZIPPED_BYTES,
            "CodeSizeZipped": quotas.CODE_ZIPPED_BYTES,
            "ConcurrentExecutions": quotas.CONCURRENT_EXECUTIONS,
            "UnreservedConcurrentExecutions": quotas.CONCURRENT_EXECUTIONS - reserved,
        },
        "AccountUsage": {
            "TotalCodeSize": sum(document["code"]["size"] for document in functions),
            "FunctionCount": len(functions),
        },
    }
