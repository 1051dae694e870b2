"""AWS_PROXY with a Lambda function: the event goes out, an answer or a typed failure comes back.

Reference: apigateway-data-plane sections 4, 6 and 7.
"""

from __future__ import annotations

from gatelet.gateway.errors import FunctionFailed, GatewayError, MalformedProxyResponse
from gatelet.gateway.exchange import Exchange
from gatelet.gateway.integrations.lambda_failures import error_message, failure_of
from gatelet.gateway.integrations.proxy_call import SURELY_SMALL, check_size, proxy_call
from gatelet.gateway.method import LambdaProxy
from gatelet.gateway.ports import InvokerError, ProxyReply
from gatelet.gateway.steps import narrate_lambda
from gatelet.gateway.steps.proxy_response import proxy_response
from gatelet.gateway.trace import IntegrationFacts
from gatelet.http.response import Response


async def run(integration: LambdaProxy, exchange: Exchange) -> Response:
    """The function's answer as the response. Raises GatewayError."""
    trace, clock = exchange.trace, exchange.ports.clock
    call = proxy_call(integration, exchange)
    if len(call.body) > SURELY_SMALL:
        await check_size(call, exchange)
    if trace.story is not None:
        narrate_lambda.proxy_request(trace.story, call.target, call.head, exchange)
    began = clock.monotonic()
    try:
        reply = await exchange.ports.invoker.invoke_proxy(call)
    except InvokerError as refused:
        raise failure_of(refused) from refused
    milliseconds = round((clock.monotonic() - began) * 1000)
    trace.integration = facts = IntegrationFacts(200, milliseconds, reply.request_id, reply.status or None)
    if trace.story is not None:
        narrate_lambda.proxy_reply(trace.story, reply, exchange)
    if reply.kind == "response":
        return proxy_response(exchange.snapshot, trace, reply, call.trace_id)
    raise _failure(reply, facts)


def _failure(reply: ProxyReply, facts: IntegrationFacts) -> GatewayError:
    """Why an answer is no response."""
    if reply.kind == "error":
        message = error_message(reply.payload) or reply.payload.decode("utf-8", "replace")
        facts.error = f"Lambda Customer Function Error:{message}"
        return FunctionFailed(
            f"Lambda execution failed with status 200 due to customer function error: {message}. "
            f"Lambda request id: {reply.request_id}"
        )
    return MalformedProxyResponse()
