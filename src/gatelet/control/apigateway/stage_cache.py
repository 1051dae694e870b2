"""FlushStageCache. Reference: apigateway-authorization-limits section 10."""

from __future__ import annotations

from gatelet.control.apigateway.stages import find_stage
from gatelet.control.operation import Call, Request, Response, operation


@operation("apigateway", "FlushStageCache")
async def flush_stage_cache(call: Call, request: Request) -> Response:
    """Forget every kept response of the stage."""
    await find_stage(call, request["restApiId"], request["stageName"])
    await call.ports.gateway.flush_responses(call.scope, request["restApiId"], request["stageName"])
    return {}
