"""The whole life of a request, in AWS's order.

Reference: apigateway-data-plane section 1. An address is found before (gatelet.gateway.invoke_url).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from functools import partial

from gatelet.gateway.canary import draw
from gatelet.gateway.compression import compress
from gatelet.gateway.errors import ApiConfigurationError, GatewayError, InternalFailure
from gatelet.gateway.exchange import Exchange
from gatelet.gateway.invoke_url import InvokeAddress
from gatelet.gateway.live import LiveGateway
from gatelet.gateway.ports import Ports
from gatelet.gateway.router import Route
from gatelet.gateway.snapshot import Snapshot
from gatelet.gateway.steps import narrate, narrate_access
from gatelet.gateway.steps.admit import admit_caller
from gatelet.gateway.steps.authorize import authorize
from gatelet.gateway.steps.cache import cached
from gatelet.gateway.steps.decode import decode
from gatelet.gateway.steps.execution_log import log_failure
from gatelet.gateway.steps.finish import abandoned, finish
from gatelet.gateway.steps.gateway_response import gateway_response
from gatelet.gateway.steps.integrate import integrate
from gatelet.gateway.steps.resolve import admit, resolve
from gatelet.gateway.steps.validate import validate
from gatelet.gateway.story import Story
from gatelet.gateway.trace import Trace
from gatelet.http.request import Request
from gatelet.http.response import Response

logger = logging.getLogger(__name__)


async def serve(request: Request, address: InvokeAddress, live: LiveGateway, ports: Ports) -> Response:
    """Answer a request to an invoke URL. Raises nothing; cancelled, the client is gone."""
    trace = Trace(request, address, ports)
    try:
        response = await settle(respond(live, trace, ports), trace, ports)
    except asyncio.CancelledError:
        abandoned(trace, ports)
        raise
    return finish(response, trace, ports)


async def settle(answer: Awaitable[Response], trace: Trace, ports: Ports) -> Response:
    """The answer, or the gateway response for why there is none: what AWS shows, whatever happens. Raises nothing.

    For TestInvokeMethod: ``settle(execute(...), trace, ports)`` with ``trace.snapshot``, ``route`` and ``story`` set.
    """
    try:
        response = await answer
        trace.status = response.status
        return response
    except GatewayError as error:
        failure = error
    except Exception:  # a fault of ours: told by its id, and never by its text to the client
        logger.exception("request %s failed inside the gateway", trace.request_id)
        failure = InternalFailure()
    trace.failure = failure
    response = gateway_response(trace, failure)
    log_failure(ports.execution_log, trace, failure, response.status)
    return response


async def respond(live: LiveGateway, trace: Trace, ports: Ports) -> Response:
    """Find the stage and the method, let the request in, run it. Raises GatewayError."""
    snapshot = admit(live.stage_for(trace.address))
    if snapshot.canary is not None:
        snapshot, trace.is_canary = draw(snapshot, ports.ids.fraction())
    trace.snapshot = snapshot
    trace.route = route = resolve(snapshot, trace)
    if route.method.logging is not None:
        trace.story = Story(ports.clock, data=route.method.logging.data)
        narrate_access.arrived(trace.story, trace)
    if ports.spans is not None:
        trace.begin_spans(ports, asked=snapshot.traced)
    elif snapshot.traced:
        raise ApiConfigurationError("Gatelet traces only with the setting otel_endpoint")
    if route.method.authorization is not None or snapshot.policy is not None:
        await authorize(snapshot, route, trace, ports)
    if trace.spans is not None:
        trace.spans.authorized(ports.clock.now())
    waiting = admit_caller(snapshot, route, trace, ports.admission, ports.settings)
    if waiting is not None:
        await waiting
    response = await execute(snapshot, route, trace, ports)
    return response if snapshot.minimum_compression_size is None else await compress(response, trace)


async def execute(snapshot: Snapshot, route: Route, trace: Trace, ports: Ports) -> Response:
    """Run a method: the part that a test invocation shares. Raises GatewayError."""
    body = await decode(trace) if "content-encoding" in trace.request.values else trace.request.body
    exchange = Exchange(snapshot, route, trace, ports, body)
    if trace.story is not None:
        narrate.begin(trace.story, exchange)
    if route.method.validator is not None:
        await validate(route.method.validator, exchange)
    plan = route.method.cache
    if plan is None:
        response = await integrate(exchange)
    else:
        response = await cached(plan, exchange, partial(integrate, exchange))
    if trace.story is not None:
        narrate.complete(trace.story, response)
    return response
