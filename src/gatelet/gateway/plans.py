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
from gatelet.counters.ports import Bucket, Period
from gatelet.gateway.document import API_KEY, QUOTA_SINCE, SERVICE, USAGE_PLAN, USAGE_PLAN_KEY
from gatelet.storage.ports import Change, Key, Record, Records

Throttle = tuple[float, int]
"""Rate (tokens a second) and burst."""

_FOUND = 4_096


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


@dataclass(frozen=True, slots=True)
class Member:
    """A key with the plan that it has for a stage, and its throttles for one of the stage's methods."""

    key: ApiKey
    plan: UsagePlan
    buckets: tuple[Bucket, ...]


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
        self._found: dict[tuple[Scope, str, str, str, str], Member] = {}
        """What callers were found to be, until anything changes."""

    async def start(self) -> None:
        """Read everything that is stored."""
        for kind in (API_KEY, USAGE_PLAN, USAGE_PLAN_KEY):
            for record in await self._records.list_everywhere(SERVICE, kind):
                self._set(record.key, record)

    async def apply(self, change: Change) -> None:
        """Follow a committed change; when this returns, it is in force."""
        if change.key.service == SERVICE and change.key.kind in {API_KEY, USAGE_PLAN, USAGE_PLAN_KEY}:
            self._set(change.key, None if change.deleted else await self._records.get(change.key))

    def member(self, scope: Scope, value: str, api_id: str, stage: str, method: str) -> Member | None:
        """Who calls a method (``/users/GET``) with that key; None: no key in force with a plan for the stage."""
        which = (scope, value, api_id, stage, method)
        return self._found.get(which) or self._find(which)

    def _find(self, which: tuple[Scope, str, str, str, str]) -> Member | None:
        scope, value, api_id, stage, method = which
        key = self._by_value.get((scope, value))
        if key is None or not key.enabled:
            return None
        for plan_id in self._members.get((scope, key.id), ()):
            plan = self._plans.get((scope, plan_id))
            if plan is not None and (api_id, stage) in plan.stages:
                if len(self._found) >= _FOUND:
                    self._found.clear()
                member = self._found[which] = Member(key, plan, _buckets(scope, plan, key, (api_id, stage), method))
                return member
        return None

    def _set(self, at: Key, record: Record | None) -> None:
        self._found.clear()
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


def _buckets(scope: Scope, plan: UsagePlan, key: ApiKey, stage: tuple[str, str], method: str) -> tuple[Bucket, ...]:
    """The throttles of a key: of its plan, over all stages, and of the method for that key."""
    own = f"{scope.account}/{scope.region}/{plan.id}/{key.id}"
    buckets = []
    if plan.throttle is not None:
        buckets.append(Bucket(f"plan/{own}", *plan.throttle))
    of_method = plan.stages[stage].get(method)
    if of_method is not None:
        buckets.append(Bucket(f"plan-method/{own}/{'/'.join(stage)}{method}", *of_method))
    return tuple(buckets)


def _throttle(settings: Mapping[str, Any] | None) -> Throttle | None:
    """A burst that was not given is what a second brings (?); without a rate nothing is limited."""
    rate = (settings or {}).get("rateLimit")
    if rate is None:
        return None
    burst = (settings or {}).get("burstLimit")
    return float(rate), max(1, ceil(rate)) if burst is None else int(burst)
