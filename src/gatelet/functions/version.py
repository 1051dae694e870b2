"""What Invoke runs, compiled from the stored documents. Pure."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gatelet.aws import quotas
from gatelet.aws.arn import function_arn
from gatelet.aws.scope import Scope
from gatelet.functions.model import (
    LATEST,
    CodeReference,
    FunctionDocument,
    PolicyOfQualifier,
    Revision,
    VersionDocument,
)

ON_DEMAND = "on-demand"
PROVISIONED = "provisioned-concurrency"
SNAP_START = "snap-start"


@dataclass(frozen=True, slots=True, eq=False)
class FunctionVersion:
    """One revision of a function, immutable. Compared by identity.

    ``timeout`` is seconds, ``memory`` MB. ``serving`` tells whether environments can be shared with another
    FunctionVersion: it changes with the code and with every setting that an environment sees.
    """

    scope: Scope
    name: str
    version: str
    arn: str
    """The function's own, unqualified."""
    runtime: str
    runtime_arn: str
    handler: str
    timeout: float
    memory: int
    variables: Mapping[str, str]
    role: str
    log_group: str
    code: str
    serving: str
    layers: tuple[str, ...] = ()
    """The blobs of its layers, in the order in which they are merged under ``/opt``."""
    provisioned: int = 0
    """Environments that are kept initialised for it (provisioned concurrency)."""
    initialization: str = ON_DEMAND
    """``AWS_LAMBDA_INITIALIZATION_TYPE`` (lambda-execution section 4)."""
    storage: int = quotas.EPHEMERAL_STORAGE_MIN_MB
    """``EphemeralStorage.Size``: what ``/tmp`` holds, MB."""
    log_format: str = "Text"
    """``Text`` or ``JSON``; the levels of ``LoggingConfig`` count for JSON alone."""
    application_level: str = "INFO"
    system_level: str = "INFO"
    snap_start: bool = False
    """``SnapStart.ApplyOn`` is ``PublishedVersions`` and this is one."""
    debug_port: int = 0
    """The port of the loopback address on which its process waits for a debugger; 0: it waits for none."""

    extensions: bool = False
    """Its layers bring programs that run beside the runtime (lambda-execution section 3)."""

    def invoked_arn(self, qualifier: str | None) -> str:
        """The ARN that the handler's context shows: as qualified as the call was (lambda-execution section 5)."""
        return self.arn if qualifier is None else function_arn(self.scope, self.name, qualifier)

    @property
    def python(self) -> bool:
        """Whether its handler is Python's."""
        return self.runtime.startswith("python")

    @property
    def supervised(self) -> bool:
        """Whether its runtime speaks the Runtime API, with a supervisor (ADR 17)."""
        return self.extensions or not self.python


@dataclass(frozen=True, slots=True, eq=False)
class Qualified:
    """A function as callers name it: the function itself, a version or an alias; each has a policy of its own."""

    arn: str
    policy_revision: str
    policy: tuple[dict[str, Any], ...]
    version: FunctionVersion
    reserved: int | None = None
    """The function's reserved concurrency."""
    provisioned: int = 0
    """Provisioned concurrency of all of the function's versions."""
    other: FunctionVersion | None = None
    other_weight: float = 0.0
    may_loop: bool = False
    """``RecursiveLoop`` is ``Allow`` (lambda-execution section 12)."""

    def choose(self, fraction: float) -> FunctionVersion:
        """The version for an event; ``fraction`` in [0, 1) decides for an alias of two."""
        return self.other if self.other is not None and fraction < self.other_weight else self.version


def qualified(
    scope: Scope,
    name: str,
    qualifier: str | None,
    document: FunctionDocument,
    version: FunctionVersion,
    other: FunctionVersion | None = None,
) -> Qualified:
    """What a qualifier means: ``version``, and for an alias of two ``other`` with its weight."""
    named = None if qualifier == LATEST else qualifier
    policy: PolicyOfQualifier | None = document["policies"].get(named or LATEST)
    alias = document.get("aliases", {}).get(named or "")
    return Qualified(
        arn=function_arn(scope, name, named),
        policy_revision=policy["RevisionId"] if policy else "",
        policy=tuple(policy["Statement"]) if policy else (),
        version=version,
        reserved=document.get("reserved_concurrency"),
        provisioned=sum(wanted["requested"] for wanted in document.get("provisioned", {}).values()),
        other=other,
        other_weight=alias["weights"][other.version] if alias is not None and other is not None else 0.0,
        may_loop=document.get("recursive_loop") == "Allow",
    )


