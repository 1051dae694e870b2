"""The functions that can be invoked: compiled from their documents on first use, replaced on change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from gatelet.aws.arn import function_arn
from gatelet.aws.scope import Scope
from gatelet.functions.invocation import FunctionNotFound, FunctionNotReady, FunctionTarget
from gatelet.functions.layers import merged_name
from gatelet.functions.model import (
    KIND,
    LATEST,
    REFERRING_KINDS,
    SERVICE,
    FunctionDocument,
    VersionDocument,
    blobs_of,
    function_key,
    version_key,
)
from gatelet.functions.version import (
    FunctionVersion,
    Qualified,
    compile_latest,
    compile_version,
    provisioned_by_version,
    qualified,
)
from gatelet.storage.ports import Key, Records

_READINGS = 3
"""Where functions change all the time, what was read last has to do."""


@dataclass(frozen=True, slots=True)
class Known:
    """What start-up needs to know of all functions: the runtimes named, the functions with provisioned concurrency."""

    runtimes: frozenset[str]
    provisioned: tuple[Key, ...]


class Catalogue:
    """Functions, versions and aliases by target."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._known: dict[tuple[str, str, str], dict[str | None, Qualified]] = {}
        self._held_back: dict[Scope, dict[str, int]] = {}
        self._sums: dict[Scope, int] = {}
        self._changes = 0

    async def start(self) -> Known:
        """Learn what every function takes out of its account's pool of concurrency."""
        records = await self._records.list_everywhere(SERVICE, KIND)
        for record in records:
            self._hold_back(record.key, cast(FunctionDocument, record.value))
        runtimes = frozenset(record.value["configuration"].get("Runtime") or "" for record in records)
        return Known(runtimes, tuple(record.key for record in records if record.value.get("provisioned")))

    def get(self, target: FunctionTarget) -> Qualified | None:
        """What the target means now, if it was loaded before."""
        known = self._known.get((target.account, target.region, target.name))
        return None if known is None else known.get(target.qualifier)

    async def load(self, target: FunctionTarget) -> Qualified:
        """Read what the target means. Raises FunctionNotFound, FunctionNotReady.

        A change meanwhile may have moved an alias away from a version that was deleted then: it is read again.
        """
        for _ in range(_READINGS):
            changes = self._changes
            try:
                found = await self._read_target(target)
            except FunctionNotFound:
                if changes == self._changes:
                    raise
                continue
            if changes == self._changes:  # otherwise it may be old already
                known = self._known.setdefault((target.account, target.region, target.name), {})
                known[target.qualifier] = found
                return found
        return await self._read_target(target)

    async def _read_target(self, target: FunctionTarget) -> Qualified:
        scope = Scope(target.account, target.region)
        missing = FunctionNotFound(function_arn(scope, target.name, target.qualifier or LATEST))
        document = await self.read(function_key(scope, target.name))
        if document is None:
            raise missing
        alias = document.get("aliases", {}).get(target.qualifier or "")
        number = alias["FunctionVersion"] if alias is not None else target.qualifier or LATEST
        version = await self._version(scope, target.name, number, document, missing)
        other = None
        for additional in alias["weights"] if alias is not None else ():
            other = await self._version(scope, target.name, additional, document, missing)
        return qualified(scope, target.name, target.qualifier, document, version, other)

    async def _version(
        self, scope: Scope, name: str, number: str, document: FunctionDocument, missing: FunctionNotFound
    ) -> FunctionVersion:
        if number == LATEST:
            version, state = compile_latest(scope, name, document), document["configuration"].get("State", "Pending")
        else:
            found = await self._read_version(scope, name, number)
            if found is None:
                raise missing
            version, state = compile_version(scope, name, found, document), found["configuration"]["State"]
        if version is None:
            raise FunctionNotReady(state)
        return version

    async def provisioned(self, key: Key, document: FunctionDocument) -> Sequence[FunctionVersion]:
        """The versions of a function that have provisioned concurrency, those that are ready."""
        scope = Scope(key.account, key.region)
        versions = []
        for number in provisioned_by_version(document):
            found = await self._read_version(scope, key.id, number)
            if found is not None and (version := compile_version(scope, key.id, found, document)) is not None:
                versions.append(version)
        return versions

    async def read(self, key: Key) -> FunctionDocument | None:
        """A function's document as it is stored."""
        record = await self._records.get(key)
        return None if record is None else cast(FunctionDocument, record.value)

    async def _read_version(self, scope: Scope, name: str, number: str) -> VersionDocument | None:
        record = await self._records.get(version_key(scope, name, int(number))) if number.isdecimal() else None
        return None if record is None else cast(VersionDocument, record.value)

    def latest(self, key: Key) -> FunctionVersion | None:
        """What ``$LATEST`` serves under a function's key, if it was loaded."""
        known = self._known.get((key.account, key.region, key.id), {})
        found = known.get(None) or known.get(LATEST)
        return None if found is None else found.version

    def serve(self, key: Key, document: FunctionDocument | None, version: FunctionVersion | None) -> None:
        """New calls get this document from now on, and this version unqualified; versions and aliases are read anew."""
        self._changes += 1
        self._known.pop((key.account, key.region, key.id), None)
        self._hold_back(key, document)
        if document is not None and version is not None:
            found = qualified(version.scope, key.id, None, document, version)
            self._known[key.account, key.region, key.id] = {None: found, LATEST: found}

    def forget_versions(self, account: str, region: str, name: str) -> None:
        """Read a function's published versions anew when they are needed next."""
        self._changes += 1
        known = self._known.get((account, region, name), {})
        for qualifier in [qualifier for qualifier in known if qualifier not in (None, LATEST)]:
            del known[qualifier]

    def held_back(self, scope: Scope) -> int:
        """What functions have taken out of the scope's pool of concurrency: reserved, or else provisioned."""
        return self._sums.get(scope, 0)

    async def code_in_use(self) -> set[str]:
        """The blobs that any function, version or layer refers to, and what their layers are merged to."""
        used: set[str] = set()
        for kind in REFERRING_KINDS:
            for record in await self._records.list_everywhere(SERVICE, kind):
                used |= blobs_of(kind, record.value) | merged_of(record.value)
        return used

    def _hold_back(self, key: Key, document: FunctionDocument | None) -> None:
        scope = Scope(key.account, key.region)
        amounts = self._held_back.setdefault(scope, {})
        amounts.pop(key.id, None)
        if document is not None and (amount := held_back_by(document)):
            amounts[key.id] = amount
        self._sums[scope] = sum(amounts.values())


def merged_of(document: Mapping[str, Any]) -> set[str]:
    """The merged layers of a function's or a version's document."""
    lists = (document.get("layers"), (document.get("serving") or {}).get("layers"))
    return {merged_name([layer["blob"] for layer in layers]) for layers in lists if layers}


def held_back_by(document: FunctionDocument) -> int:
    """What a function takes out of its account's pool: its reservation, or else its provisioned concurrency."""
    reserved = document.get("reserved_concurrency")
    if reserved is not None:
        return reserved
    return sum(wanted["requested"] for wanted in document.get("provisioned", {}).values())
