"""AWS_PROXY whose function streams its response (``responseTransferMode: STREAM``).

Reference: apigateway-data-plane section 14.
"""

from __future__ import annotations

from typing import Any

from gatelet.gateway.errors import FunctionFailed, MalformedProxyResponse
from gatelet.gateway.events import proxy
from gatelet.gateway.exchange import Exchange
from gatelet.gateway.integrations.lambda_failures import error_message, failure_of
from gatelet.gateway.integrations.proxy_call import SURELY_SMALL, check_size, proxy_call
from gatelet.gateway.method import LambdaStream
from gatelet.gateway.pace import Paced
from gatelet.gateway.ports import InvokerError, ProxyReply, StreamReply
from gatelet.gateway.steps import narrate_lambda
from gatelet.gateway.steps.proxy_response import proxy_response
from gatelet.gateway.stream_prelude import PreludeMissing, read_prelude, remainder
from gatelet.gateway.trace import IntegrationFacts
from gatelet.http.response import Response


async def run(integration: LambdaStream, exchange: Exchange) -> Response:
    """The response that the function begins, its body still to come. Raises GatewayError."""
    trace, clock = exchange.trace, exchange.ports.clock
    call = proxy_call(integration, exchange)
    if len(call.body) > SURELY_SMALL:
        await check_size(call, exchange)
    if trace.story is not None:
        narrate_lambda.proxy_request(trace.story, call.target, call.head, exchange)
    began = clock.monotonic()
    try:
        stream = await exchange.ports.invoker.invoke_proxy_stream(call)
    except InvokerError as refused:
        raise failure_of(refused) from refused
    response = await _respond(stream, exchange)
    milliseconds = round((clock.monotonic() - began) * 1000)
    trace.integration = IntegrationFacts(200, milliseconds, stream.request_id, response.status)
    return response


async def _respond(stream: StreamReply, exchange: Exchange) -> Response:
    try:
        metadata, rest = await read_prelude(stream)
        response = _head(metadata, stream, exchange)
    except PreludeMissing:
        await stream.aclose()
        raise _failure(stream) from None
    except BaseException:
        await stream.aclose()
        raise
    response.body = Paced(remainder(rest, stream), exchange.ports.clock)
    return response


def _head(metadata: dict[str, Any], stream: StreamReply, exchange: Exchange) -> Response:
    """Status and headers by the rules of every proxy response. Raises MalformedProxyResponse."""
    cookies = metadata.pop("cookies", None) or []
    if not isinstance(cookies, list) or not all(_is_line(cookie) for cookie in cookies):
        raise MalformedProxyResponse
    read = proxy.reply(metadata)
    if read is None:
        raise MalformedProxyResponse
    status, _, headers, _ = read
    headers += "".join(f"Set-Cookie: {cookie}\r\n" for cookie in cookies).encode("latin-1", "replace")
    reply = ProxyReply("response", stream.request_id, status, headers=headers)
    return proxy_response(exchange.snapshot, exchange.trace, reply, exchange.trace_ids[1])


def _is_line(cookie: object) -> bool:
    return isinstance(cookie, str) and "\r" not in cookie and "\n" not in cookie


def _failure(stream: StreamReply) -> Exception:
    if stream.error is None:
        return MalformedProxyResponse()
    message = error_message(stream.error) or stream.error.decode("utf-8", "replace")
    return FunctionFailed(
        f"Lambda execution failed with status 200 due to customer function error: {message}. "
        f"Lambda request id: {stream.request_id}"
    )
