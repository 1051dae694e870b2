"""Responses that are taken as they come: lambda-execution section 3 (Streaming)."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import pytest
from tests.unit.functions.bootstraps import SCRIPTED
from tests.unit.functions.world import API_ARN, World, head

from gatelet.aws import quotas
from gatelet.functions.invocation import FunctionTarget, Invocation, ProxyInvocation
from gatelet.functions.response_stream import ResponseStream

ERROR = {"errorMessage": "in the middle", "errorType": "Mine"}
TRAILERS = {
    "Lambda-Runtime-Function-Error-Type": "Mine",
    "Lambda-Runtime-Function-Error-Body": base64.b64encode(json.dumps(ERROR).encode()).decode(),
}


@pytest.fixture(scope="module")
def scripted(forking: World) -> FunctionTarget:
    return forking.function({"bootstrap": SCRIPTED}, Runtime="provided.al2023", Timeout=10)


async def begin(world: World, target: FunctionTarget, event: Any, **more: Any) -> ResponseStream:
    return await world.service.invoke_stream(
        Invocation(target, json.dumps(event).encode(), world.ids.uuid(), "Root=1-x", **more)
    )


async def whole(world: World, target: FunctionTarget, event: Any, **more: Any) -> tuple[ResponseStream, list[bytes]]:
    stream = await begin(world, target, event, **more)
    return stream, [part async for part in stream]


def test_parts_and_their_type(forking: World, scripted: FunctionTarget) -> None:
    stream, parts = forking.run(whole(forking, scripted, {"do": "stream", "parts": ["one ", "two"]}))
    assert (b"".join(parts), stream.content_type, stream.error) == (b"one two", "text/plain", None)


def test_the_tail_of_the_log_comes_with_the_end(forking: World, scripted: FunctionTarget) -> None:
    stream, _ = forking.run(whole(forking, scripted, {"do": "stream", "parts": ["x"]}, log_tail=True))
    assert stream.request_id.encode() in stream.log_tail


@pytest.mark.parametrize(
    ("event", "kind"),
    [({"trailers": TRAILERS}, "Mine"), ({"cut": True}, "Runtime.TruncatedResponse")],
    ids=["trailers", "cut"],
)
def test_an_error_in_the_middle(forking: World, scripted: FunctionTarget, event: Any, kind: str) -> None:
    stream, parts = forking.run(whole(forking, scripted, {"do": "stream", "parts": ["half"], **event}))
    assert b"".join(parts) == b"half"
    assert json.loads(stream.error or b"")["errorType"] == kind


def test_a_runtime_that_ends_in_the_middle_of_nothing(forking: World, scripted: FunctionTarget) -> None:
    stream, parts = forking.run(whole(forking, scripted, {"do": "exit", "status": 1}))
    assert (parts, json.loads(stream.error or b"")["errorType"]) == ([], "Runtime.ExitError")


def test_what_does_not_stream_is_one_part(forking: World, scripted: FunctionTarget) -> None:
    stream, parts = forking.run(whole(forking, scripted, {"do": "raw", "body": '{"a": 1}'}))
    assert (parts, stream.content_type) == ([b'{"a": 1}'], "application/json")


@pytest.mark.parametrize(
    ("source", "parts"), [("return {'a': event}", [b'{"a": 7}']), ("1 / 0", [])], ids=["ok", "fault"]
)
def test_python_answers_in_one_part(forking: World, source: str, parts: list[bytes]) -> None:
    stream, found = forking.run(whole(forking, forking.function(f"def handler(event, context): {source}"), 7))
    assert found == parts
    assert (stream.error is None) is bool(parts)


def test_a_slow_reader_holds_the_function_up(forking: World, scripted: FunctionTarget) -> None:
    """Bounded: what nobody reads yet waits in the function, not in the gateway."""
    size = 16 * quotas.MIB

    async def slowly() -> tuple[int, int]:
        stream = await begin(forking, scripted, {"do": "stream", "parts": [quotas.MIB] * 16})
        await asyncio.sleep(0.3)
        waiting = stream._unread
        return waiting, sum([len(part) async for part in stream])

    waiting, received = forking.run(slowly())
    assert received == size
    assert waiting < 4 * quotas.MIB


def test_a_reader_that_leaves_holds_nobody_up(forking: World, scripted: FunctionTarget) -> None:
    """The function goes on, and its environment serves the next event."""

    async def leave() -> Any:
        stream = await begin(forking, scripted, {"do": "stream", "parts": [quotas.MIB] * 16})
        await anext(stream)
        await stream.aclose()
        return json.loads((await forking.call(scripted, "next")).payload)

    assert forking.run(leave())["event"] == "next"


def test_a_stream_has_a_limit(forking: World, scripted: FunctionTarget, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quotas, "STREAMED_RESPONSE_BYTES", 100_000)
    stream, parts = forking.run(whole(forking, scripted, {"do": "stream", "parts": [200_000]}))
    assert sum(map(len, parts)) <= 100_000
    assert json.loads(stream.error or b"")["errorType"] == "Function.ResponseSizeTooLarge"


def test_whoever_waits_for_the_whole_gets_the_whole(forking: World, scripted: FunctionTarget) -> None:
    """Invoke on a function that streams is buffered."""
    event = {"do": "stream", "parts": ["one ", "two"]}
    assert forking.invoke(scripted, event).payload == b"one two"
    failed = forking.invoke(scripted, {**event, "trailers": TRAILERS})
    assert (failed.function_error, json.loads(failed.payload)) == ("Unhandled", ERROR)
    large = forking.invoke(scripted, {**event, "parts": [quotas.MIB] * 7})
    assert json.loads(large.payload)["errorType"] == "Function.ResponseSizeTooLarge"


def test_a_gateway_s_request_may_be_streamed(forking: World, scripted: FunctionTarget) -> None:
    async def ask() -> list[bytes]:
        asked = ProxyInvocation(scripted, head(userId="1"), b"body", API_ARN, "000000000000", "Root=1-x", 5.0)
        return [part async for part in await forking.service.invoke_proxy_stream(asked)]

    event = json.loads(b"".join(forking.run(ask())))["event"]
    assert (event["httpMethod"], event["body"]) == ("GET", "body")
