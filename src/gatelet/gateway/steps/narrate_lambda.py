"""Tells a call of a function in the words of AWS's execution log; called only where somebody listens.

Reference: apigateway-data-plane section 15.
"""

from __future__ import annotations

import json

from gatelet.aws.arn import function_arn
from gatelet.aws.scope import Scope
from gatelet.gateway.events.proxy import build
from gatelet.gateway.exchange import Exchange
from gatelet.gateway.ports import FunctionTarget, ProxyReply
from gatelet.gateway.steps.narrate import endpoint_request, endpoint_response
from gatelet.gateway.story import Story


def request(story: Story, target: FunctionTarget, body: bytes, exchange: Exchange) -> None:
    """The call of a function with a JSON event."""
    arn = function_arn(Scope(target.account, target.region), target.name, target.qualifier)
    uri = f"https://lambda.{target.region}.amazonaws.com/2015-03-31/functions/{arn}/invocations"
    api = exchange.snapshot.api_id
    headers = [
        ("x-amzn-lambda-integration-tag", exchange.trace.request_id),
        ("Authorization", "*" * 40),
        ("x-amzn-apigateway-api-id", api),
        ("Accept", "application/json"),
        ("User-Agent", f"AmazonAPIGateway_{api}"),
        ("X-Amzn-Trace-Id", exchange.trace_ids[1]),
        ("Content-Type", "application/json"),
    ]
    endpoint_request(story, uri, headers, body)


def proxy_request(story: Story, target: FunctionTarget, head: bytes, exchange: Exchange) -> None:
    """The call of a function with the request; the event is built here as the worker builds it."""
    event = build(json.loads(head), exchange.body) if story.data else {}
    request(story, target, json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode(), exchange)


def proxy_reply(story: Story, reply: ProxyReply, exchange: Exchange) -> None:
    """The function's answer; a good one came in parts and is shown put together."""
    body = reply.payload
    if reply.kind == "response":
        lines = [line.partition(": ") for line in reply.headers.decode("latin-1").split("\r\n")[:-1]]
        answer = {
            "statusCode": reply.status,
            "headers": {name: value for name, _, value in lines},
            "isBase64Encoded": reply.base64,
            "body": reply.body.decode("utf-8", "replace"),
        }
        body = json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
        ("x-amzn-RequestId", reply.request_id),
        ("X-Amzn-Trace-Id", exchange.trace_ids[1]),
    ]
    endpoint_response(story, exchange.trace, headers, body)
