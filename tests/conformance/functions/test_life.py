"""Environments between invocations (lambda-execution sections 7 and 13)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest
from tests.conformance.functions.world import SOURCE, Function, Outcome, make_function
from tests.walk import archive, wait_active


@pytest.fixture
def own(gatelet: Any) -> Any:
    """A function of one test."""
    made = make_function(gatelet, "lives", {"lambda_function.py": SOURCE}, Timeout=1)
    yield made
    made.client.delete_function(FunctionName="lives")


def look(function: Function) -> list[int]:
    """How often the handler was called in this process, bytes in its file, process id."""
    seen: list[int] = function.invoke({"do": "count", "name": "kept"}).value
    return seen


def test_globals_and_tmp_persist(own: Function) -> None:
    first = look(own)
    own.invoke({"do": "write", "name": "kept"})
    assert look(own) == [first[0] + 2, 1, first[2]]


def test_an_exception_keeps_the_environment(own: Function) -> None:
    first = look(own)
    own.invoke({"do": "fail"})
    assert look(own) == [first[0] + 2, 0, first[2]]


@pytest.mark.parametrize(
    "event",
    [{"do": "exit", "status": 1}, {"do": "kill"}, {"do": "sleep", "seconds": 30}],
    ids=["exit", "kill", "timeout"],
)
def test_an_exit_or_a_timeout_recycles_it(own: Function, event: dict[str, Any]) -> None:
    """The process is another and its globals are new; ``/tmp`` survives (recorded)."""
    own.invoke({"do": "write", "name": "kept"})
    before = look(own)
    assert before[1] == 1
    assert own.invoke(event).error == "Unhandled"
    after = look(own)
    assert after[:2] == [1, 1]
    assert after[2] != before[2]


def test_new_code_and_new_settings_make_new_environments(own: Function) -> None:
    before = look(own)
    own.invoke({"do": "write", "name": "kept"})
    own.update(Environment={"Variables": {"TABLE": "t2"}})
    after = look(own)
    assert after[:2] == [1, 0]
    assert after[2] != before[2]
    assert own.invoke({"do": "environment"}).value["TABLE"] == "t2"
    own.client.update_function_code(
        FunctionName="lives", ZipFile=archive("def lambda_handler(event, context):\n    return 'new'\n")
    )
    wait_active(own.client, "lives")
    assert own.invoke({}).value == "new"


def test_one_environment_runs_one_event(own: Function) -> None:
    """Events at the same time do not share a process; environments are added while they wait."""
    own.update(Timeout=10)
    functions = [Function(own.gatelet, own.name, own.gatelet.client("lambda"), own.logs) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        ran = list(pool.map(lambda each: each.invoke({"do": "sleep", "seconds": 0.5}).value, functions))
    ran.sort()
    for (pid, _, ended), (next_pid, began, _) in pairwise(ran):
        assert pid != next_pid or began >= ended
    assert len({pid for pid, _, _ in ran}) > 1


def test_the_remaining_time_counts_down(own: Function) -> None:
    remaining = own.invoke({"do": "context"}).value["remaining"]
    assert 0 < remaining <= 1_000


def test_reserved_concurrency_bounds_running_events(own: Function) -> None:
    """Section 9: no queue, 429 at once."""
    own.update(Timeout=10)
    own.client.put_function_concurrency(FunctionName="lives", ReservedConcurrentExecutions=1)
    other = Function(own.gatelet, own.name, own.gatelet.client("lambda"), own.logs)

    def hold() -> Outcome:
        while True:
            try:
                return other.invoke({"do": "sleep", "seconds": 1.5})
            except other.client.exceptions.TooManyRequestsException:
                continue  # the one below was first

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(hold)
        refused = None
        while refused is None and not running.done():
            try:
                own.invoke({})
            except own.client.exceptions.TooManyRequestsException as error:
                refused = error.response
        assert running.result().error is None
    assert refused is not None
    assert refused["ResponseMetadata"]["HTTPStatusCode"] == 429
    assert refused["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert own.invoke({"a": 1}).value == {"a": 1}
