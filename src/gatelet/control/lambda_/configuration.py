"""FunctionConfiguration: made from a request, changed by one, and shown. Pure.

Reference: lambda-control-plane section 4 (shape, defaults, limits).
"""

from __future__ import annotations

import logging
import platform
from collections.abc import Callable, Mapping
from typing import Any

from gatelet.aws import quotas
from gatelet.aws.arn import function_arn
from gatelet.aws.clock import lambda_timestamp
from gatelet.aws.scope import Scope
from gatelet.control.lambda_.environment import check_variables
from gatelet.control.lambda_.errors import InvalidParameterValue, too_much
from gatelet.control.lambda_.life import without_status
from gatelet.control.lambda_.logging_config import logging_config
from gatelet.control.lambda_.names import LATEST, FunctionName
from gatelet.control.lambda_.refusals import refuse_unsupported
from gatelet.control.lambda_.runtimes import check_runtime, check_snap_start, runtime_version_arn
from gatelet.functions.model import CodeReference

_log = logging.getLogger(__name__)

_PLAIN = ("Role", "Handler", "Description", "Timeout", "MemorySize")
_PROCESSORS: Mapping[str, str] = {"x86_64": "x86_64", "AMD64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}


def check_settings(request: Mapping[str, Any], lacking: Callable[[str], str]) -> None:
    """The settings of a Create or Update request, as far as the model leaves them open.

    Raises InvalidParameterValue, and a 501 for what is not enforced yet or, as ``lacking`` tells, not to be had here.
    """
    refuse_unsupported(request)
    if request.get("Runtime") is not None:
        check_runtime(request["Runtime"], lacking)
        if request.get("SnapStart") is not None:
            check_snap_start(request)
    if (request.get("Timeout") or 0) > quotas.FUNCTION_TIMEOUT_MAX:
        raise too_much("Timeout", quotas.FUNCTION_TIMEOUT_MAX)
    if (request.get("MemorySize") or 0) > quotas.FUNCTION_MEMORY_MAX_MB:
        raise too_much("MemorySize", quotas.FUNCTION_MEMORY_MAX_MB)
    if request.get("Environment") is not None:
        check_variables(request["Environment"].get("Variables") or {})


def check_mandatory(request: Mapping[str, Any]) -> None:
    """What a function of a zip archive cannot be created without. Raises InvalidParameterValue."""
    if not request.get("Runtime") or not request.get("Handler"):
        raise InvalidParameterValue(
            "Runtime and Handler are mandatory parameters for functions created with deployment packages."
        )


def new_configuration(
    scope: Scope, name: str, request: Mapping[str, Any], code: CodeReference, *, now: float, revision_id: str
) -> dict[str, Any]:
    """The configuration of a new function, its State left open."""
    runtime = request["Runtime"]
    environment = request.get("Environment")
    return {
        "FunctionName": name,
        "FunctionArn": function_arn(scope, name),
        "Runtime": runtime,
        "Role": request["Role"],
        "Handler": request["Handler"],
        "CodeSize": code["size"],
        "Description": request.get("Description") or "",
        "Timeout": request.get("Timeout") or 3,
        "MemorySize": request.get("MemorySize") or 128,
        "LastModified": lambda_timestamp(now),
        "CodeSha256": code["sha256"],
        "Version": LATEST,
        **({"Environment": _environment(environment)} if environment is not None else {}),
        "TracingConfig": {"Mode": "PassThrough"},
        "RevisionId": revision_id,
        "PackageType": "Zip",
        "Architectures": list(request.get("Architectures") or ["x86_64"]),
        "EphemeralStorage": _storage(request.get("EphemeralStorage") or {}),
        "SnapStart": _snap_start(request.get("SnapStart") or {}),
        "RuntimeVersionConfig": {"RuntimeVersionArn": runtime_version_arn(scope, runtime)},
        "LoggingConfig": logging_config(name, {}, request.get("LoggingConfig") or {}),
    }


def change_settings(configuration: dict[str, Any], scope: Scope, request: Mapping[str, Any]) -> None:
    """Apply an UpdateFunctionConfiguration: what is omitted stays; the variables are replaced as a whole."""
    for member in _PLAIN:
        if request.get(member) is not None:
            configuration[member] = request[member]
    if request.get("Runtime") is not None:
        configuration["Runtime"] = request["Runtime"]
        arn = runtime_version_arn(scope, request["Runtime"])
        configuration["RuntimeVersionConfig"] = {"RuntimeVersionArn": arn}
    if request.get("Environment") is not None:
        configuration["Environment"] = _environment(request["Environment"])
    if request.get("EphemeralStorage") is not None:
        configuration["EphemeralStorage"] = _storage(request["EphemeralStorage"])
    if request.get("SnapStart") is not None:
        configuration["SnapStart"] = _snap_start(request["SnapStart"])
    check_snap_start(configuration)
    if request.get("LoggingConfig") is not None:
        held = configuration["LoggingConfig"]
        asked = request["LoggingConfig"]
        configuration["LoggingConfig"] = logging_config(configuration["FunctionName"], held, asked)


def change_code(configuration: dict[str, Any], code: CodeReference, architectures: list[str] | None) -> None:
    """Apply an UpdateFunctionCode."""
    configuration["CodeSize"] = code["size"]
    configuration["CodeSha256"] = code["sha256"]
    if architectures:
        configuration["Architectures"] = list(architectures)


def shown(configuration: Mapping[str, Any], name: FunctionName) -> dict[str, Any]:
    """What GetFunctionConfiguration answers: the ARN carries the qualifier that was asked for."""
    return {**configuration, "FunctionArn": name.arn}


def listed(configuration: Mapping[str, Any], *, qualified: bool) -> dict[str, Any]:
    """An item of ListFunctions or ListVersionsByFunction: without states and the runtime's version."""
    item = without_status(configuration)
    item.pop("RuntimeVersionConfig", None)
    if qualified:
        item["FunctionArn"] = f"{item['FunctionArn']}:{item['Version']}"
    return item


def note_architecture(configuration: Mapping[str, Any]) -> None:
    """Say in the log that a function runs on the host's processor, where it names another."""
    here = _PROCESSORS.get(platform.machine(), platform.machine())
    if here not in configuration["Architectures"]:
        _log.warning(
            "%s is for %s and runs on this host's %s",
            configuration["FunctionArn"],
            configuration["Architectures"][0],
            here,
        )


def _storage(asked: Mapping[str, Any]) -> dict[str, int]:
    return {"Size": asked.get("Size") or quotas.EPHEMERAL_STORAGE_MIN_MB}


def _snap_start(asked: Mapping[str, Any]) -> dict[str, str]:
    """Of ``$LATEST``: only a published version is optimised."""
    return {"ApplyOn": asked.get("ApplyOn") or "None", "OptimizationStatus": "Off"}


def _environment(environment: Mapping[str, Any]) -> dict[str, Any]:
    return {"Variables": dict(environment.get("Variables") or {})}
