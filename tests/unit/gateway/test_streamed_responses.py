"""Responses that functions stream through the gateway (apigateway-data-plane section 14)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.unit.gateway.world import World, function_uri, header, method

STREAM = {
    "responseTransferMode": "STREAM",
    "uri": function_uri()
    .replace("2015-03-31", "2021-11-15")
    .replace("/invocations", "/response-streaming-invocations"),
}
PRELUDE = json.dumps({"statusCode": 201, "headers": {"X-Made": "slowly"}}).encode()


def get(pieces: list[bytes]) -> tuple[Any, list[bytes]]:
    async def run() -> tuple[Any, list[bytes]]:
        world = World({"/users": {"GET": method(integration=STREAM)}}, lambda event: pieces)
        await world.live.start()
        response = await world.call()
        if not isinstance(response.body, AsyncIterator):
            return response, [response.body]
        return response, [part async for part in response.body if part]

    return asyncio.run(run())


@pytest.mark.parametrize(
    "pieces",
    [
        [PRELUDE + bytes(8) + b"one", b"two"],
        [PRELUDE[:9], PRELUDE[9:] + bytes(3), bytes(5), b"one", b"two"],
        [PRELUDE, bytes(8) + b"one", b"two"],
    ],
    ids=["at once", "torn", "apart"],
)
def test_the_metadata_begins_the_response_wherever_it_is_torn(pieces: list[bytes]) -> None:
    response, parts = get(pieces)
    assert (response.status, header(response, "x-made"), b"".join(parts)) == (201, "slowly", b"onetwo")
    assert parts[-1] == b"two", "each piece goes on as it comes"


@pytest.mark.parametrize(
    "pieces",
    [[], [PRELUDE], [b"no metadata" + bytes(8)], [b"[1]" + bytes(8)], [b"x" * 20_000]],
    ids=["nothing", "no end", "no JSON", "no object", "too long"],
)
def test_a_stream_without_metadata_is_a_bad_gateway(pieces: list[bytes]) -> None:
    response, parts = get(pieces)
    assert (response.status, json.loads(b"".join(parts))) == (502, {"message": "Internal server error"})