def compile_latest(scope: Scope, name: str, document: FunctionDocument) -> FunctionVersion | None:
    """What ``$LATEST`` serves; None while it serves nothing yet."""
    revision = document["serving"]
    return None if revision is None else _compile(scope, name, LATEST, revision, 0)


def compile_version(
    scope: Scope, name: str, document: VersionDocument, function: FunctionDocument
) -> FunctionVersion | None:
    """What a published version serves; None while it is not ready."""
    if document["configuration"]["State"] != "Active":
        return None
    number = document["configuration"]["Version"]
    revision: Revision = {"configuration": document["configuration"], "code": document["code"]}
    if "layers" in document:
        revision["layers"] = document["layers"]
    return _compile(scope, name, number, revision, provisioned_by_version(function).get(number, 0))


def provisioned_by_version(function: FunctionDocument) -> dict[str, int]:
    """How many environments each version is to keep initialised; an alias of two shares by weight."""
    wanted: dict[str, int] = {}
    for qualifier, asked in function.get("provisioned", {}).items():
        alias = function.get("aliases", {}).get(qualifier)
        rest = asked["requested"]
        if alias is not None:
            for version, weight in alias["weights"].items():
                part = math.floor(asked["requested"] * weight)
                wanted[version] = wanted.get(version, 0) + part
                rest -= part
        version = qualifier if alias is None else alias["FunctionVersion"]
        wanted[version] = wanted.get(version, 0) + rest
    return wanted


def _compile(scope: Scope, name: str, version: str, revision: Revision, provisioned: int) -> FunctionVersion:
    configuration = revision["configuration"]
    layers: list[CodeReference] = revision.get("layers", [])
    return FunctionVersion(
        scope=scope,
        name=name,
        version=version,
        arn=function_arn(scope, name),
        runtime=configuration["Runtime"],
        runtime_arn=configuration.get("RuntimeVersionConfig", {}).get("RuntimeVersionArn", ""),
        handler=configuration["Handler"],
        timeout=float(configuration["Timeout"]),
        memory=configuration["MemorySize"],
        variables=dict(configuration.get("Environment", {}).get("Variables", {})),
        role=configuration["Role"],
        log_group=configuration.get("LoggingConfig", {}).get("LogGroup", f"/aws/lambda/{name}"),
        code=revision["code"]["blob"],
        serving=_identity(scope, name, version, revision),
        layers=tuple(layer["blob"] for layer in layers),
        extensions=any(layer.get("extensions", False) for layer in layers),
        provisioned=provisioned,
        log_format=configuration.get("LoggingConfig", {}).get("LogFormat", "Text"),
        application_level=configuration.get("LoggingConfig", {}).get("ApplicationLogLevel", "INFO"),
        system_level=configuration.get("LoggingConfig", {}).get("SystemLogLevel", "INFO"),
        storage=configuration.get("EphemeralStorage", {}).get("Size", quotas.EPHEMERAL_STORAGE_MIN_MB),
        snap_start=version != LATEST and configuration.get("SnapStart", {}).get("ApplyOn") == "PublishedVersions",
    )


_SEEN_BY_ENVIRONMENTS = ("Runtime", "Handler", "Timeout", "MemorySize", "Environment", "Role", "LoggingConfig",
    "EphemeralStorage", "LastModified")  # fmt: skip


def _identity(scope: Scope, name: str, version: str, revision: Revision) -> str:
    seen = {member: revision["configuration"].get(member) for member in _SEEN_BY_ENVIRONMENTS}
    blobs = [revision["code"]["blob"], *(layer["blob"] for layer in revision.get("layers", ()))]
    text = json.dumps([scope.account, scope.region, name, version, blobs, seen], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
