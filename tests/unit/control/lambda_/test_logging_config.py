"""LoggingConfig: lambda-control-plane section 4."""

from __future__ import annotations

from tests.unit.control.lambda_.conftest import LambdaPlane

GROUP = {"LogGroup": "/aws/lambda/f"}
DEFAULTS = {"LogFormat": "JSON", "ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO"}


def configured(plane: LambdaPlane, **config: str) -> object:
    plane("UpdateFunctionConfiguration", FunctionName="f", LoggingConfig=config)
    plane.settle()
    return plane("GetFunctionConfiguration", FunctionName="f")["LoggingConfig"]


def test_json_has_levels_and_text_has_none(plane: LambdaPlane) -> None:
    plane.create_active()
    assert configured(plane, LogFormat="JSON") == {**DEFAULTS, **GROUP}
    assert configured(plane, SystemLogLevel="WARN") == {**DEFAULTS, "SystemLogLevel": "WARN", **GROUP}
    assert configured(plane, LogGroup="mine") == {**DEFAULTS, "SystemLogLevel": "WARN", "LogGroup": "mine"}
    assert configured(plane, LogFormat="Text") == {"LogFormat": "Text", "LogGroup": "mine"}
    assert configured(plane, LogFormat="JSON") == {**DEFAULTS, "LogGroup": "mine"}


def test_levels_need_json(plane: LambdaPlane) -> None:
    assert plane.refused_create(LoggingConfig={"ApplicationLogLevel": "DEBUG"}) == (
        "InvalidParameterValueException",
        "ApplicationLogLevel can be set only where LogFormat is JSON.",
    )
