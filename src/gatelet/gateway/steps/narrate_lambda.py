"""Tells a call of a function in the words of AWS's execution log; called only where somebody listens.

Reference: apigateway-data-plane section 15.
"""

from __future__ import annotations

import json
from typing import Any

from gatelet.aws.arn import function_arn
from gatelet.aws.clock import amz_date, http_date
from gatelet.aws.scope import Scope
from gatelet.gateway.events.proxy import build
from gatelet.gateway.exchange import Exchange
from gatelet.gateway.ports import FunctionTarget, ProxyReply
from gatelet.gateway.steps.narrate import SHOWN_BYTES, endpoint_request, endpoint_response, masked, starred, text_of
from gatelet.gateway.story import Story


def request(story: Story, target: FunctionTarget, body: bytes, exchange: Exchange) -> None:
    """The call of a function with a JSON event."""
    arn = function_arn(Scope(target.account, target.region), target.name, target.qualifier)
    uri = f"https://lambda.{target.region}.amazonaws.com/2015-03-31/functions/{arn}/invocations"
    api = exchange.snapshot.api_id
    headers = [
        ("x-amzn-lambda-integration-tag", exchange.trace.request_id),
        ("Authorization", "*" * 40),
        ("X-Amz-Date", amz_date(exchange.ports.clock.now())),
        ("x-amzn-apigateway-api-id", api),
        ("Accept", "application/json"),
        ("User-Agent", f"AmazonAPIGateway_{api}"),
        ("X-Amzn-Trace-Id", exchange.trace_ids[1]),
        ("Content-Type", "application/json"),
    ]
    endpoint_request(story, uri, headers, body)


def proxy_request(story: Story, target: FunctionTarget, head: bytes, exchange: Exchange) -> None:
    """The call of a function with the request; the event is built here as the worker builds it."""
    event: dict[str, Any] = {}
    if story.data:
        event = _masked(build(json.loads(head), exchange.body[:SHOWN_BYTES]), story, is_test=exchange.trace.is_test)
    request(story, target, json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode(), exchange)


def _masked(event: dict[str, Any], story: Story, *, is_test: bool) -> dict[str, Any]:
    """The event without what nobody may read in a log: credentials in headers and query, the API key."""
    shown = dict(event)
    for name in ("headers", "queryStringParameters"):
        if event[name] is not None:
            shown[name] = dict(masked(event[name].items(), story.secret))
    for name in ("multiValueHeaders", "multiValueQueryStringParameters"):
        shown[name] = event[name] and {
            key: [one for _, one in masked([(key, value) for value in values], story.secret)]
            for key, values in event[name].items()
        }
    context = event["requestContext"]
    identity = context["identity"]
    if "apiKey" in identity and not is_test:
        shown["requestContext"] = {**context, "identity": {**identity, "apiKey": starred(identity["apiKey"])}}
    return shown


def proxy_reply(story: Story, reply: ProxyReply, exchange: Exchange) -> None:
    """The function's answer; a good one came in parts and is shown put together."""
    body = reply.payload
    if reply.kind == "response":
        lines = [line.partition(": ") for line in reply.headers.decode("latin-1").split("\r\n")[:-1]]
        answer = {
            "statusCode": reply.status,
            "headers": {name: value for name, _, value in lines},
            "isBase64Encoded": reply.base64,
            "body": text_of(reply.body),
        }
        body = json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()
    reply_told(story, exchange, body, reply.request_id)


def reply_told(
    story: Story,
    exchange: Exchange,
    payload: bytes,
    request_id: str,
    version: str = "$LATEST",
    function_error: str | None = None,
) -> None:
    """What Lambda's API answered, with the headers that it answers with."""
    headers = [
        ("Date", http_date(exchange.ports.clock.now())),
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(payload))),
        ("Connection", "keep-alive"),
        ("x-amzn-RequestId", request_id),
        ("x-amzn-Remapped-Content-Length", "0"),
        ("X-Amz-Executed-Version", version),
        ("X-Amzn-Trace-Id", exchange.trace_ids[1]),
    ]
    if function_error is not None:
        headers.insert(-1, ("X-Amz-Function-Error", function_error))
    endpoint_response(story, exchange.trace, headers, payload)
