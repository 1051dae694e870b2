"""What a stage may be, as pure rules. Reference: apigateway-control-plane sections 6.1, 6.2 and 12."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gatelet.aws import quotas
from gatelet.aws.errors import NotSupported
from gatelet.control.apigateway.errors import BadRequest, NotFound

Stage = dict[str, Any]

_STAGE_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")
_VARIABLE_NAME = re.compile(r"[A-Za-z0-9_]+")
_UNSUPPORTED = (
    "clientCertificateId",
    "documentationVersion",
)
_VARIABLE_VALUE = re.compile(r"[A-Za-z0-9\-._~:/?#&=, ]+")


def no_such_stage() -> NotFound:
    """The API has no stage of that name."""
    return NotFound("Invalid stage identifier specified")


def no_such_deployment_for_stage() -> BadRequest:
    """A stage names a deployment that the API does not have."""
    return BadRequest("Deployment id does not exist")


def check_stage_name(name: str) -> None:
    """Raises BadRequest."""
    if not _STAGE_NAME.fullmatch(name):
        raise BadRequest("Stage name only allows a-zA-Z0-9_-")


def check_variables(variables: Mapping[str, str | None]) -> None:
    """Names, values and number of stage variables. Raises BadRequest."""
    if len(variables) > quotas.STAGE_VARIABLES:
        raise BadRequest(f"A stage can have at most {quotas.STAGE_VARIABLES} variables")
    for name, value in variables.items():
        if len(name) > quotas.STAGE_VARIABLE_NAME_CHARACTERS or not _VARIABLE_NAME.fullmatch(name):
            raise BadRequest(f"Invalid stage variable name: {name}.  Please use names with only word characters.")
        text = "null" if value is None else value
        if value is None or len(value) > quotas.STAGE_VARIABLE_VALUE_CHARACTERS or not _VARIABLE_VALUE.fullmatch(value):
            raise BadRequest(
                f"Invalid stage variable value: {text}.  Please use values with alphanumeric characters and the "
                "symbols ' ', -', '.', '_', ':', '/', '?', '&', '=', and ','."
            )


def new_stage(name: str, deployment_id: str, request: Mapping[str, Any], now: int) -> Stage:
    """A stage with its defaults; ``now`` in epoch seconds. ``description`` is the stage's own."""
    stage: Stage = {
        "deploymentId": deployment_id,
        "stageName": name,
        "cacheClusterEnabled": bool(request.get("cacheClusterEnabled")),
        "cacheClusterStatus": "NOT_AVAILABLE",
        "methodSettings": {},
        "tracingEnabled": bool(request.get("tracingEnabled")),
        "createdDate": now,
        "lastUpdatedDate": now,
    }
    for member in ("description", "variables", "documentationVersion", "cacheClusterSize", "canarySettings", "tags"):
        if request.get(member):
            stage[member] = request[member]
    return stage


def refuse_unsupported(stage: Stage, *, traces: bool) -> None:
    """Raises NotSupported for what is valid on AWS and not enforced here yet; ``traces``: spans are exported."""
    if stage.get("tracingEnabled") and not traces:
        raise NotSupported("tracingEnabled on a stage")
    for member in _UNSUPPORTED:
        if stage.get(member):
            raise NotSupported(f"{member} on a stage")
