"""GetCallerIdentity. Reference: identity section 3: it needs no permission."""

from __future__ import annotations

from gatelet.control.operation import Call, Request, Response, operation


@operation("sts", "GetCallerIdentity")
async def get_caller_identity(call: Call, _request: Request) -> Response:
    """Who signed the call."""
    return {"UserId": call.principal.user_id, "Account": call.principal.account, "Arn": call.principal.arn}
