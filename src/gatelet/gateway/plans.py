"""API keys and usage plans as the data plane looks them up: in force when the change that made them returns.

Reference: apigateway-authorization-limits sections 7 and 8.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from gatelet.aws.scope import Scope
from gatelet.counters.periods import period_at
from gatelet.counters.ports import Period
from gatelet.gateway.document import API_KEY, QUOTA_SINCE, SERVICE, USAGE_PLAN, USAGE_PLAN_KEY
from gatelet.storage.ports import Change, Key, Record, Records

Throttle = tuple[float, int]
"""Rate (tokens a second) and burst."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key."""

    id: str
    value: str
    enabled: bool


@dataclass(frozen=True, slots=True)
class UsagePlan:
    """A usage plan: what it allows on which stages."""

    id: str
    throttle: Throttle | None
    stages: Mapping[tuple[str, str], Mapping[str, Throttle]]
    """By API id and stage: throttles by method (``/users/GET``)."""
    quota: Mapping[str, Any] | None


def quota_limit(quota: Mapping[str, Any], period: Period) -> int:
    """The limit in a period: in the first one, ``offset`` less."""
    first = period_at(quota["period"], quota.get(QUOTA_SINCE, 0)).start == period.start
    return max(0, int(quota["limit"]) - (int(quota.get("offset", 0)) if first else 0))


class LivePlans:
    """The keys and plans of every account and region. Changes are applied whole, between two requests."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._keys: dict[Key, ApiKey] = {}
        self._by_value: dict[tuple[Scope, str], ApiKey] = {}
        self._plans: dict[tuple[Scope, str], UsagePlan] = {}
        self._members: dict[tuple[Scope, str], set[str]] = {}
        """Plan ids by key id."""

    async def start(self) -> None:
        """Read everything that is stored."""
        for kind in (API_KEY, USAGE_PLAN, USAGE_PLAN_KEY):
            for record in await self._records.list_everywhere(SERVICE, kind):
                self._set(record.key, record)

    async def apply(self, change: Change) -> None:
        """Follow a committed change; when this returns, it is in force."""
        if change.key.service == SERVICE and change.key.kind in {API_KEY, USAGE_PLAN, USAGE_PLAN_KEY}:
            self._set(change.key, None if change.deleted else await self._records.get(change.key))

    def key(self, scope: Scope, value: str) -> ApiKey | None:
        """The key with that value."""
        return self._by_value.get((scope, value))

    def plan(self, scope: Scope, key: ApiKey, api_id: str, stage: str) -> UsagePlan | None:
        """The plan that the key has for the stage."""
        for plan_id in self._members.get((scope, key.id), ()):
            plan = self._plans.get((scope, plan_id))
            if plan is not None and (api_id, stage) in plan.stages:
                return plan
        return None

    def _set(self, at: Key, record: Record | None) -> None:
        scope = Scope(at.account, at.region)
        if at.kind == API_KEY:
            self._set_key(scope, at, record)
        elif at.kind == USAGE_PLAN:
            if record is None:
                self._plans.pop((scope, at.id), None)
            else:
                self._plans[scope, at.id] = _plan(record.value)
        else:
            plan_id, _, key_id = at.id.partition("/")
            plans = self._members.setdefault((scope, key_id), set())
            (plans.discard if record is None else plans.add)(plan_id)
            if not plans:
                del self._members[scope, key_id]

    def _set_key(self, scope: Scope, at: Key, record: Record | None) -> None:
        before = self._keys.pop(at, None)
        if before is not None and self._by_value.get((scope, before.value)) is before:  # another may have it by now
            del self._by_value[scope, before.value]
        if record is not None:
            shape = record.value
            key = ApiKey(shape["id"], shape["value"], bool(shape["enabled"]))
            self._keys[at] = self._by_value[scope, key.value] = key


def _plan(shape: Mapping[str, Any]) -> UsagePlan:
    return UsagePlan(
        id=shape["id"],
        throttle=_throttle(shape.get("throttle")),
        stages={
            (stage["apiId"], stage["stage"]): {
                method: limits
                for method, settings in stage.get("throttle", {}).items()
                if (limits := _throttle(settings)) is not None
            }
            for stage in shape["apiStages"]
        },
        quota=shape.get("quota"),
    )


def _throttle(settings: Mapping[str, Any] | None) -> Throttle | None:
    """A burst that was not given is what a second brings (?); without a rate nothing is limited."""
    rate = (settings or {}).get("rateLimit")
    if rate is None:
        return None
    burst = (settings or {}).get("burstLimit")
    return float(rate), max(1, ceil(rate)) if burst is None else int(burst)
