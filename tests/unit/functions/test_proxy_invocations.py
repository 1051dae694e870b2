"""The gateway's way in: permission, the event built in the worker, the answer in the proxy contract."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import pytest
from tests.unit.functions.world import ACCOUNT, API_ARN, FUNCTIONS, REGION, World

from gatelet.functions.invocation import (
    FunctionNotFound,
    FunctionTarget,
    InvocationAbandoned,
    PayloadTooLarge,
    PermissionDenied,
    RuntimeUnavailable,
    TooManyRequests,
)

SEED = """
import json
def lambda_handler(event, context):
    user_id = event['queryStringParameters']['userId']
    user_data = {"userId": user_id, "name": "Jane Doe", "email": "jane.doe@example.com"}
    return {'statusCode': 200, 'headers': {'Content-Type': 'application/json'}, 'body': json.dumps(user_data)}
"""


def test_the_seed(world: World) -> None:
    target = world.function({"lambda_function.py": SEED}, Handler="lambda_function.lambda_handler")
    result = world.proxy(target)
    assert (result.kind, result.status, result.base64) == ("response", 200, False)
    assert result.headers == b"Content-Type: application/json\r\n"
    assert json.loads(result.body) == {"userId": "12345", "name": "Jane Doe", "email": "jane.doe@example.com"}


def test_the_body_reaches_the_handler(world: World) -> None:
    target = world.function("def handler(e, c):\n    return {'statusCode': 201, 'body': e['body'][::-1]}\n")
    result = world.proxy(target, body="añb".encode() * 300_000)
    assert (result.status, result.body) == (201, "bña".encode() * 300_000)


def test_the_invoked_arn_is_as_qualified_as_the_call(forking: World) -> None:
    """lambda-execution section 5."""
    target = forking.function("def handler(e, c):\n    return {'body': c.invoked_function_arn}\n")
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{target.name}"
    assert forking.proxy(target).body == arn.encode()
    latest = FunctionTarget(ACCOUNT, REGION, target.name, "$LATEST")
    assert forking.proxy(latest).body == f"{arn}:$LATEST".encode()


def test_an_answer_that_breaks_the_contract(world: World) -> None:
    result = world.proxy(world.function("def handler(e, c):\n    return {'foo': 'bär'}\n", Runtime="python3.12"))
    assert (result.kind, result.payload.decode()) == ("malformed", '{"foo": "bär"}')


@pytest.mark.parametrize(
    ("source", "error_type"),
    [
        ("def handler(e, c):\n    raise ValueError('x')\n", "ValueError"),
        ("def handler(e, c):\n    return {1, 2}\n", "Runtime.MarshalError"),
        ("import nope\n", "Runtime.ImportModuleError"),
        ("def handler(e, c):\n    exit(1)\n", "Runtime.ExitError"),
        (
            "def handler(e, c):\n    return {'statusCode': 200, 'body': 'x' * (6 * 1024 * 1024 + 100)}\n",
            "Function.ResponseSizeTooLarge",
        ),
    ],
)
def test_errors(world: World, source: str, error_type: str) -> None:
    result = world.proxy(world.function(source))
    assert (result.kind, json.loads(result.payload)["errorType"]) == ("error", error_type)


def test_the_functions_policy_is_asked(forking: World) -> None:
    """lambda-control-plane section 8; the source is the method that is called."""
    target = forking.function(SEED, Handler="app.lambda_handler")
    assert forking.proxy(target).status == 200
    with pytest.raises(PermissionDenied):
        forking.proxy(target, source_arn=API_ARN.replace("GET/users", "GET/other"))
    with pytest.raises(PermissionDenied):
        forking.proxy(forking.function(SEED, permitted=False, Handler="app.lambda_handler"))
    # A permission that is removed counts at once, and the environments stay.
    environments = forking.service.environments
    forking.function(SEED, name=target.name, permitted=False, Handler="app.lambda_handler", LastModified="same")
    with pytest.raises(PermissionDenied):
        forking.proxy(target)
    assert forking.service.environments == environments


def test_a_callers_timeout(forking: World) -> None:
    """The caller waits no longer; the function goes on, and its environment serves the next event."""
    target = forking.function("import time\ndef handler(e, c):\n    time.sleep(0.5)\n    return {'statusCode': 200}\n")
    with pytest.raises(InvocationAbandoned):
        forking.proxy(target, timeout=0.05)
    assert forking.proxy(target).status == 200
    assert len([line for line in forking.log(target) if line.startswith("REPORT")]) == 2


def test_a_caller_that_goes_away(forking: World) -> None:
    target = forking.function("import time\ndef handler(e, c):\n    time.sleep(0.3)\n    return {'statusCode': 200}\n")

    async def story() -> int:
        gone = asyncio.create_task(forking.request(target))
        await asyncio.sleep(0.15)
        gone.cancel()
        return (await forking.request(target)).status

    assert forking.run(story()) == 200


def test_payloads_over_6_mib(forking: World) -> None:
    target = forking.function(SEED, Handler="app.lambda_handler")
    with pytest.raises(PayloadTooLarge):
        forking.proxy(target, body=b"x" * (6 * 1024 * 1024))
    with pytest.raises(PayloadTooLarge):
        forking.invoke(target, "x" * (6 * 1024 * 1024))


def test_reserved_concurrency(forking: World) -> None:
    """Every accepted event counts; at the limit the answer is 429 at once (lambda-execution section 9)."""
    source = "import time\ndef handler(e, c):\n    time.sleep(0.3)\n    return {'statusCode': 200}\n"
    target = forking.function(source, reserved=2)

    async def burst() -> list[object]:
        return list(await asyncio.gather(*(forking.request(target) for _ in range(4)), return_exceptions=True))

    results = forking.run(burst())
    refused = [result for result in results if isinstance(result, TooManyRequests)]
    assert [refusal.reason for refusal in refused] == ["ReservedFunctionConcurrentInvocationLimitExceeded"] * 2
    assert forking.proxy(target).status == 200
    with pytest.raises(TooManyRequests):
        forking.proxy(forking.function(source, reserved=0))


def test_a_function_whose_code_is_lost(make_world: Callable[..., World]) -> None:
    """No environment can be started: nobody waits for one."""
    world = make_world()
    target = world.function(SEED, Handler="app.lambda_handler")

    async def lose() -> None:
        record = await world.data.records.get(FUNCTIONS.key(target.name))
        assert record is not None
        await world.data.blobs.delete(record.value["code"]["blob"])

        async def nothing() -> set[str]:
            return set()

        await world.service._code.collect_garbage(nothing)

    world.run(lose())
    with pytest.raises(RuntimeUnavailable):
        world.proxy(target)


def test_a_worker_that_breaks_the_protocol_is_killed(world: World) -> None:
    """Whatever user code writes to the channel, the gateway goes on."""
    source = r"""
import os, socket, struct
def handler(event, context):
    for fd in range(3, 1024):
        try:
            channel = socket.socket(fileno=os.dup(fd))
            channel.send(bytes.fromhex(event["queryStringParameters"]["userId"]))
        except OSError:
            continue
    import time
    time.sleep(5)
"""
    target = world.function(source)
    endless = "ffffffff10"
    unknown = "0000000063"
    short_reply = "0200000013" + "0000"
    wrong_parts = "0b00000013" + "00000000c800" + "00" + "ffffffff"
    no_moment = "0800000016" + "ff" * 8
    for garbage in (endless, unknown, short_reply, wrong_parts, no_moment):
        result = world.proxy(target, query=garbage)
        assert (result.kind, json.loads(result.payload)["errorType"]) == ("error", "Runtime.ExitError")


def test_an_unknown_target(forking: World) -> None:
    with pytest.raises(FunctionNotFound):
        forking.proxy(FunctionTarget(ACCOUNT, REGION, "nobody"))
