"""The rules of a function's environment variables.

Reference: lambda-control-plane section 4 (size, reserved keys), lambda-execution section 4 (the keys).
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from gatelet.aws import quotas
from gatelet.aws.errors import NotSupported
from gatelet.control.lambda_.errors import InvalidParameterValue

RESERVED = frozenset(
    {
        *("_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV"),
        *("AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION"),
        *("AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME"),
        *("AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
        *("AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR"),
    }
)
_UNSUPPORTED = ("AWS_LAMBDA_EXEC_WRAPPER",)
"""Variables that change how Lambda starts a runtime, and change nothing here yet."""

_UNABLE = (
    "Lambda was unable to configure your environment variables because the environment variables you have provided"
)


def check_variables(variables: Mapping[str, str]) -> None:
    """Raises InvalidParameterValue for a reserved key and for more than 4 KB measured as JSON, and NotSupported."""
    reserved = [key for key in variables if key in RESERVED]
    if reserved:
        raise InvalidParameterValue(
            f"{_UNABLE} contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(reserved)}"
        )
    measured = json.dumps(variables, separators=(",", ":"), ensure_ascii=False)
    if len(measured.encode()) > quotas.ENVIRONMENT_BYTES:
        raise InvalidParameterValue(f"{_UNABLE} exceeded the 4KB limit. String measured: {measured}")
    for key in _UNSUPPORTED:
        if key in variables:
            raise NotSupported(f"the environment variable {key}")
