"""The functions that can be invoked: compiled from their documents on first use, replaced on change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from gatelet.aws.arn import function_arn
from gatelet.aws.scope import Scope
from gatelet.functions.invocation import FunctionNotFound, FunctionNotReady, FunctionTarget
from gatelet.functions.model import KIND, SERVICE, FunctionDocument, Revision
from gatelet.storage.ports import Collection, Key, Records

LATEST = "$LATEST"


@dataclass(frozen=True, slots=True, eq=False)
class FunctionVersion:
    """What Invoke runs: one revision of a function, immutable. Compared by identity.

    ``timeout`` is seconds, ``memory`` MB. ``serving`` tells whether environments can be shared with another
    FunctionVersion: it changes with the code and with every setting that an environment sees.
    """

    scope: Scope
    name: str
    version: str
    arn: str
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
    policy_revision: str
    policy: tuple[dict[str, Any], ...]
    reserved: int | None


class Catalogue:
    """FunctionVersions by target. Only ``$LATEST`` exists: another qualifier is not found."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._known: dict[tuple[str, str, str], FunctionVersion] = {}
        self._reserved: dict[Scope, dict[str, int]] = {}

    async def start(self) -> frozenset[str]:
        """Learn every function's reserved concurrency; the runtimes that functions name."""
        documents = await self._records.list_everywhere(SERVICE, KIND)
        for record in documents:
            self._remember_reserved(record.key, cast(FunctionDocument, record.value))
        return frozenset(record.value["configuration"].get("Runtime") or "" for record in documents)

    def get(self, target: FunctionTarget) -> FunctionVersion | None:
        """The version that serves the target now, if it was loaded before."""
        if target.qualifier is not None and target.qualifier != LATEST:
            return None
        return self._known.get((target.account, target.region, target.name))

    async def load(self, target: FunctionTarget) -> FunctionVersion:
        """Read the function's document. Raises FunctionNotFound, FunctionNotReady."""
        scope = Scope(target.account, target.region)
        missing = FunctionNotFound(function_arn(scope, target.name, target.qualifier or LATEST))
        if target.qualifier is not None and target.qualifier != LATEST:
            raise missing
        key = Collection(SERVICE, KIND, target.account, target.region).key(target.name)
        document = await self._read(key)
        if document is None:
            raise missing
        version = compile_function(scope, target.name, document)
        if version is None:
            raise FunctionNotReady(document["configuration"].get("State", "Pending"))
        return self._known.setdefault((target.account, target.region, target.name), version)

    async def read(self, key: Key) -> FunctionVersion | None:
        """The version that a changed record asks for, not served yet; None if it serves none."""
        document = await self._read(key)
        if document is None:
            self._reserved.get(Scope(key.account, key.region), {}).pop(key.id, None)
            return None
        self._remember_reserved(key, document)
        return compile_function(Scope(key.account, key.region), key.id, document)

    def known(self, key: Key) -> FunctionVersion | None:
        """What is served under a record's key."""
        return self._known.get((key.account, key.region, key.id))

    def serve(self, key: Key, version: FunctionVersion | None) -> None:
        """New calls get this version from now on."""
        place = (key.account, key.region, key.id)
        if version is None:
            self._known.pop(place, None)
        else:
            self._known[place] = version

    def reserved(self, scope: Scope) -> int:
        """The sum of the reserved concurrency of the scope's functions."""
        return sum(self._reserved.get(scope, {}).values())

    async def code_in_use(self) -> set[str]:
        """The blobs that any function refers to."""
        used: set[str] = set()
        for record in await self._records.list_everywhere(SERVICE, KIND):
            document = cast(FunctionDocument, record.value)
            used.add(document["code"]["blob"])
            if document["serving"] is not None:
                used.add(document["serving"]["code"]["blob"])
        return used

    async def _read(self, key: Key) -> FunctionDocument | None:
        record = await self._records.get(key)
        return None if record is None else cast(FunctionDocument, record.value)

    def _remember_reserved(self, key: Key, document: FunctionDocument) -> None:
        reserved = self._reserved.setdefault(Scope(key.account, key.region), {})
        amount = document.get("reserved_concurrency")
        if amount is None:
            reserved.pop(key.id, None)
        else:
            reserved[key.id] = amount


def compile_function(scope: Scope, name: str, document: FunctionDocument) -> FunctionVersion | None:
    """What the document serves; None while it serves nothing yet."""
    revision = document["serving"]
    if revision is None:
        return None
    configuration = revision["configuration"]
    policy = document["policies"].get(LATEST)
    return FunctionVersion(
        scope=scope,
        name=name,
        version=LATEST,
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
        serving=_identity(scope, name, revision),
        policy_revision=policy["RevisionId"] if policy else "",
        policy=tuple(policy["Statement"]) if policy else (),
        reserved=document.get("reserved_concurrency"),
    )


_SEEN_BY_ENVIRONMENTS = ("Runtime", "Handler", "Timeout", "MemorySize", "Environment", "Role", "LoggingConfig",
    "EphemeralStorage", "LastModified")  # fmt: skip


def _identity(scope: Scope, name: str, revision: Revision) -> str:
    seen = {member: revision["configuration"].get(member) for member in _SEEN_BY_ENVIRONMENTS}
    text = json.dumps([scope.account, scope.region, name, revision["code"]["blob"], seen], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
