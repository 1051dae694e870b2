"""Usage of a plan's keys: get, update. Reference: apigateway-authorization-limits section 8.

What is used is metered for plans with a quota: others have nothing to be measured against.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from gatelet.aws import quotas
from gatelet.control.apigateway.errors import BadRequest, NotFound
from gatelet.control.apigateway.paging import page
from gatelet.control.apigateway.patching import Edit, Row, Table, in_table_words
from gatelet.control.apigateway.plan_records import find_key, find_plan, member_key, members, meter
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.counters.periods import first_day, period_at
from gatelet.counters.ports import Usage
from gatelet.gateway.plans import quota_limit


@operation("apigateway", "GetUsage")
async def get_usage(call: Call, request: Request) -> Response:
    """What each key used and has left, a pair a day."""
    start, end = _day(request["startDate"]), _day(request["endDate"])
    if not timedelta(0) <= end - start <= timedelta(days=quotas.USAGE_HISTORY_DAYS):
        raise BadRequest(f"The date range must not exceed {quotas.USAGE_HISTORY_DAYS} days.")
    plan = (await find_plan(call, request["usagePlanId"])).value
    keys = [member.key.id.partition("/")[2] for member in await members(call, plan["id"])]
    wanted = sorted(key for key in keys if request.get("keyId") in (None, key))
    answer = page(wanted, request, lambda key: key, lambda key: {"id": key})
    items = {}
    for row in answer.pop("items"):
        items[row["id"]] = await _pairs(call, plan, row["id"], start, end)
    return answer | _named(plan, start, end) | {"items": items}


def _named(plan: Mapping[str, Any], start: date, end: date) -> dict[str, Any]:
    return {"usagePlanId": plan["id"], "startDate": start.isoformat(), "endDate": end.isoformat()}


async def _pairs(call: Call, plan: Mapping[str, Any], key_id: str, start: date, end: date) -> list[list[int]]:
    usage = await call.ports.quotas.usage(meter(call, plan["id"], key_id)) or Usage(0, 0, 0, {})
    days = [start + timedelta(days=number) for number in range((end - start).days + 1)]
    return [[usage.days.get(day.isoformat(), 0), _remaining(plan.get("quota"), usage, day)] for day in days]


def _remaining(quota: Mapping[str, Any] | None, usage: Usage, day: date) -> int:
    """What was left of the period at the end of the day."""
    if quota is None:
        return 0
    first = first_day(quota["period"], day)
    used = sum(count for at, count in usage.days.items() if first.isoformat() <= at <= day.isoformat())
    period = period_at(quota["period"], _midnight(day))
    extra = usage.extra if usage.period == period.start else 0
    return max(0, quota_limit(quota, period) + extra - used)


def _midnight(day: date) -> float:
    return float((day - date(1970, 1, 1)).days * 86_400)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadRequest("Usage date must be in YYYY-MM-DD format") from None


def _set_remaining(target: dict[str, Any], edit: Edit) -> None:
    try:
        target["remaining"] = int(edit.required(edit.path))
    except ValueError:
        raise BadRequest(f"Invalid value for {edit.path}: {edit.value}") from None
    if target["remaining"] < 0:
        raise BadRequest(f"Invalid value for {edit.path}: {edit.value}")


TABLE = Table(rows=(Row("/remaining", {"replace": _set_remaining}),), refuse=in_table_words)


@operation("apigateway", "UpdateUsage")
async def update_usage(call: Call, request: Request) -> Response:
    """Let a key use more, or less, in the current period."""
    plan = (await find_plan(call, request["usagePlanId"])).value
    key_id = (await find_key(call, request["keyId"])).key.id
    if await call.ports.records.get(member_key(call, plan["id"], key_id)) is None:
        raise NotFound("Invalid API Key identifier specified")
    quota = plan.get("quota")
    if quota is None:
        raise BadRequest(f"Usage Plan {plan['id']} has no quota")
    wanted: dict[str, int] = {}
    TABLE.apply(wanted, request.get("patchOperations"))
    period = period_at(quota["period"], call.ports.clock.now())
    if "remaining" in wanted:
        name = meter(call, plan["id"], key_id)
        await call.ports.quotas.extend(name, quota_limit(quota, period), period, wanted["remaining"])
    today = date.fromisoformat(period.day)
    return _named(plan, today, today) | {"items": {key_id: await _pairs(call, plan, key_id, today, today)}}
