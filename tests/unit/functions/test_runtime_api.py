"""Functions that bring their own bootstrap: lambda-execution sections 2, 3, 4, 6 and 7."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import time
from collections.abc import Callable
from typing import Any

import pytest
from tests.unit.functions.bootstraps import HEAD, SCRIPTED, TALK
from tests.unit.functions.world import World

from gatelet.aws import quotas
from gatelet.functions.invocation import FunctionTarget, InvocationResult, TooManyRequests

PROVIDED = {"Runtime": "provided.al2023", "Handler": "some.handler", "Timeout": 10}


def provided(world: World, source: str = SCRIPTED, **more: Any) -> FunctionTarget:
    return world.function({"bootstrap": source}, **{**PROVIDED, **more})


@pytest.fixture(scope="module")
def scripted(forking: World) -> FunctionTarget:
    return provided(forking)


def failure(result: InvocationResult) -> Any:
    assert result.function_error == "Unhandled"
    return json.loads(result.payload)


def test_a_bootstrap_gets_the_event_and_its_headers(world: World) -> None:
    """Section 3, invocation/next; section 4: no AWS_EXECUTION_ENV, PWD or SHLVL, and nothing of Python's."""
    target = provided(world)
    before = time.time()
    answer = world.value(target, {"é": [1, None]})
    headers, environment = answer["headers"], answer["environment"]
    assert answer["event"] == {"é": [1, None]}
    assert headers["Content-Type"] == "application/json"
    assert headers["Lambda-Runtime-Invoked-Function-Arn"].endswith(f"function:{target.name}")
    assert headers["Lambda-Runtime-Trace-Id"].startswith("Root=1-5759e988-")
    assert before + 5 < int(headers["Lambda-Runtime-Deadline-Ms"]) / 1000 < time.time() + 10
    assert "Lambda-Runtime-Client-Context" not in headers
    assert environment["_HANDLER"] == "some.handler"
    assert environment["LAMBDA_TASK_ROOT"] == answer["cwd"]
    assert not {"AWS_EXECUTION_ENV", "PWD", "SHLVL", "PYTHONPATH"} & environment.keys()
    log = world.log_with(target, "REPORT")
    assert log[0].startswith("INIT_START Runtime Version: provided:al2023.v1\t")
    assert "starting\n" in log
    lines = [line.split(" ")[0] for line in log if line.startswith(("START", "END", "REPORT"))]
    assert lines == ["START", "END", "REPORT"]


def test_the_client_context_is_decoded(forking: World, scripted: FunctionTarget) -> None:
    result = forking.invoke(scripted, client_context='{"custom":{"a":"ü"}}'.encode())
    headers = json.loads(result.payload)["headers"]
    assert headers["Lambda-Runtime-Client-Context"].encode("latin-1").decode() == '{"custom":{"a":"ü"}}'


def test_answers_pass_through_as_they_are(forking: World, scripted: FunctionTarget) -> None:
    """Section 13: response bytes pass through unparsed."""
    assert forking.invoke(scripted, {"do": "raw", "body": "{ not json"}).payload == b"{ not json"


def test_errors_pass_through_as_they_are(forking: World, scripted: FunctionTarget) -> None:
    result = forking.invoke(scripted, {"do": "error"})
    assert result.payload == b'{"errorType":"Mine","errorMessage":"as told","x":1}'
    assert result.function_error == "Unhandled"


def test_an_error_without_a_body_has_the_type_of_its_header(forking: World, scripted: FunctionTarget) -> None:
    assert failure(forking.invoke(scripted, {"do": "bare error"}))["errorType"] == "Runtime.Own"


def test_wrong_turns_are_refused_and_harm_nobody(forking: World, scripted: FunctionTarget) -> None:
    """Section 3: 403 InvalidStateTransition, 400 InvalidRequestID, 400 InvalidFunctionResponseMode."""
    assert json.loads(forking.invoke(scripted, {"do": "wrong turns"}).payload) == [
        [403, "InvalidStateTransition"],
        [400, "InvalidRequestID"],
        [400, "InvalidRequestID"],
        [403, "InvalidStateTransition"],
        [403, "InvalidStateTransition"],
        [404, "NotFound"],
        [400, "InvalidFunctionResponseMode"],
    ]
    assert forking.value(scripted, 1)["event"] == 1
    again = [line for line in forking.log_with(scripted, "again") if line.startswith("again")]
    assert again[0] in ("again [403, 'InvalidStateTransition']\n", "again [400, 'InvalidRequestID']\n")


def test_a_response_over_the_limit(forking: World, scripted: FunctionTarget) -> None:
    """Section 2: Function.ResponseSizeTooLarge, and the environment survives; section 3: 413 to the runtime."""
    limit = quotas.INVOKE_RESPONSE_BYTES
    result = forking.invoke(scripted, {"do": "large", "size": limit + 1})
    assert failure(result)["errorType"] == "Function.ResponseSizeTooLarge"
    assert len(forking.invoke(scripted, {"do": "large", "size": limit}).payload) == limit
    refused = [line for line in forking.log_with(scripted, "large 413") if line.startswith("large 413")]
    assert "RequestEntityTooLarge" in refused[0]


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ({"do": "exit", "status": 3}, "Runtime exited with error: exit status 3"),
        ({"do": "exit", "status": 0}, "Runtime exited without providing a reason"),
        ({"do": "kill", "signal": signal.SIGSEGV}, "Runtime exited with error: signal: segmentation fault"),
    ],
    ids=["status", "zero", "signal"],
)
def test_a_runtime_that_ends(forking: World, scripted: FunctionTarget, event: Any, words: str) -> None:
    """Section 2 (Runtime.ExitError); the next event gets a new process."""
    error = failure(forking.invoke(scripted, event))
    assert (error["errorType"], error["errorMessage"].partition("Error: ")[2]) == ("Runtime.ExitError", words)
    assert forking.value(scripted, 1)["event"] == 1


