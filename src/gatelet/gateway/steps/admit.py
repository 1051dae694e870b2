"""Lets a request in: its API key and usage plan, then every throttle at once, then the quota.

A throttled request takes of no bucket and of no quota. Reference: apigateway-authorization-limits sections 7 to 9.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import NoReturn

from gatelet.counters.errors import CountersUnavailable
from gatelet.counters.periods import period_at
from gatelet.counters.ports import Bucket
from gatelet.gateway.admission import Admission, meter
from gatelet.gateway.errors import InvalidApiKey, QuotaExceeded, Throttled
from gatelet.gateway.plans import Member, quota_limit
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
    method = route.method
    buckets, member = method.buckets, None
    if method.api_key_required:
        member = _member(snapshot, route, trace, admission)
        buckets = trace.buckets = member.buckets + buckets
    elif trace.story is not None:
        narrate_access.key_not_needed(trace.story, snapshot, trace)
    local = admission.buckets.local
    if local is None:
        return _take_elsewhere(snapshot, buckets, member, trace, admission, settings)
    refused = local.take_now(buckets, trace.received)
    if refused is not None:
        _throttle(snapshot, buckets[refused], member, trace)
    if member is None or member.plan.quota is None:
        return None
    return _charge(snapshot, member, trace, admission, settings)


async def _take_elsewhere(
    snapshot: Snapshot,
    buckets: tuple[Bucket, ...],
    member: Member | None,
    trace: Trace,
    admission: Admission,
    settings: GatewaySettings,
) -> None:
    """From buckets that several processes share."""
    try:
        refused = await admission.buckets.take(buckets, trace.received)
    except CountersUnavailable:
        refused = None if settings.throttles_fail_open else 0
    if refused is not None:
        _throttle(snapshot, buckets[refused], member, trace)
    if member is not None and member.plan.quota is not None:
        await _charge(snapshot, member, trace, admission, settings)


def _throttle(snapshot: Snapshot, bucket: Bucket, member: Member | None, trace: Trace) -> NoReturn:
    trace.throttled_by = bucket.name
    if trace.story is not None and member is not None:
        narrate_access.key_exceeded(trace.story, snapshot, member.key.value, "throttle")
    raise Throttled


def _member(snapshot: Snapshot, route: Route, trace: Trace, admission: Admission) -> Member:
    """The caller's key and the plan that it has for the stage. Raises InvalidApiKey."""
    value = trace.usage_key if snapshot.api_key_source == "AUTHORIZER" else trace.request.values.get(_HEADER)
    name = route.method.name
    member = admission.plans.member(snapshot.scope, value, snapshot.api_id, snapshot.stage, name) if value else None
    if member is None:
        raise InvalidApiKey
    key = member.key
    trace.plan_id = member.plan.id
    trace.identity = {**(trace.identity or {}), "apiKey": key.value, "apiKeyId": key.id}
    if trace.story is not None:
        narrate_access.key_accepted(trace.story, snapshot, trace, key.value)
    return member


async def _charge(
    snapshot: Snapshot, member: Member, trace: Trace, admission: Admission, settings: GatewaySettings
) -> None:
    key, plan = member.key, member.plan
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
