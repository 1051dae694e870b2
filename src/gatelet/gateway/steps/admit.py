"""Lets a request in: its API key and usage plan, then every throttle at once, then the quota.

A throttled request takes of no bucket and of no quota. Reference: apigateway-authorization-limits sections 7 to 9.
"""

from __future__ import annotations

from collections.abc import Awaitable

from gatelet.counters.errors import CountersUnavailable
from gatelet.counters.periods import period_at
from gatelet.gateway.admission import Admission, meter, plan_buckets
from gatelet.gateway.errors import InvalidApiKey, QuotaExceeded, Throttled
from gatelet.gateway.plans import ApiKey, UsagePlan, quota_limit
from gatelet.gateway.router import Route
from gatelet.gateway.settings import GatewaySettings
from gatelet.gateway.snapshot import Snapshot
from gatelet.gateway.steps import narrate_access
from gatelet.gateway.trace import Trace

_HEADER = "x-api-key"


def admit_caller(
    snapshot: Snapshot, route: Route, trace: Trace, admission: Admission, settings: GatewaySettings
) -> Awaitable[None] | None:
    """What is to be awaited; None: the request is in. Either raises InvalidApiKey, Throttled, QuotaExceeded."""
    local = admission.buckets.local
    if local is None or trace.story is not None or route.method.api_key_required:
        return _admit(snapshot, route, trace, admission, settings)
    buckets = route.method.buckets
    refused = local.take_now(buckets, trace.received)
    if refused is not None:
        trace.throttled_by = buckets[refused].name
        raise Throttled
    return None


async def _admit(
    snapshot: Snapshot, route: Route, trace: Trace, admission: Admission, settings: GatewaySettings
) -> None:
    buckets = route.method.buckets
    member = None
    if route.method.api_key_required:
        key, plan = member = _member(snapshot, trace, admission)
        stage = (snapshot.api_id, snapshot.stage)
        trace.plan_id = plan.id
        trace.buckets = buckets = plan_buckets(snapshot.scope, plan, key, stage, route.method.name) + buckets
        trace.identity = {**(trace.identity or {}), "apiKey": key.value, "apiKeyId": key.id}
        if trace.story is not None:
            narrate_access.key_accepted(trace.story, snapshot, trace, key.value)
    elif trace.story is not None:
        narrate_access.key_not_needed(trace.story, snapshot, trace)
    try:
        refused = await admission.buckets.take(buckets, trace.received)
    except CountersUnavailable:
        refused = None if settings.throttles_fail_open else 0
    if refused is not None:
        trace.throttled_by = buckets[refused].name
        if trace.story is not None and member is not None:
            narrate_access.key_exceeded(trace.story, snapshot, member[0].value, "throttle")
        raise Throttled
    if member is not None and member[1].quota is not None:
        await _charge(snapshot, *member, trace, admission, settings)


def _member(snapshot: Snapshot, trace: Trace, admission: Admission) -> tuple[ApiKey, UsagePlan]:
    """The caller's key and the plan that it has for the stage. Raises InvalidApiKey."""
    value = trace.usage_key if snapshot.api_key_source == "AUTHORIZER" else trace.request.header(_HEADER)
    key = admission.plans.key(snapshot.scope, value) if value else None
    if key is None or not key.enabled:
        raise InvalidApiKey
    plan = admission.plans.plan(snapshot.scope, key, snapshot.api_id, snapshot.stage)
    if plan is None:
        raise InvalidApiKey
    return key, plan


async def _charge(
    snapshot: Snapshot, key: ApiKey, plan: UsagePlan, trace: Trace, admission: Admission, settings: GatewaySettings
) -> None:
    assert plan.quota is not None
    period = period_at(plan.quota["period"], trace.received)
    limit = quota_limit(plan.quota, period)
    try:
        charged = await admission.quotas.charge(meter(snapshot.scope, plan, key), limit, period)
    except CountersUnavailable:
        charged = settings.quotas_fail_open
    if not charged:
        if trace.story is not None:
            narrate_access.key_exceeded(trace.story, snapshot, key.value, "quota")
        raise QuotaExceeded