def test_a_timeout_ends_the_runtime(forking: World) -> None:
    target = provided(forking, Timeout=1)
    assert failure(forking.invoke(target, {"do": "hang"}))["errorType"] == "Sandbox.Timedout"
    assert forking.value(target, 1)["event"] == 1


def test_no_bootstrap(forking: World) -> None:
    """Section 2: Runtime.InvalidEntrypoint."""
    error = failure(forking.invoke(forking.function({"other": "x"}, **PROVIDED)))
    assert error["errorType"] == "Runtime.InvalidEntrypoint"
    assert error["errorMessage"].startswith("RequestId: ")
    assert "Error: Couldn't find valid bootstrap(s): [" in error["errorMessage"]
    assert not error["errorMessage"].startswith("RequestId:  ")


def test_an_initialisation_that_fails(forking: World) -> None:
    """Section 3, init/error: the body is the answer, and the log tells the type."""
    source = HEAD + TALK + 'print(ask("POST", "/init/error", b\'{"errorType":"Runtime.Mine","errorMessage":"no"}\'))\n'
    target = provided(forking, source + "sys.exit(7)\n")
    assert failure(forking.invoke(target)) == {"errorType": "Runtime.Mine", "errorMessage": "no"}
    reports = [line for line in forking.log(target) if line.startswith("INIT_REPORT")]
    assert "Status: error\tError Type: Runtime.Mine" in reports[0]


def test_a_lingering_runtime_is_busy_and_its_caller_is_not(forking: World) -> None:
    """Section 7 (Invoke): the response is sent when it is posted; the environment is free when the runtime asks."""
    target = provided(forking, reserved=1)
    assert forking.invoke(target, {"do": "linger", "seconds": 0.5}).payload == b'"early"'
    with pytest.raises(TooManyRequests):
        forking.invoke(target, 1)

    async def until_free() -> Any:
        while True:
            try:
                return json.loads((await forking.call(target, 1)).payload)
            except TooManyRequests:
                await asyncio.sleep(0.05)

    assert forking.run(until_free())["event"] == 1
    log = [line.split(" ")[0].strip() for line in forking.log(target)]
    assert log[log.index("lingered") + 1 :][:2] == ["END", "REPORT"]


def test_a_gateway_s_request_and_answer(forking: World, scripted: FunctionTarget) -> None:
    """The event is built, and the answer checked, beside the runtime: the gateway parses no JSON of either."""
    reply = forking.proxy(scripted)
    assert reply.kind == "malformed"
    event = json.loads(reply.payload)["event"]
    assert (event["httpMethod"], event["queryStringParameters"]) == ("GET", {"userId": "12345"})


def test_proxy_answers(forking: World) -> None:
    source = HEAD + TALK + (
        "while True:\n"
        "    request_id, _, event = next_event()\n"
        '    body = b\'{"statusCode": 201, "headers": {"X-A": "b"}, "body": "done"}\'\n'
        '    ask("POST", f"/invocation/{request_id}/response", body)\n'
    )  # fmt: skip
    reply = forking.proxy(provided(forking, source))
    assert (reply.kind, reply.status, reply.headers, reply.body) == ("response", 201, b"X-A: b\r\n", b"done")


def test_a_process_of_somebody_else_gets_nothing(forking: World, scripted: FunctionTarget) -> None:
    """The API is for the environment's own processes: this one, on the same host, is turned away."""
    address = forking.value(scripted, 1)["environment"]["AWS_LAMBDA_RUNTIME_API"]
    host, _, port = address.partition(":")
    with socket.create_connection((host, int(port)), timeout=5) as stranger:
        stranger.sendall(b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n")
        assert closed(stranger)
    assert forking.value(scripted, 2)["event"] == 2


def closed(stranger: socket.socket) -> bool:
    try:
        return stranger.recv(100) == b""
    except ConnectionResetError:
        return True


def test_memory_is_the_runtime_s_own(forking: World) -> None:
    """What the supervisor takes is none of the function's."""
    target = provided(forking)
    forking.value(target, 1)
    report = next(line for line in forking.log_with(target, "REPORT") if line.startswith("REPORT"))
    used = report.partition("Max Memory Used: ")[2]
    assert 1 <= int(used.partition(" ")[0]) < 40


def test_too_much_memory(forking: World) -> None:
    source = HEAD + TALK + "next_event()\nkept = []\nwhile True: kept.append(bytes(1000000))\n"
    error = failure(forking.invoke(provided(forking, source)))
    assert error["errorType"] in ("Runtime.OutOfMemory", "Runtime.ExitError")


def test_small_events_wait_their_turn(make_world: Callable[..., World]) -> None:
    """Events behind a busy runtime are not lost when it ends."""
    world = make_world(max_environments=1)
    target = provided(world)

    async def several() -> list[InvocationResult]:
        first = world.call(target, {"do": "exit", "status": 1})
        return await asyncio.gather(first, *(world.call(target, number) for number in range(5)))

    first, *others = world.run(several())
    assert first.function_error == "Unhandled"
    assert [json.loads(result.payload)["event"] for result in others] == list(range(5))
