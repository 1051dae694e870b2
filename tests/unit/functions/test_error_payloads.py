"""Error payloads, byte for byte where AWS's are recorded (lambda-execution section 2)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.unit.functions.world import World

RAISES = "class Odd(Exception):\n    pass\ndef handler(event, context):\n    raise Odd('nägel')\n"

INIT_FAULTS: dict[str, tuple[dict[str, str], str, dict[str, Any]]] = {
    "missing library": (
        {"app.py": "import nope\n"},
        "app.handler",
        {
            "errorMessage": "Unable to import module 'app': No module named 'nope'",
            "errorType": "Runtime.ImportModuleError",
            "requestId": "",
            "stackTrace": [],
        },
    ),
    "missing module": (
        {"app.py": ""},
        "other.handler",
        {
            "errorMessage": "Unable to import module 'other': No module named 'other'",
            "errorType": "Runtime.ImportModuleError",
            "requestId": "",
            "stackTrace": [],
        },
    ),
    "missing handler": (
        {"app.py": "x = 1\n"},
        "app.h",
        {
            "errorMessage": "Handler 'h' missing on module 'app'",
            "errorType": "Runtime.HandlerNotFound",
            "requestId": "",
            "stackTrace": [],
        },
    ),
    "no dot": (
        {"app.py": ""},
        "x",
        {
            "errorMessage": "Bad handler 'x': not enough values to unpack (expected 2, got 1)",
            "errorType": "Runtime.MalformedHandlerName",
            "requestId": "",
            "stackTrace": [],
        },
    ),
    "builtin": (
        {"app.py": ""},
        "sys.exit",
        {
            "errorMessage": "Cannot use built-in module sys as a handler module",
            "errorType": "Runtime.BuiltInModuleConflict",
            "requestId": "",
            "stackTrace": [],
        },
    ),
    "syntax": (
        {"app.py": "x = 1\ny = (\n"},
        "app.handler",
        {
            "errorMessage": "Syntax error in module 'app': '(' was never closed (app.py, line 2)",
            "errorType": "Runtime.UserCodeSyntaxError",
            "requestId": "",
            "stackTrace": ['  File "/var/task/app.py" Line 2\n    y = (\n'],
        },
    ),
}


@pytest.mark.parametrize("case", INIT_FAULTS)
def test_a_handler_that_cannot_be_loaded(world: World, case: str) -> None:
    files, handler, expected = INIT_FAULTS[case]
    result = world.invoke(world.function(files, Handler=handler))
    assert (result.function_error, json.loads(result.payload)) == ("Unhandled", expected)
    assert list(json.loads(result.payload)) == ["errorMessage", "errorType", "requestId", "stackTrace"]


def test_a_handler_that_raises(world: World) -> None:
    result = world.invoke(world.function(RAISES, Runtime="python3.12"))
    trace = "  File \\\"/var/task/app.py\\\", line 4, in handler\\n    raise Odd('nägel')\\n"
    assert result.payload.decode() == (
        f'{{"errorMessage": "nägel", "errorType": "Odd", "requestId": "{result.request_id}", '
        f'"stackTrace": ["{trace}"]}}'
    )
    assert result.function_error == "Unhandled"


def test_runtimes_before_3_12_escape(world: World) -> None:
    result = world.invoke(world.function(RAISES, Runtime="python3.11"))
    assert b'"errorMessage": "n\\u00e4gel"' in result.payload


def test_a_module_that_raises(world: World) -> None:
    result = world.invoke(world.function("def f():\n    raise KeyError('k')\nf()\n"))
    error = json.loads(result.payload)
    assert (error["errorMessage"], error["errorType"], error["requestId"]) == ("'k'", "KeyError", "")
    assert "importlib" in error["stackTrace"][0]
    assert error["stackTrace"][-1] == "  File \"/var/task/app.py\", line 2, in f\n    raise KeyError('k')\n"


def test_a_result_that_is_not_json(world: World) -> None:
    result = world.invoke(world.function("def handler(event, context):\n    return {1, 2}\n"))
    assert json.loads(result.payload) == {
        "errorMessage": "Unable to marshal response: Object of type set is not JSON serializable",
        "errorType": "Runtime.MarshalError",
        "requestId": result.request_id,
        "stackTrace": [],
    }


EXITS = {
    "exit status": ("import sys\ndef handler(e, c):\n    sys.exit(3)\n", "Runtime exited with error: exit status 3"),
    "exit text": ("import sys\ndef handler(e, c):\n    sys.exit('x')\n", "Runtime exited with error: exit status 1"),
    "builtin exit": ("def handler(e, c):\n    exit(4)\n", "Runtime exited with error: exit status 4"),
    "clean": ("import sys\ndef handler(e, c):\n    sys.exit()\n", "Runtime exited without providing a reason"),
    "at import": ("import sys\nsys.exit(7)\n", "Runtime exited with error: exit status 7"),
    "killed": (
        "import os, signal\ndef handler(e, c):\n    os.kill(os.getpid(), signal.SIGKILL)\n",
        "Runtime exited with error: signal: killed",
    ),
    "segfault": (
        "import os, signal\ndef handler(e, c):\n    os.kill(os.getpid(), signal.SIGSEGV)\n",
        "Runtime exited with error: signal: segmentation fault",
    ),
}


@pytest.mark.parametrize("case", EXITS)
def test_a_process_that_ends(world: World, case: str) -> None:
    source, reason = EXITS[case]
    result = world.invoke(world.function(source))
    message = f"RequestId: {result.request_id} Error: {reason}"
    assert result.payload.decode() == f'{{"errorType":"Runtime.ExitError","errorMessage":"{message}"}}'
    assert result.function_error == "Unhandled"


def test_a_timeout(world: World) -> None:
    target = world.function("import time\ndef handler(e, c):\n    time.sleep(30)\n", Timeout=1)
    result = world.invoke(target)
    message = f"RequestId: {result.request_id} Error: Task timed out after 1.00 seconds"
    assert result.payload.decode() == f'{{"errorType":"Sandbox.Timedout","errorMessage":"{message}"}}'


def test_too_large_a_response(world: World) -> None:
    """The limit is 6 MiB and 100 bytes, and the environment survives."""
    target = world.function(
        "n = 0\ndef handler(e, c):\n    global n\n    n += 1\n    return n if e is None else 'x' * e\n"
    )
    limit = 6 * 1024 * 1024 + 100
    assert world.value(target) == 1
    assert len(world.invoke(target, limit - 2).payload) == limit
    result = world.invoke(target, limit - 1)
    assert json.loads(result.payload) == {
        "errorMessage": f"Response payload size exceeded maximum allowed payload size ({limit} bytes).",
        "errorType": "Function.ResponseSizeTooLarge",
    }
    assert world.value(target) == 4


def test_out_of_memory(world: World) -> None:
    source = (
        "import time\ndef handler(e, c):\n    kept = b'x' * (160 << 20)\n    time.sleep(0.2)\n    return len(kept)\n"
    )
    target = world.function(source, MemorySize=128)
    result = world.invoke(target)
    message = f"RequestId: {result.request_id} Error: Runtime exited with error: signal: killed"
    assert result.payload.decode() == f'{{"errorType":"Runtime.OutOfMemory","errorMessage":"{message}"}}'
    assert world.value(world.function(source, MemorySize=512, Timeout=10)) == 160 << 20


def test_the_gateways_own_memory_is_not_the_functions(world: World) -> None:
    """A spawned process inherits the peak of its parent in what getrusage tells."""
    ballast = b"x" * (300 << 20)
    assert world.value(world.function("def handler(e, c):\n    return 'small'\n")) == "small"
    assert len(ballast) == 300 << 20


def test_memory_beyond_all_bounds(world: World) -> None:
    """An allocation that the process is refused is the same to the client."""
    result = world.invoke(world.function("def handler(e, c):\n    return len(bytearray(8 << 30))\n"))
    assert json.loads(result.payload)["errorType"] == "Runtime.OutOfMemory"


def test_values_that_json_can_hold(world: World) -> None:
    """None is null; Decimal becomes a number, NaN stays, bytes are sent as they are."""
    source = """
import decimal
def handler(event, context):
    return {"none": None, "raw": b"\\x00raw", "many": [decimal.Decimal("1.5"), decimal.Decimal(7), float("nan")]}[event]
"""
    target = world.function(source)
    assert [world.invoke(target, key).payload for key in ("none", "raw", "many")] == [
        b"null",
        b"\x00raw",
        b"[1.5, 7, NaN]",
    ]
