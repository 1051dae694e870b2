"""What holds for any template and any request: the owner's mistakes are the owner's, never a fault of the gateway."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.gateway.world import World, mapped, stage, stage_key

PIECES = [
    "$input", "$input.body", "$input.json('$')", "$input.json('$.a')", "$input.path('$')", "$input.path('$..a')",
    "$input.path($x)", "$input.json($o)", "$input.params()", "$input.params('a')", "$input.params($o)",
    "$input.params('a', 'b')", "$input.path()", "$context", "$context.keySet()", "$context.entrySet()",
    "$context.values()",
    "$context.identity", "$context.identity.sourceIp", "$context.get('path')", "$context.get($o)",
    "$context.error.message",
    "$context.authorizer.claims.sub", "$context.requestOverride.header", "$stageVariables", "$stageVariables.a",
    "$util", "$util.escapeJavaScript($x)", "$util.parseJson($x)", "$util.parseJson($input.body).a",
    "$util.urlEncode($o)",
    "$util.urlDecode($x)", "$util.base64Encode($o)", "$util.base64Decode($x)", "$util.parseJson('{\"a\": [1, 1e999]}')",
    "#set($x = $input.path('$.a'))", "#set($x = \"$input.body\")", "#set($o = $input.path('$'))", "#set($o = $context)",
    "#set($o = $util)", "#set($x = '$..[?(@.a)]')", "$o.put('a', $o)", "$o.put('b', $context)", "$o.add($o)",
    "#set($context.requestOverride.header.X-A = $o)", "#set($context.requestOverride.header['a b'] = $x)",
    "#set($context.requestOverride.querystring.q = $x)", "#set($context.requestOverride.path.p = $o)",
    "#set($context.requestOverride.header.Y = [$x, $o, 1])", "$context.requestOverride.header.put($x, $o)",
    "#set($context.responseOverride.status = $x)", "#set($context.responseOverride.status = 418)",
    "#set($context.responseOverride.header.Z = \"a$input.body\")", "#set($context.responseOverride.custom = $o)",
    "#set($context.identity.caller = 'x')", "#set($input.body = 'x')", "#set($util.x = 1)", "#set($context = 'x')",
    "#foreach($k in $context.keySet())$k$context.get($k)#end", "#foreach($i in $o)$i#end",
    "#if($o == $context)", "#end",
    "{", "}", '"', "statusCode", ": 200", "{statusCode: 200}", "\n", "\u00e9",
]  # fmt: skip
TEMPLATES = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)
BODIES = st.sampled_from(
    [b"", b"{}", b'{"a": {"b": 1}}', b'[{"a": "x"}]', b'"text"', b"no json", b"\xff\x00",
     b'{"a": 12345678901234567890123}',
     b'{"a": "\\ud800"}', b'{"a": "x\\r\\ny"}']
)  # fmt: skip


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as running:
        yield running


def serve(runner: asyncio.Runner, members: dict[str, Any], body: bytes) -> None:
    """One request; whatever it meets, nothing inside the gateway fails, and the answer can be sent."""

    def answer(event: Any) -> Any:
        return event

    world = World({"/users": {"POST": mapped(**members)}}, answer, stage_members={"variables": {"a": "b"}})

    async def run() -> None:
        await world.put(stage_key(), stage(variables={"a": "b"}))
        response = await world.call(
            "POST", query="a=1&a=%0d%0a", headers=[("Content-Type", "application/json")], body=body
        )
        assert not [line for line in world.log.lines if "internal error" in line]
        assert 200 <= response.status <= 599
        lines = response.raw_headers.split(b"\r\n")
        assert lines.pop() == b""
        assert all(b": " in line and b"\n" not in line and b"\r" not in line for line in lines)

    runner.run(run())


@settings(max_examples=250, deadline=None)
@given(request=TEMPLATES, response=TEMPLATES, body=BODIES, kind=st.sampled_from(["AWS", "MOCK"]))
def test_any_templates(runner: asyncio.Runner, request: str, response: str, body: bytes, kind: str) -> None:
    serve(runner, {"kind": kind, "request": request, "response": response}, body)


SOURCES = st.sampled_from(
    ["method.request.body", "method.request.body.a", "method.request.body..a", "method.request.querystring.a",
     "method.request.multivaluequerystring.a", "method.request.header.X", "method.request.path.p", "context.requestId",
     "context.identity.caller", "stageVariables.a", "'static'", "''"]
)  # fmt: skip
TARGETS = st.sampled_from(["header.X", "header.X-Amz-Invocation-Type", "querystring.a b", "path.p", "header.a:b"])
RESULTS = st.sampled_from(["integration.response.body", "integration.response.body.a", "integration.response.header.X"])


@settings(max_examples=120, deadline=None)
@given(
    given=st.dictionaries(TARGETS.map("integration.request.{}".format), SOURCES, max_size=3),
    got=st.dictionaries(st.sampled_from(["X", "Server", "a:b"]).map("method.response.header.{}".format), RESULTS),
    body=BODIES,
)
def test_any_parameters(runner: asyncio.Runner, given: dict[str, str], got: dict[str, str], body: bytes) -> None:
    serve(runner, {"requestParameters": given, "responses": {"200": {"responseParameters": got}}}, body)
