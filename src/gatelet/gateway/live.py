"""What is served now: the snapshot of every stage, built beside and swapped by one reference.

Only deployments and stage settings change what is served; an edit of an API waits for its next deployment
(apigateway-control-plane section 6.1).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any, cast

from gatelet.aws.scope import Scope
from gatelet.gateway.admission import DEFAULT_THROTTLE, AccountThrottle
from gatelet.gateway.canary import Canary, canary_stage
from gatelet.gateway.compile import DAMAGED, compile_snapshot, unservable
from gatelet.gateway.document import DEPLOYMENT, REST_API, SERVICE, STAGE, ApiDocument, StageDocument
from gatelet.gateway.invoke_url import InvokeAddress
from gatelet.gateway.snapshot import Snapshot
from gatelet.storage.ports import Change, Key, Record, Records, StorageError

logger = logging.getLogger(__name__)

_LARGE_API = 40
"""Resources from which on an API is compiled in a thread: the event loop is never held for long."""

_LONG_TEMPLATES = 4_096
"""Characters of mapping templates, all together, from which on likewise."""

StageName = tuple[str, str]
"""(API id, stage name)."""


class LiveGateway:
    """The snapshots of all stages in every account and region."""

    def __init__(self, records: Records, account: AccountThrottle = DEFAULT_THROTTLE) -> None:
        self._records = records
        self._account = account
        self._stages: Mapping[StageName, Snapshot] = MappingProxyType({})
        self._documents: dict[Key, ApiDocument] = {}
        """Deployments that stages serve: each is read once."""
        self._building = asyncio.Lock()

    def stage_for(self, address: InvokeAddress) -> Snapshot | None:
        """What the address names, or None."""
        return self._stages.get((address.api_id, address.stage))

    @property
    def stages(self) -> Mapping[StageName, Snapshot]:
        """Every stage that is served; a later change makes another mapping."""
        return self._stages

    async def start(self) -> None:
        """Serve everything that is stored. A document that cannot be read stops no other."""
        async with self._building:
            stages: dict[StageName, Snapshot] = {}
            owners: dict[str, Scope] = {}
            for record in await self._records.list_everywhere(SERVICE, STAGE):
                snapshot = await self._build(record)
                if _owns(owners, snapshot):
                    stages[snapshot.api_id, snapshot.stage] = snapshot
            self._swap(stages)

    async def apply(self, change: Change) -> None:
        """Serve a committed change; when this returns, it is served."""
        key = change.key
        if key.service != SERVICE:
            return
        if key.kind == STAGE:
            async with self._building:
                await self._apply_stage(key)
        elif key.kind == DEPLOYMENT:
            async with self._building:
                self._documents.pop(key, None)
        elif key.kind == REST_API and change.deleted:
            async with self._building:
                scope = Scope(key.account, key.region)
                self._swap(
                    {
                        name: stage
                        for name, stage in self._stages.items()
                        if not (stage.api_id == key.id and stage.scope == scope)
                    }
                )

    async def _apply_stage(self, key: Key) -> None:
        record = await self._records.get(key)
        stages = dict(self._stages)
        api_id, _, stage_name = key.id.partition("/")
        if record is None:
            served = stages.get((api_id, stage_name))
            if served is not None and served.scope == Scope(key.account, key.region):
                del stages[api_id, stage_name]
        else:
            snapshot = await self._build(record)
            owners = {served.api_id: served.scope for served in stages.values()}
            if _owns(owners, snapshot):
                stages[api_id, stage_name] = snapshot
        self._swap(stages)

    async def _build(self, stage: Record) -> Snapshot:
        """The snapshot of a stored stage; if it cannot be made, one that answers 500, with a line in the log."""
        key = stage.key
        scope = Scope(key.account, key.region)
        api_id, _, stage_name = key.id.partition("/")
        try:
            deployment_id = stage.value["deploymentId"]
            document = await self._document(key, deployment_id)
            if document is None:
                logger.error("stage %s in %s: its deployment %s does not exist", key.id, scope, deployment_id)
                return unservable(api_id, stage_name, scope, f"The deployment {deployment_id} does not exist")
            snapshot = await self._compile(document, stage.value, scope)
            if stage.value.get("canarySettings"):
                return await self._with_canary(key, snapshot, stage.value)
            return snapshot
        except StorageError:
            raise
        except Exception as fault:  # whatever it is: what was served before may let in whom nobody may let in now
            logger.exception("stage %s in %s cannot be compiled: it answers 500", key.id, scope)
            return unservable(api_id, stage_name, scope, f"The stored stage cannot be read: {fault!r}")

    async def _with_canary(self, key: Key, snapshot: Snapshot, stage: StageDocument) -> Snapshot:
        """The stage's snapshot with that of its canary; without one whose deployment is gone."""
        settings, own = stage["canarySettings"], canary_stage(stage)
        document = await self._document(key, own["deploymentId"])
        if document is None:
            logger.error("stage %s: its canary's deployment %s does not exist", key.id, own["deploymentId"])
            return snapshot
        canary = await self._compile(document, own, snapshot.scope, log_stage=f"{snapshot.stage}/Canary")
        return replace(snapshot, canary=Canary(canary, float(settings.get("percentTraffic") or 0) / 100))

    async def _compile(
        self, document: ApiDocument, stage: StageDocument, scope: Scope, *, log_stage: str = ""
    ) -> Snapshot:
        compiling = partial(
            compile_snapshot, document, stage, stage["deploymentId"], scope, log_stage=log_stage, account=self._account
        )
        long = len(document["resources"]) > _LARGE_API or _has_long_templates(document) or _validates_bodies(document)
        return await asyncio.to_thread(compiling) if long else compiling()

    async def _document(self, stage: Key, deployment_id: str) -> ApiDocument | None:
        api_id = stage.id.partition("/")[0]
        key = Key(SERVICE, DEPLOYMENT, stage.account, stage.region, f"{api_id}/{deployment_id}")
        document = self._documents.get(key)
        if document is None:
            record = await self._records.get(key)
            if record is None:
                return None
            value: dict[str, Any] = record.value
            document = self._documents[key] = cast("ApiDocument", value["document"])
        return document

    def _swap(self, stages: dict[StageName, Snapshot]) -> None:
        self._stages = MappingProxyType(stages)
        used = {
            Key(SERVICE, DEPLOYMENT, one.scope.account, one.scope.region, f"{one.api_id}/{one.deployment_id}")
            for stage in stages.values()
            for one in ([stage] if stage.canary is None else [stage, stage.canary.snapshot])
        }
        for key in self._documents.keys() - used:
            del self._documents[key]


