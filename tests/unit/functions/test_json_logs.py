"""The JSON log format: lambda-execution section 8."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.unit.functions.world import World

from gatelet.functions.application_level import passes
from gatelet.functions.platform_events import JsonLines
from gatelet.functions.report import Ending

NOW = 1_767_225_600.25
SUCCESS = Ending(3.01, 110.1, 128, 36)
TIMEOUT = Ending(3000.0, None, 128, 36, "timeout")
ERROR = Ending(5.0, None, 128, 36, "error", "Runtime.ExitError")


def lines(level: str = "DEBUG") -> JsonLines:
    return JsonLines("f", "$LATEST", "on-demand", level)


def test_events_have_aws_s_shapes() -> None:
    assert json.loads(lines().init_start(NOW, "python:3.13.v7", "arn")) == {
        "time": "2026-01-01T00:00:00.250Z",
        "type": "platform.initStart",
        "record": {
            "initializationType": "on-demand",
            "phase": "init",
            "runtimeVersion": "python:3.13.v7",
            "runtimeVersionArn": "arn",
            "functionName": "f",
            "functionVersion": "$LATEST",
        },
    }
    assert json.loads(lines().start(NOW, "id"))["record"] == {"requestId": "id", "version": "$LATEST"}
    assert json.loads(lines().ended(NOW, "id", SUCCESS)[1])["record"] == {
        "requestId": "id",
        "metrics": {
            "durationMs": 3.01,
            "billedDurationMs": 114,
            "memorySizeMB": 128,
            "maxMemoryUsedMB": 36,
            "initDurationMs": 110.1,
        },
        "status": "success",
    }
    failed = json.loads(lines().ended(NOW, "id", ERROR)[1])["record"]
    assert (failed["status"], failed["errorType"]) == ("error", "Runtime.ExitError")
    report = json.loads(lines().init_report(NOW, 206.72, "init", "error", "Runtime.ExitError"))
    assert report["type"] == "platform.initReport"
    assert report["record"]["metrics"] == {"durationMs": 206.72}


@pytest.mark.parametrize(
    ("initialization", "level", "kinds"),
    [
        ("on-demand", "DEBUG", ["platform.initRuntimeDone", "platform.initReport"]),
        ("on-demand", "INFO", []),
        ("provisioned-concurrency", "INFO", ["platform.initReport"]),
        ("provisioned-concurrency", "WARN", []),
    ],
)
def test_an_initialisation_that_succeeds(initialization: str, level: str, kinds: list[str]) -> None:
    written = [json.loads(line) for line in JsonLines("f", "1", initialization, level).init_done(NOW, 12.5) if line]
    assert [event["type"] for event in written] == kinds
    assert all(event["record"]["status"] == "success" for event in written)


def test_a_restore() -> None:
    """Section 8, "SnapStart": the report of a failure has its error's type."""
    written = [lines().restore_start(NOW, "python:3.13.v7", "arn"), *lines().restore_done(NOW, 12.5)]
    written.append(lines().restore_report(NOW, 12.5, "error", "Runtime.ExitError"))
    start, *rest = [json.loads(line) for line in written]
    versions = {"runtimeVersion": "python:3.13.v7", "runtimeVersionArn": "arn"}
    assert start["type"] == "platform.restoreStart"
    assert start["record"] == {**versions, "functionName": "f", "functionVersion": "$LATEST"}
    measured = {"metrics": {"durationMs": 12.5}}
    assert [(event["type"].removeprefix("platform."), event["record"]) for event in rest] == [
        ("restoreRuntimeDone", {"status": "success"}),
        ("restoreReport", {"status": "success", **measured}),
        ("restoreReport", {"status": "error", **measured, "errorType": "Runtime.ExitError"}),
    ]
    ending = SUCCESS._replace(init_duration=None, restore_duration=12.5)
    metrics = json.loads(lines().ended(NOW, "id", ending)[1])["record"]["metrics"]
    assert (metrics["restoreDurationMs"], metrics["billedDurationMs"]) == (12.5, 4 + 13)
    assert [bool(line) for line in lines("INFO").restore_done(NOW, 1.0)] == [False, True]
    assert lines("WARN").restore_start(NOW, "", "") == ""


