"""What an invocation leaves in CloudWatch Logs (lambda-execution section 8)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from tests.conformance.functions.world import BROKEN, SOURCE, Function, make_function

REPORT = re.compile(
    r"REPORT RequestId: (?P<id>[0-9a-f-]{36})\tDuration: (?P<duration>\d+\.\d\d) ms\t"
    r"Billed Duration: (?P<billed>\d+) ms\tMemory Size: (?P<size>\d+) MB\tMax Memory Used: (?P<used>\d+) MB\t"
    r"(Init Duration: (?P<init>\d+\.\d\d) ms\t)?(?P<rest>[^\n]*)\n"
)


@pytest.fixture(scope="module")
def logged(gatelet: Any) -> Iterator[Function]:
    """A function whose log nobody else writes to."""
    made = make_function(gatelet, "logged", {"lambda_function.py": SOURCE}, Timeout=1)
    yield made
    made.client.delete_function(FunctionName="logged")


def report(lines: list[str]) -> re.Match[str]:
    found = REPORT.fullmatch(lines[-1])
    assert found, lines[-1]
    return found


@pytest.fixture
def fresh(gatelet: Any) -> Iterator[Function]:
    """A function of one test's own, which has not run yet."""
    made = make_function(gatelet, "fresh", {**BROKEN, "lambda_function.py": SOURCE})
    yield made
    made.client.delete_function(FunctionName="fresh")
    made.logs.delete_log_group(logGroupName="/aws/lambda/fresh")


def test_a_cold_and_a_warm_invocation(fresh: Function) -> None:
    cold = fresh.invoke({"a": 1})
    lines = fresh.of_invocation(cold)
    assert lines[0] == f"START RequestId: {cold.request_id} Version: $LATEST\n"
    assert lines[-2] == f"END RequestId: {cold.request_id}\n"
    first = report(lines)
    assert (first["size"], first["rest"]) == ("128", "")
    assert first["init"]
    assert int(first["billed"]) >= float(first["duration"]) + float(first["init"]) - 1
    assert 0 < int(first["used"]) <= 128
    everything = fresh.messages()
    assert re.fullmatch(
        r"INIT_START Runtime Version: python:3\.\d+\.v\d+\tRuntime Version ARN: "
        r"arn:aws:lambda:us-east-1::runtime:[0-9a-f]{64}\n",
        everything[0],
    )
    assert "module loaded\n" in everything
    warm = report(fresh.of_invocation(fresh.invoke({})))
    assert warm["init"] is None
    streams = fresh.logs.describe_log_streams(logGroupName="/aws/lambda/fresh")["logStreams"]
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", streams[0]["logStreamName"])


def test_what_the_handler_writes(logged: Function) -> None:
    """One event a line; ``\\r`` does not split."""
    outcome = logged.invoke({"do": "chatter"})
    lines = logged.of_invocation(outcome)[1:-2]
    printed = [line for line in lines if line != "raw line\n"]
    assert printed[:2] == ["one\n", "two\n"]
    assert "with\rreturn\n" in printed
    assert "unfinished\n" in printed or "unfinished" in printed
    assert "to stderr\n" in printed
    warned = [line for line in printed if "warned" in line]
    assert re.fullmatch(
        rf"\[WARNING\]\t\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{{3}}Z\t{outcome.request_id}\twarned 1\n", warned[0]
    )
    assert not [line for line in printed if "not shown" in line]
    assert "raw line\n" in lines


def test_an_uncaught_error_is_one_event(logged: Function) -> None:
    """Leading blanks become U+00A0."""
    lines = logged.of_invocation(logged.invoke({"do": "fail"}))
    errors = [line for line in lines if line.startswith("[ERROR]")]
    assert len(errors) == 1
    assert errors[0].startswith(
        '[ERROR] Odd: nägel\nTraceback (most recent call last):\n\xa0\xa0File "/var/task/lambda_function.py", line '
    )
    assert '\n\xa0\xa0\xa0\xa0raise Odd("n\\u00e4gel")' in errors[0]
    assert report(lines)["rest"] == ""


def test_an_exit(logged: Function) -> None:
    outcome = logged.invoke({"do": "exit", "status": 1})
    lines = logged.of_invocation(outcome)
    words = f"RequestId: {outcome.request_id} Error: Runtime exited with error: exit status 1\nRuntime.ExitError\n"
    assert "last words\n" in lines
    assert words in lines
    assert lines[-2] == f"END RequestId: {outcome.request_id}\n"
    assert report(lines)["rest"] == "Status: error\tError Type: Runtime.ExitError"


def test_a_timeout(logged: Function) -> None:
    outcome = logged.invoke({"do": "sleep", "seconds": 30})
    lines = logged.of_invocation(outcome)
    assert "sleeping\n" in lines
    timed_out = [line for line in lines if "Task timed out" in line]
    assert re.fullmatch(
        rf"\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{{3}}Z {outcome.request_id} Task timed out after 1\.00 seconds\n\n",
        timed_out[0],
    )
    found = report(lines)
    assert found["rest"] == "Status: timeout"
    assert float(found["duration"]) >= 1_000


def test_a_failed_initialisation(fresh: Function) -> None:
    """Two runs of the module are visible: before, and again in the first invocation."""
    fresh.update(Handler="raises.h")
    outcome = fresh.invoke({})
    found = fresh.messages(f"REPORT RequestId: {outcome.request_id}", "Phase: invoke")
    reports = [line for line in found if line.startswith("INIT_REPORT ")]
    pattern = r"INIT_REPORT Init Duration: \d+\.\d\d ms\tPhase: {}\tStatus: error\tError Type: Runtime\.\w+\n"
    assert re.fullmatch(pattern.format("init"), reports[-2])
    assert re.fullmatch(pattern.format("invoke"), reports[-1])
    assert [line for line in found if line.startswith("[ERROR] ValueError: at import\n")]
    lines = fresh.of_invocation(outcome)
    assert report(lines)["rest"].startswith("Status: error\tError Type: Runtime.")


def test_a_log_group_of_its_own(gatelet: Any) -> None:
    made = make_function(gatelet, "grouped", {"lambda_function.py": SOURCE}, LoggingConfig={"LogGroup": "/own/group"})
    outcome = made.invoke({"do": "context"})
    assert outcome.value["log_group_name"] == "/own/group"
    assert made.messages(f"REPORT RequestId: {outcome.request_id}", group="/own/group")
    stream = gatelet.client("logs").describe_log_streams(logGroupName="/own/group")["logStreams"][0]["logStreamName"]
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/grouped\[\$LATEST\][0-9a-f]{32}", stream)
    made.client.delete_function(FunctionName="grouped")
