"""UsagePlanKey: create, get, list, delete. Reference: apigateway-control-plane section 8."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gatelet.aws import quotas
from gatelet.control.apigateway.editing import write
from gatelet.control.apigateway.errors import BadRequest, Conflict, LimitExceeded, NotFound
from gatelet.control.apigateway.paging import page
from gatelet.control.apigateway.plan_membership import check_one_plan_per_stage
from gatelet.control.apigateway.plan_records import (
    editing_plans,
    find_key,
    find_plan,
    key_key,
    member_key,
    members,
    meter,
    plans_of,
)
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.storage.ports import Delete, Put, Record

_TYPE = "API_KEY"


def _shown(key: Mapping[str, Any]) -> dict[str, Any]:
    """The value is always shown here."""
    named = {"name": key["name"]} if key.get("name") else {}
    return {"id": key["id"], "type": _TYPE, "value": key["value"]} | named


async def add_to_plan(call: Call, plan_id: str, key_id: str) -> Record:
    """Put a key into a plan; the key. The caller holds the plans. Raises NotFound, Conflict, LimitExceeded."""
    plan = await find_plan(call, plan_id)
    key = await find_key(call, key_id)
    if len(await plans_of(call, key_id)) >= quotas.PLANS_PER_API_KEY:
        raise LimitExceeded(f"An API Key can be in at most {quotas.PLANS_PER_API_KEY} usage plans.")
    if await call.ports.records.get(member_key(call, plan_id, key_id)) is None:
        await check_one_plan_per_stage(call, plan.value, key_id)
        await write(call, Put(member_key(call, plan_id, key_id), {}, parent=plan_id, expected=0))
    return key


@operation("apigateway", "CreateUsagePlanKey")
async def create_usage_plan_key(call: Call, request: Request) -> Response:
    """Put a key into a plan."""
    if request["keyType"] != _TYPE:
        raise BadRequest("Invalid UsagePlan Key type specified")
    plan_id, key_id = request["usagePlanId"], request["keyId"]
    async with editing_plans(call):
        if await call.ports.records.get(member_key(call, plan_id, key_id)) is not None:
            raise Conflict(f"Usage Plan {plan_id} has the API Key {key_id} already")
        key = await add_to_plan(call, plan_id, key_id)
    return _shown(key.value)


async def _find(call: Call, plan_id: str, key_id: str) -> Record:
    await find_plan(call, plan_id)
    record = await call.ports.records.get(member_key(call, plan_id, key_id))
    if record is None:
        raise NotFound("Invalid API Key identifier specified")
    return record


@operation("apigateway", "GetUsagePlanKey")
async def get_usage_plan_key(call: Call, request: Request) -> Response:
    """A key of a plan."""
    await _find(call, request["usagePlanId"], request["keyId"])
    return _shown((await find_key(call, request["keyId"])).value)


@operation("apigateway", "GetUsagePlanKeys")
async def get_usage_plan_keys(call: Call, request: Request) -> Response:
    """The keys of a plan, ordered by id; none of a plan that does not exist."""
    prefix = request.get("nameQuery") or ""
    keys = []
    for member in await members(call, request["usagePlanId"]):
        key = await call.ports.records.get(key_key(call, member.key.id.partition("/")[2]))
        if key is not None and key.value.get("name", "").startswith(prefix):
            keys.append(key.value)
    return page(keys, request, lambda key: str(key["id"]), _shown)


@operation("apigateway", "DeleteUsagePlanKey")
async def delete_usage_plan_key(call: Call, request: Request) -> Response:
    """Take a key out of a plan."""
    plan_id, key_id = request["usagePlanId"], request["keyId"]
    async with editing_plans(call):
        record = await _find(call, plan_id, key_id)
        await write(call, Delete(record.key, record.revision))
        await call.ports.quotas.forget(meter(call, plan_id, key_id))
    return {}
