"""What a function that fails answers (lambda-execution section 2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.conformance.functions.world import BROKEN, SOURCE, Function, make_function


@pytest.fixture(scope="module")
def broken(gatelet: Any) -> Iterator[Function]:
    """Its modules cannot be loaded; which one is asked for is a setting."""
    made = make_function(gatelet, "broken", {**BROKEN, "lambda_function.py": SOURCE}, Timeout=2)
    yield made
    made.client.delete_function(FunctionName="broken")


def test_an_exception_of_the_handler(function: Function) -> None:
    outcome = function.invoke({"do": "fail"})
    assert outcome.payload.startswith('{"errorMessage": "nägel", "errorType": "Odd", "requestId": "'.encode())
    assert list(outcome.value) == ["errorMessage", "errorType", "requestId", "stackTrace"]
    assert outcome.value["requestId"] == outcome.request_id
    first, second = outcome.value["stackTrace"]
    assert first.startswith('  File "/var/task/lambda_function.py", line ')
    assert first.endswith(', in lambda_handler\n    return DEEDS[event["do"]](event, context)\n')
    assert second.endswith(', in fail\n    raise Odd("n\\u00e4gel")\n')


@pytest.mark.parametrize(
    ("handler", "error"),
    [
        ("nowhere.h", ("Runtime.ImportModuleError", "Unable to import module 'nowhere': No module named 'nowhere'")),
        (
            "imports.h",
            ("Runtime.ImportModuleError", "Unable to import module 'imports': No module named 'nothing_like_this'"),
        ),
        ("empty.h", ("Runtime.HandlerNotFound", "Handler 'h' missing on module 'empty'")),
        (
            "nodot",
            ("Runtime.MalformedHandlerName", "Bad handler 'nodot': not enough values to unpack (expected 2, got 1)"),
        ),
        ("sys.exit", ("Runtime.BuiltInModuleConflict", "Cannot use built-in module sys as a handler module")),
        (
            "syntax.h",
            (
                "Runtime.UserCodeSyntaxError",
                "Syntax error in module 'syntax': '(' was never closed (syntax.py, line 2)",
            ),
        ),
        ("raises.h", ("ValueError", "at import")),
    ],
)
def test_a_handler_that_cannot_be_loaded(broken: Function, handler: str, error: tuple[str, str]) -> None:
    broken.update(Handler=handler)
    for _ in range(2):
        outcome = broken.invoke({})
        assert (outcome.raw["StatusCode"], outcome.error) == (200, "Unhandled")
        assert list(outcome.value) == ["errorMessage", "errorType", "requestId", "stackTrace"]
        assert (outcome.value["errorType"], outcome.value["errorMessage"]) == error
        assert outcome.value["requestId"] == ""
    stack = outcome.value["stackTrace"]
    if handler == "syntax.h":
        assert stack == ['  File "/var/task/syntax.py" Line 2\n    y = (\n']
    elif handler == "raises.h":
        assert "importlib" in stack[0]
        assert stack[-1] == "  File \"/var/task/raises.py\", line 2, in <module>\n    raise ValueError('at import')\n"
    else:
        assert stack == []


def test_a_process_that_ends_at_import(broken: Function) -> None:
    broken.update(Handler="exits.h")
    outcome = broken.invoke({})
    assert outcome.value == {
        "errorType": "Runtime.ExitError",
        "errorMessage": f"RequestId: {outcome.request_id} Error: Runtime exited with error: exit status 4",
    }


def test_a_result_that_is_not_json(function: Function) -> None:
    outcome = function.invoke({"do": "set"})
    assert outcome.value == {
        "errorMessage": "Unable to marshal response: Object of type set is not JSON serializable",
        "errorType": "Runtime.MarshalError",
        "requestId": outcome.request_id,
        "stackTrace": [],
    }


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ({"do": "exit", "status": 1}, "Runtime exited with error: exit status 1"),
        ({"do": "exit", "status": 127}, "Runtime exited with error: exit status 127"),
        ({"do": "sys.exit", "status": 3}, "Runtime exited with error: exit status 3"),
        ({"do": "exit", "status": 0}, "Runtime exited without providing a reason"),
        ({"do": "kill"}, "Runtime exited with error: signal: killed"),
    ],
)
def test_a_process_that_ends(function: Function, event: dict[str, Any], words: str) -> None:
    outcome = function.invoke(event)
    assert (outcome.raw["StatusCode"], outcome.error) == (200, "Unhandled")
    assert list(outcome.value.items()) == [
        ("errorType", "Runtime.ExitError"),
        ("errorMessage", f"RequestId: {outcome.request_id} Error: {words}"),
    ]


def test_a_timeout(broken: Function) -> None:
    broken.update(Handler="lambda_function.lambda_handler", Timeout=1)
    outcome = broken.invoke({"do": "sleep", "seconds": 30})
    assert (outcome.raw["StatusCode"], outcome.error) == (200, "Unhandled")
    assert list(outcome.value.items()) == [
        ("errorType", "Sandbox.Timedout"),
        ("errorMessage", f"RequestId: {outcome.request_id} Error: Task timed out after 1.00 seconds"),
    ]


def test_too_large_a_response(function: Function) -> None:
    """The environment survives it."""
    before = function.invoke({"do": "count", "name": "none"}).value
    outcome = function.invoke({"do": "big", "bytes": 6_291_556})
    assert outcome.error == "Unhandled"
    assert outcome.value == {
        "errorMessage": "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
        "errorType": "Function.ResponseSizeTooLarge",
    }
    assert len(function.invoke({"do": "big", "bytes": 6_291_554}).payload) == 6_291_556
    after = function.invoke({"do": "count", "name": "none"}).value
    assert after == [before[0] + 3, 0, before[2]]


def test_out_of_memory(broken: Function) -> None:
    broken.update(Handler="lambda_function.lambda_handler", Timeout=10, MemorySize=128)
    outcome = broken.invoke({"do": "big", "bytes": 400_000_000})
    assert outcome.value == {
        "errorType": "Runtime.OutOfMemory",
        "errorMessage": f"RequestId: {outcome.request_id} Error: Runtime exited with error: signal: killed",
    }
    assert broken.invoke({"a": 1}).value == {"a": 1}