@pytest.mark.parametrize(
    ("level", "written"),
    [
        ("DEBUG", {"initStart", "start", "runtimeDone", "report", "failedRuntimeDone", "failedReport", "initReport"}),
        ("INFO", {"initStart", "start", "report", "failedRuntimeDone", "failedReport", "initReport"}),
        ("WARN", {"failedRuntimeDone", "failedReport", "initReport"}),
    ],
)
def test_system_levels(level: str, written: set[str]) -> None:
    say = lines(level)
    done, report = say.ended(NOW, "id", SUCCESS)
    failed_done, failed_report = say.ended(NOW, "id", TIMEOUT)
    events = {
        "initStart": say.init_start(NOW, "python:3.13.v7", "arn"),
        "initReport": say.init_report(NOW, 1.0, "init", "timeout"),
        "start": say.start(NOW, "id"),
        "runtimeDone": done,
        "report": report,
        "failedRuntimeDone": failed_done,
        "failedReport": failed_report,
    }
    assert {name for name, line in events.items() if line} == written


@pytest.mark.parametrize(
    ("line", "level", "kept"),
    [
        ("plain\n", "INFO", True),
        ("plain\n", "WARN", False),
        ('{"level": "debug", "msg": "x"}\n', "INFO", False),
        ('{"msg": "x", "level" : "ERROR"}\n', "WARN", True),
        ('{"log_level":"ERROR"}\n', "FATAL", False),
        ('{"level":"WARNING"}\n', "WARN", True),
        ('{"level":"nonsense"}\n', "WARN", False),
        ('not {"level":"ERROR"}\n', "WARN", False),
    ],
)
def test_application_levels(line: str, level: str, kept: bool) -> None:
    assert passes(line, level) is kept


SOURCE = """
import json, logging
log = logging.getLogger("mine")
def handler(event, context):
    print("printed")
    log.debug("hidden")
    log.info("said %s", "so", extra={"order": 7})
    print(json.dumps({"level": "debug", "msg": "hidden, too"}))
    try:
        1 / 0
    except ZeroDivisionError:
        log.exception("caught")
    if event == "fail":
        raise KeyError("nobody")
"""


def logged(world: World, event: Any, **logging_config: str) -> list[Any]:
    config = {"LogFormat": "JSON", "LogGroup": "", **logging_config}
    target = world.function(SOURCE)
    config["LogGroup"] = f"/aws/lambda/{target.name}"
    world.function(SOURCE, name=target.name, LoggingConfig=config)
    world.invoke(target, event)
    return [json.loads(line) if line.startswith("{") else line for line in world.log(target)]


def test_a_function_that_logs_json(forking: World) -> None:
    start, begin, printed, said, caught, report = logged(forking, "go")[:6]
    assert (start["type"], begin["type"], report["type"]) == ("platform.initStart", "platform.start", "platform.report")
    assert printed == "printed\n"
    request_id = begin["record"]["requestId"]
    timestamp = said.pop("timestamp")
    assert timestamp.endswith("Z")
    assert said == {"level": "INFO", "message": "said so", "logger": "mine", "requestId": request_id, "order": 7}
    assert (caught["level"], caught["errorType"], caught["errorMessage"]) == (
        "ERROR",
        "ZeroDivisionError",
        "division by zero",
    )
    assert caught["location"].endswith("app.py:handler:12")
    assert "1 / 0" in caught["stackTrace"][-1]


def test_an_uncaught_error(forking: World) -> None:
    uncaught = next(line for line in logged(forking, "fail") if "log_level" in line)
    assert uncaught["log_level"] == "ERROR"
    assert (uncaught["errorType"], uncaught["errorMessage"]) == ("KeyError", "'nobody'")
    assert uncaught["requestId"]


def test_levels_are_kept_back(forking: World) -> None:
    kept = logged(forking, "go", ApplicationLogLevel="ERROR", SystemLogLevel="WARN")
    assert [line["message"] for line in kept] == ["caught"]
