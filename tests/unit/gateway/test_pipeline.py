"""A request's whole life, from an invoke URL to its answer (apigateway-data-plane sections 1, 4, 7, 8)."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from gatelet.gateway.ports import (
    FunctionTarget,
    InvokeDenied,
    InvokePayloadTooLarge,
    InvokeRefused,
    InvokeThrottled,
    InvokeTimedOut,
    ProxyReply,
)
from gatelet.http.response import Response

from tests.unit.gateway.world import API, World, function_uri, header, headers_of, method


def call(world: World, *args: Any, **members: Any) -> Response:
    async def run() -> Response:
        await world.live.start()
        return await world.call(*args, **members)

    return asyncio.run(run())


def users(event: dict[str, Any]) -> dict[str, Any]:
    """The seed's handler."""
    user = {"userId": event["queryStringParameters"]["userId"], "name": "Jane Doe", "email": "jane.doe@example.com"}
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": json.dumps(user)}


def test_the_seed_s_get_answers() -> None:
    world = World(handler=users)
    response = call(world, query="userId=12345")
    assert response.status == 200
    assert response.body == b'{"userId": "12345", "name": "Jane Doe", "email": "jane.doe@example.com"}'
    # 8.1: always added, the trace id on success.
    assert [name for name, _ in headers_of(response)] == [
        "x-amzn-RequestId",
        "x-amz-apigw-id",
        "X-Amzn-Trace-Id",
        "Content-Type",
    ]
    assert world.log.written == []
    assert world.invoker.calls == [
        {
            "target": FunctionTarget("210987654321", "eu-west-1", "users", None),
            "source_arn": f"arn:aws:execute-api:eu-west-1:210987654321:{API}/dev/GET/users",
            "source_account": "210987654321",
            "trace_id": header(response, "X-Amzn-Trace-Id"),
            "timeout": 29.0,
        }
    ]
