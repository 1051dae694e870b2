"""Runtime identifiers: which exist, which AWS has retired, and which run here.

Reference: lambda-control-plane section 4 (row Runtime).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from gatelet.aws.errors import AwsError, NotSupported
from gatelet.aws.scope import Scope
from gatelet.control.lambda_.errors import InvalidParameterValue

PYTHON = tuple(f"python3.{minor}" for minor in range(8, 15))
"""Those of them that Python runs."""

PROGRAMS = ("nodejs18.x", "nodejs20.x", "nodejs22.x", "nodejs24.x", "provided.al2", "provided.al2023")
"""Those that programs run, through the Runtime API."""

_OTHERS = (
    "nodejs16.x",
    *("java8.al2", "java11", "java17", "java21", "java25"),
    *("dotnet6", "dotnet8", "dotnet10"),
    *("ruby3.2", "ruby3.3", "ruby3.4", "ruby4.0"),
)
_RETIRED = frozenset(
    {
        *("nodejs", "nodejs4.3", "nodejs4.3-edge", "nodejs6.10", "nodejs8.10", "nodejs10.x", "nodejs12.x"),
        *("nodejs14.x", "java8", "python2.7", "python3.6", "python3.7", "go1.x", "provided"),
        *("dotnetcore1.0", "dotnetcore2.0", "dotnetcore2.1", "dotnetcore3.1", "ruby2.5", "ruby2.7"),
    }
)


def check_runtime(runtime: str, lacking: Callable[[str], str]) -> None:
    """Raises InvalidParameterValue for a retired or unknown runtime, a 501 for one that does not run here.

    ``lacking`` as of gatelet.control.ports.Ports.
    """
    if runtime in PYTHON or runtime in PROGRAMS:
        if lack := lacking(runtime):
            raise AwsError("NotImplementedException", f"This host cannot run the function: {lack}.", status=501)
        return
    if runtime in _OTHERS:
        raise NotSupported(f"the runtime {runtime}")
    if runtime in _RETIRED:
        raise InvalidParameterValue(
            f"The runtime parameter of {runtime} is no longer supported for creating or updating AWS Lambda "
            "functions. We recommend you use a supported runtime while creating or updating functions."
        )
    raise InvalidParameterValue(
        f"Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: "
        f"[{', '.join(_OTHERS + PROGRAMS + PYTHON)}] or be a valid ARN"
    )


def check_snap_start(configuration: Mapping[str, Any]) -> None:
    """Raises InvalidParameterValue for SnapStart on a runtime that has none (lambda-execution section 3)."""
    runtime = configuration["Runtime"]
    if runtime in PROGRAMS and configuration["SnapStart"].get("ApplyOn") == "PublishedVersions":
        raise InvalidParameterValue(f"{runtime} is not supported for SnapStart enabled functions.")


def runtime_version_arn(scope: Scope, runtime: str) -> str:
    """An ARN in the form of RuntimeVersionArn; one for each runtime, since Gatelet has one version of each."""
    digest = hashlib.sha256(runtime.encode()).hexdigest()
    return f"arn:{scope.partition}:lambda:{scope.region}::runtime:{digest}"
