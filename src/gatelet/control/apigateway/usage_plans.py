"""UsagePlan: create, get, list, update, delete. Reference: apigateway-control-plane section 8."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gatelet.aws import quotas
from gatelet.control.apigateway.editing import collection, stage_key, write
from gatelet.control.apigateway.errors import BadRequest, Conflict, LimitExceeded
from gatelet.control.apigateway.paging import page
from gatelet.control.apigateway.plan_membership import check_one_plan_per_stage
from gatelet.control.apigateway.plan_records import (
    editing_plans,
    find_plan,
    member_key,
    members,
    meter,
    plan_key,
    plans_of,
)
from gatelet.control.apigateway.tagging import check_tags, custom_id
from gatelet.control.apigateway.usage_plan_rules import (
    TABLE,
    new_api_stage,
    new_usage_plan,
    no_such_stage,
    shown,
    shown_alone,
)
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.gateway.document import QUOTA_SINCE, USAGE_PLAN
from gatelet.storage.ports import Delete, Put


async def _check_stages(call: Call, plan_id: str, stages: Iterable[Mapping[str, Any]]) -> None:
    for stage in stages:
        if await call.ports.records.get(stage_key(call, stage["apiId"], stage["stage"])) is None:
            raise no_such_stage(plan_id, stage["apiId"], stage["stage"])


@operation("apigateway", "CreateUsagePlan")
async def create_usage_plan(call: Call, request: Request) -> Response:
    """A plan, with the stages that it is for."""
    tags = request.get("tags") or {}
    check_tags(tags)
    plan_id = custom_id(tags) or call.ports.ids.lower_alnum(6)
    plan = new_usage_plan(plan_id, request, int(call.ports.clock.now()))
    plan["apiStages"] = [new_api_stage(stage) for stage in request.get("apiStages") or ()]
    await _check_stages(call, plan["id"], plan["apiStages"])
    async with editing_plans(call):
        if len(await call.ports.records.list(collection(call, USAGE_PLAN))) >= quotas.USAGE_PLANS:
            raise LimitExceeded("Maximum number of usage plans for this account has been reached.")
        if await call.ports.records.get(plan_key(call, plan_id)) is not None:
            raise Conflict("Usage Plan already exists")
        await write(call, Put(plan_key(call, plan["id"]), plan, expected=0))
    return shown(plan) | ({"tags": plan["tags"]} if plan.get("tags") else {})


@operation("apigateway", "GetUsagePlan")
async def get_usage_plan(call: Call, request: Request) -> Response:
    """One plan."""
    return shown_alone((await find_plan(call, request["usagePlanId"])).value)


@operation("apigateway", "GetUsagePlans")
async def get_usage_plans(call: Call, request: Request) -> Response:
    """The plans, ordered by id; those of one key if asked so."""
    if request.get("keyId"):
        rows = await plans_of(call, request["keyId"])
    else:
        rows = list(await call.ports.records.list(collection(call, USAGE_PLAN)))
    rows.sort(key=lambda record: record.key.id)
    return page(rows, request, lambda record: record.key.id, lambda record: shown(record.value))


@operation("apigateway", "UpdateUsagePlan")
async def update_usage_plan(call: Call, request: Request) -> Response:
    """PATCH a plan; it is in force when this returns."""
    async with editing_plans(call):
        record = await find_plan(call, request["usagePlanId"])
        plan = record.value
        since = plan.get("quota", {}).get(QUOTA_SINCE)
        had = {(stage["apiId"], stage["stage"]) for stage in plan["apiStages"]}
        TABLE.apply(plan, request.get("patchOperations"))
        if "quota" in plan:
            plan["quota"][QUOTA_SINCE] = since or int(call.ports.clock.now())
        added = [stage for stage in plan["apiStages"] if (stage["apiId"], stage["stage"]) not in had]
        await _check_stages(call, plan["id"], added)
        for member in await members(call, plan["id"]) if added else ():
            await check_one_plan_per_stage(call, plan, member.key.id.partition("/")[2])
        await write(call, Put(record.key, plan, expected=record.revision))
    return shown_alone(plan)


@operation("apigateway", "DeleteUsagePlan")
async def delete_usage_plan(call: Call, request: Request) -> Response:
    """Delete a plan that has no stages; its keys stay."""
    async with editing_plans(call):
        record = await find_plan(call, request["usagePlanId"])
        if record.value["apiStages"]:
            raise BadRequest(
                f"Cannot delete usage plan {record.key.id}. UsagePlan has API stages associated; remove them first."
            )
        keys = [member.key.id.partition("/")[2] for member in await members(call, record.key.id)]
        await write(
            call,
            Delete(record.key, record.revision),
            *(Delete(member_key(call, record.key.id, key)) for key in keys),
        )
        for key in keys:
            await call.ports.quotas.forget(meter(call, record.key.id, key))
    return {}
