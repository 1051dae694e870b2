"""LoggingConfig: format, levels, group. Pure. Reference: lambda-control-plane section 4 ("LoggingConfig JSON")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gatelet.control.lambda_.errors import InvalidParameterValue

_LEVELS = ("ApplicationLogLevel", "SystemLogLevel")


def logging_config(name: str, held: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    """``held`` changed by what is asked for: what is not given stays. Levels are those of the JSON format alone.

    Raises InvalidParameterValue.
    """
    log_format = asked.get("LogFormat") or held.get("LogFormat") or "Text"
    config = {"LogFormat": log_format}
    for level in _LEVELS:
        if log_format == "JSON":
            config[level] = asked.get(level) or held.get(level) or "INFO"
        elif asked.get(level):
            raise InvalidParameterValue(f"{level} can be set only where LogFormat is JSON.")
    config["LogGroup"] = asked.get("LogGroup") or held.get("LogGroup") or f"/aws/lambda/{name}"
    return config
