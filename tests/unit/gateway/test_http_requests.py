"""Whatever a client sends and an owner maps, an endpoint gets one request with the headers of one.

Reference: apigateway-data-plane 8.2, 9.2 and 11.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.gateway.world import World, mapped

from gatelet.http.client.message import Answer, ClientRequest, encode_head
from gatelet.http.response import Response


class Recorder:
    """Encodes requests as the client does, and answers with an empty body."""

    def __init__(self) -> None:
        self.heads: list[bytes] = []
        self.bodies: list[bytes] = []

    async def send(self, request: ClientRequest, timeout: float) -> Answer:
        self.heads.append(encode_head(request))
        self.bodies.append(request.body)
        return Answer(200, [("Content-Type", "application/json")], b"{}")

    stream = send


MAPPINGS = {
    "integration.request.header.X-One": "method.request.header.X-In",
    "integration.request.header.X-Two": "method.request.body.header",
    "integration.request.querystring.one": "method.request.querystring.in",
    "integration.request.querystring.two": "method.request.body.query",
    "integration.request.path.one": "method.request.path.in",
    "integration.request.path.two": "method.request.body.path",
}
TEMPLATE = """
#set($context.requestOverride.header.X-Three = $input.path("$.header"))
#set($context.requestOverride.querystring.three = $input.path("$.query"))
#set($context.requestOverride.path.three = $input.path("$.path"))
$input.json("$")"""
OURS = {"host", "accept", "user-agent", "content-type", "x-amzn-apigateway-api-id", "x-amzn-trace-id", "content-length"}
FORWARDED = {"x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"}
MAPPED = {"x-one", "x-two", "x-three"}


def _world(kind: str) -> tuple[World, Recorder]:
    integration: dict[str, Any] = {
        "uri": "http://a.test/v1/{one}/{two}/{three}/end?fixed=1",
        "httpMethod": "POST",
        "requestParameters": MAPPINGS,
    }
    if kind == "HTTP":
        integration["request"] = TEMPLATE
    world = World({"/{in}": {"POST": mapped(kind, **integration)}})
    recorder = Recorder()
    world.ports = dataclasses.replace(world.ports, http=recorder)
    return world, recorder


ODD = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    [
        "a\r\nX-Evil: 1",
        "\n",
        "x HTTP/1.1\r\n\r\nGET /evil HTTP/1.1\r\n",
        "a&evil=1",
        "?evil",
        "#",
        "\x00",
        "%0d%0a",
        "ü",
    ]
)
SENDABLE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=12)
RAW = st.text(st.sampled_from('ab%0dA2F3?=;+|{}"<>^`~.é'), max_size=16)


@pytest.mark.parametrize("kind", ["HTTP", "HTTP_PROXY"])
@settings(max_examples=150, deadline=None)
@given(header=SENDABLE, query=RAW, path=RAW, values=st.tuples(ODD, ODD, ODD))
def test_one_request_with_the_headers_of_one(
    kind: str, header: str, query: str, path: str, values: tuple[str, str, str]
) -> None:
    world, recorder = _world(kind)
    body = json.dumps(dict(zip(("header", "query", "path"), values, strict=True))).encode()

    async def run() -> Response:
        await world.live.start()
        return await world.call(
            "POST",
            f"/{path.replace('?', '').replace('é', '') or 'x'}",
            f"in={query}",
            [("X-In", header), ("Content-Type", "application/json")],
            body,
        )

    response = asyncio.run(run())
    assert response.status in (200, 500)
    assert len(recorder.heads) == (response.status == 200)
    for head in recorder.heads:
        line, *lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
        verb, target, version = line.split(b" ")
        assert (verb, version) == (b"POST", b"HTTP/1.1")
        assert target.startswith(b"/v1/")
        assert target.split(b"?")[0].endswith(b"/end")
        assert target.split(b"?", 1)[1].startswith(b"fixed=1")
        names = [each.partition(b":")[0].decode().lower() for each in lines]
        assert set(names) <= OURS | MAPPED | (FORWARDED | {"x-in"} if kind == "HTTP_PROXY" else set())
        assert len(names) == len(set(names))
        assert not any(byte in head.replace(b"\r\n", b"") for byte in (b"\r", b"\n", b"\0"))
        allowed = {b"fixed", b"one", b"two", b"three", b"in"}
        parts = target.split(b"?", 1)[1].split(b"&")
        assert {part.partition(b"=")[0] for part in parts} <= allowed or kind == "HTTP_PROXY"
