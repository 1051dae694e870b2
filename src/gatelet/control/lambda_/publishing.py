"""A version made from a function as it stands. Pure. Reference: lambda-control-plane section 6."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from gatelet.control.lambda_.life import Phase, enter, without_status
from gatelet.functions.model import FunctionDocument, VersionDocument

_NOT_COMPARED = ("LastModified", "RevisionId", "Version")


def fingerprint(document: FunctionDocument) -> str:
    """Of the code and the configuration: what has not changed since the last version is not published again."""
    configuration = without_status(document["configuration"])
    compared = {member: value for member, value in configuration.items() if member not in _NOT_COMPARED}
    text = json.dumps([document["code"]["sha256"], compared], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def new_version(
    document: FunctionDocument, number: int, phase: Phase, *, revision_id: str, description: str | None = None
) -> VersionDocument:
    """The version of that number; ``description`` in place of the function's own."""
    configuration = copy.deepcopy(without_status(document["configuration"]))
    configuration["Version"] = str(number)
    configuration["RevisionId"] = revision_id
    if description is not None:
        configuration["Description"] = description
    configuration["SnapStart"] = _snap_start(configuration["SnapStart"])
    enter(phase, configuration)
    version: VersionDocument = {
        "configuration": configuration,
        "code": document["code"],
        "fingerprint": fingerprint(document),
    }
    if "layers" in document:
        version["layers"] = document["layers"]
    return version


def _snap_start(held: Mapping[str, Any]) -> dict[str, Any]:
    """Optimised are published versions only (section 4, row SnapStart)."""
    status = "On" if held["ApplyOn"] == "PublishedVersions" else "Off"
    return {"ApplyOn": held["ApplyOn"], "OptimizationStatus": status}