def _has_long_templates(document: ApiDocument) -> bool:
    """Whether compiling the templates would hold the event loop. Raises one of DAMAGED."""
    left = _LONG_TEMPLATES
    for resource in document["resources"].values():
        for method in (resource.get("resourceMethods") or {}).values():
            for text in _templates(method):
                left -= len(text)
    return left < 0


def _validates_bodies(document: ApiDocument) -> bool:
    """Whether models are compiled: the first time that means loading the library for it."""
    return any(validator.get("validateRequestBody") for validator in (document.get("requestValidators") or {}).values())


def _templates(method: Mapping[str, Any]) -> Sequence[str]:
    """Every template of a method; none of one that cannot be read, which compiling it reports."""
    try:
        integration = method.get("methodIntegration") or {}
        shapes = (integration, *(integration.get("integrationResponses") or {}).values())
        maps = [shape.get(member) or {} for shape in shapes for member in ("requestTemplates", "responseTemplates")]
        return [text for templates in maps for text in templates.values() if isinstance(text, str)]
    except DAMAGED:
        return ()


def _owns(owners: dict[str, Scope], snapshot: Snapshot) -> bool:
    """API ids are one name space (pinned ones too): the scope that has one keeps it."""
    owner = owners.setdefault(snapshot.api_id, snapshot.scope)
    if owner != snapshot.scope:
        logger.error("API %s of %s is not served: %s has that id", snapshot.api_id, snapshot.scope, owner)
    return owner == snapshot.scope
