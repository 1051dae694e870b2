"""The environment variables of a function (lambda-execution section 4)."""

from __future__ import annotations

from pathlib import Path

from gatelet.functions.version import SNAP_START, FunctionVersion
from gatelet.identity.credentials import Credentials

_KEPT_WITH_UNDERSCORE = ("_HANDLER",)


def environment_variables(
    function: FunctionVersion,
    *,
    code: Path,
    runtime: Path,
    layers: Path | None,
    temporary: Path | None,
    log_stream: str,
    endpoint_url: str,
    ca_bundle: Path | None,
    credentials: Credentials,
) -> dict[str, str]:
    """All variables of an environment; what Lambda sets wins over the function's own.

    Where an environment shares the host's file system, ``LAMBDA_TASK_ROOT`` and its kin name real directories,
    and ``TMPDIR`` stands for ``/tmp``; with a file system of its own ``temporary`` is None and they are AWS's.
    ``layers`` is where the layers are; None: it has none.
    """
    task, opt = str(code), str(layers or "/opt")
    variables = {
        "LANG": "en_US.UTF-8",
        "LC_CTYPE": "C.UTF-8",
        "TZ": ":UTC",
        "PATH": f"/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:{opt}/bin",
        "LD_LIBRARY_PATH": f"/var/lang/lib:/lib64:/usr/lib64:{runtime}:{runtime}/lib:{task}:{task}/lib:{opt}/lib",
        **_of_runtime(function.runtime, task, opt, str(runtime)),
    }
    if temporary is not None:
        variables["TMPDIR"] = str(temporary)
    if endpoint_url:
        variables["AWS_ENDPOINT_URL"] = endpoint_url
    if ca_bundle is not None:
        variables["AWS_CA_BUNDLE"] = str(ca_bundle)
    variables.update(
        {k: v for k, v in function.variables.items() if not k.startswith("_") or k in _KEPT_WITH_UNDERSCORE}
    )
    variables.update(_platform_variables(function, credentials, log_stream))
    variables.update({"LAMBDA_TASK_ROOT": task, "LAMBDA_RUNTIME_DIR": str(runtime)})
    if not function.runtime.startswith("provided"):
        variables |= {"AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}", "PWD": task, "SHLVL": "0"}
    return variables


def _of_runtime(name: str, task: str, opt: str, runtime: str) -> dict[str, str]:
    """What AWS sets for one language only."""
    if name.startswith("python"):
        return {"PYTHONPATH": runtime}
    if not name.startswith("nodejs"):
        return {}
    major = name.removeprefix("nodejs").removesuffix(".x")
    modules = [f"{opt}/nodejs/node{major}/node_modules", f"{opt}/nodejs/node_modules", f"{runtime}/node_modules"]
    return {"NODE_PATH": ":".join([*modules, runtime, task])}


def _platform_variables(function: FunctionVersion, credentials: Credentials, log_stream: str) -> dict[str, str]:
    log = {"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": function.application_level}
    return {
        **(log if function.log_format == "JSON" else {}),
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "AWS_ACCESS_KEY_ID": credentials.access_key_id,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_access_key,
        "AWS_SESSION_TOKEN": credentials.session_token or "",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": function.version,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
        "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
        "AWS_LAMBDA_INITIALIZATION_TYPE": SNAP_START if function.snap_start else function.initialization,
        "AWS_REGION": function.scope.region,
        "AWS_DEFAULT_REGION": function.scope.region,
        "_HANDLER": function.handler,
    }
