"""The whole life of a request, in AWS's order.

Reference: apigateway-data-plane section 1. An address is found before (gatelet.gateway.invoke_url).
"""

from __future__ import annotations

import logging

from gatelet.gateway.errors import ApiConfigurationError, GatewayError, InternalFailure
from gatelet.gateway.integrations.lambda_proxy import invoke_lambda
from gatelet.gateway.invoke_url import InvokeAddress
from gatelet.gateway.live import LiveGateway
from gatelet.gateway.method import Misconfiguration
from gatelet.gateway.ports import Ports
from gatelet.gateway.router import Route
from gatelet.gateway.snapshot import Snapshot
from gatelet.gateway.steps.decode import decode
from gatelet.gateway.steps.execution_log import log_failure
from gatelet.gateway.steps.gateway_response import gateway_response
from gatelet.gateway.steps.map_response import map_response
from gatelet.gateway.steps.resolve import admit, resolve
from gatelet.gateway.trace import Trace
from gatelet.http.request import Request
from gatelet.http.response import Response

logger = logging.getLogger(__name__)


async def serve(request: Request, address: InvokeAddress, live: LiveGateway, ports: Ports) -> Response:
    """Answer a request to an invoke URL. Raises nothing."""
    trace = Trace(request, address, ports)
    try:
        trace.snapshot = snapshot = admit(live.stage_for(address))
        return await respond(snapshot, trace, ports)
    except GatewayError as error:
        failure = error
    except Exception:  # a fault of ours: told by its id, and never by its text to the client
        logger.exception("request %s failed inside the gateway", trace.request_id)
        failure = InternalFailure()
    response = gateway_response(trace, failure)
    log_failure(ports.execution_log, trace, failure, response.status)
    return response


async def respond(snapshot: Snapshot, trace: Trace, ports: Ports) -> Response:
    """Find the method, let the request in, run it. Raises GatewayError."""
    trace.route = route = resolve(snapshot, trace)
    return await execute(snapshot, route, trace, ports)


async def execute(snapshot: Snapshot, route: Route, trace: Trace, ports: Ports) -> Response:
    """Run a method: the part that a test invocation shares. Raises GatewayError."""
    integration = route.method.integration
    if isinstance(integration, Misconfiguration):
        raise ApiConfigurationError(integration.reason)
    body = await decode(trace) if "content-encoding" in trace.seen else trace.request.body
    trace_ids = trace.trace_ids(ports)
    reply = await invoke_lambda(ports.invoker, integration, route, trace, body, trace_ids)
    return map_response(snapshot, trace, reply, trace_ids[1])
