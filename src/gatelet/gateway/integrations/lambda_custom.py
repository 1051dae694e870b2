"""AWS with a Lambda function behind it: mappings make the event, the function's JSON is mapped to the response.

Reference: apigateway-data-plane sections 8.2, 9.3 and 9.4.
"""

from __future__ import annotations

import asyncio
import binascii
from base64 import b64decode, b64encode
from dataclasses import replace

from gatelet.gateway.errors import ApiConfigurationError
from gatelet.gateway.exchange import Exchange, IntegrationReply, OutgoingRequest
from gatelet.gateway.integrations.lambda_failures import error_message, failure_of
from gatelet.gateway.method import LambdaCustom
from gatelet.gateway.off_loop import LARGE_BYTES
from gatelet.gateway.ports import FunctionTarget, InvokeReply, InvokerError
from gatelet.gateway.steps import narrate_lambda
from gatelet.gateway.steps.map_request import map_request
from gatelet.gateway.steps.map_response import map_response
from gatelet.gateway.trace import IntegrationFacts
from gatelet.http.response import Response

_RUN, _EVENT, _DRY_RUN = "requestresponse", "event", "dryrun"
_STATUSES = {_RUN: 200, _EVENT: 202, _DRY_RUN: 204}
"""What Lambda's API answers with, by the type of the invocation."""


async def run(integration: LambdaCustom, exchange: Exchange) -> Response:
    """Map, invoke, map. Raises GatewayError."""
    outgoing = await map_request(integration.request, exchange)
    clock, trace = exchange.ports.clock, exchange.trace
    target, kind, log_tail, client_context = integration.target, _RUN, False, None
    if outgoing.query:
        target = _qualified(target, outgoing)
    if outgoing.headers:
        kind = _invocation_type(outgoing)
        log_tail = (outgoing.header("x-amz-log-type") or "").lower() == "tail"
        client_context = _client_context(outgoing)
    if trace.story is not None:
        narrate_lambda.request(trace.story, integration.target, outgoing.body, exchange)
    trace_id = exchange.trace_ids[1]
    began = clock.monotonic()
    try:
        answer = await exchange.ports.invoker.invoke(
            target,
            outgoing.body,
            asynchronous=kind == _EVENT,
            log_tail=log_tail,
            client_context=client_context,
            source_arn=exchange.method.source_arn,
            source_account=exchange.snapshot.scope.account,
            trace_id=trace_id,
            timeout=integration.timeout,
            dry_run=kind == _DRY_RUN,
        )
    except InvokerError as refused:
        raise failure_of(refused) from refused
    milliseconds = round((clock.monotonic() - began) * 1000)
    trace.integration = IntegrationFacts(_STATUSES[kind], milliseconds, answer.request_id)
    if trace.story is not None:
        narrate_lambda.reply_told(
            trace.story, exchange, answer.payload, answer.request_id, answer.executed_version, answer.function_error
        )
    responses, message = integration.responses, None
    if b"errorMessage" in answer.payload:
        large = len(answer.payload) > LARGE_BYTES
        message = await asyncio.to_thread(error_message, answer.payload) if large else error_message(answer.payload)
    headers = _headers(answer, trace_id) if responses.read_headers else []
    reply = IntegrationReply(_STATUSES[kind], answer.payload, headers, matched=message or "")
    return await map_response(responses, reply, exchange)


def _qualified(target: FunctionTarget, outgoing: OutgoingRequest) -> FunctionTarget:
    """A mapped query parameter ``Qualifier`` chooses the function's version or alias, as in Lambda's API."""
    qualifiers = [value for name, value in outgoing.query if name == "Qualifier"]
    return replace(target, qualifier=qualifiers[-1]) if qualifiers else target


def _invocation_type(outgoing: OutgoingRequest) -> str:
    """What X-Amz-Invocation-Type asks for. Raises ApiConfigurationError for what Lambda would refuse."""
    kind = outgoing.header("x-amz-invocation-type")
    if kind is None:
        return _RUN
    if kind.lower() not in _STATUSES:
        raise ApiConfigurationError(f"Lambda knows no invocation type {kind}")
    return kind.lower()


def _client_context(outgoing: OutgoingRequest) -> bytes | None:
    encoded = outgoing.header("x-amz-client-context")
    if not encoded:
        return None
    try:
        return b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise ApiConfigurationError("X-Amz-Client-Context is not base64") from None


def _headers(answer: InvokeReply, trace_id: str) -> list[tuple[str, str]]:
    """What Lambda's API answers beside the payload (data-plane section 15)."""
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(answer.payload))),
        ("x-amzn-RequestId", answer.request_id),
        ("X-Amz-Executed-Version", answer.executed_version),
        ("X-Amzn-Trace-Id", trace_id),
    ]
    if answer.function_error is not None:
        headers.append(("X-Amz-Function-Error", answer.function_error))
    if answer.log_tail:
        headers.append(("X-Amz-Log-Result", b64encode(answer.log_tail).decode("ascii")))
    return headers
