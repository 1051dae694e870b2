"""ApiKey: create, get, list, update, delete. Reference: apigateway-control-plane section 8."""

from __future__ import annotations

from gatelet.aws import quotas
from gatelet.control.apigateway.api_key_rules import TABLE, ApiKey, new_api_key, shown, shown_alone
from gatelet.control.apigateway.editing import collection, write
from gatelet.control.apigateway.errors import Conflict, LimitExceeded
from gatelet.control.apigateway.paging import page
from gatelet.control.apigateway.plan_records import (
    editing_plans,
    find_key,
    key_key,
    member_key,
    meter,
    plans_of,
    value_key,
)
from gatelet.control.apigateway.tagging import check_tags, custom_id
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.gateway.document import API_KEY
from gatelet.storage.ports import Delete, Put, Record


async def store_new(call: Call, key: ApiKey) -> None:
    """Write a new key. Raises Conflict when another has its value or its id, LimitExceeded."""
    records = call.ports.records
    if len(await records.list(collection(call, API_KEY))) >= quotas.API_KEYS:
        raise LimitExceeded("Maximum number of API Keys for this account has been reached.")
    taken = value_key(call, key["value"])
    own = key_key(call, key["id"])
    if await records.get(taken) is not None or await records.get(own) is not None:
        raise Conflict("API Key already exists")
    await write(call, Put(own, key, expected=0), Put(taken, {"apiKeyId": key["id"]}, expected=0))


@operation("apigateway", "CreateApiKey")
async def create_api_key(call: Call, request: Request) -> Response:
    """A key; its value is drawn unless given. The answer shows it."""
    tags = request.get("tags") or {}
    check_tags(tags)
    key_id = custom_id(tags) or call.ports.ids.lower_alnum(10)
    value = request.get("value") or call.ports.ids.secret_access_key()
    key = new_api_key(key_id, value, request, int(call.ports.clock.now()))
    async with editing_plans(call):
        await store_new(call, key)
    return shown(key, with_value=True) | ({"tags": tags} if tags else {})


@operation("apigateway", "GetApiKey")
async def get_api_key(call: Call, request: Request) -> Response:
    """One key; its value only if asked for."""
    record = await find_key(call, request["apiKey"])
    return shown_alone(record.value, with_value=bool(request.get("includeValue")))


@operation("apigateway", "GetApiKeys")
async def get_api_keys(call: Call, request: Request) -> Response:
    """The keys, ordered by id, those whose names begin with ``nameQuery`` and of one customer if asked so."""
    prefix, customer = request.get("nameQuery") or "", request.get("customerId")
    with_values = bool(request.get("includeValues"))
    rows = [
        record
        for record in await call.ports.records.list(collection(call, API_KEY))
        if record.value.get("name", "").startswith(prefix) and customer in (None, record.value.get("customerId"))
    ]

    def render(record: Record) -> Response:
        return shown(record.value, with_value=with_values)

    return page(rows, request, lambda record: record.key.id, render)


@operation("apigateway", "UpdateApiKey")
async def update_api_key(call: Call, request: Request) -> Response:
    """PATCH a key; it is in force when this returns."""
    async with editing_plans(call):
        record = await find_key(call, request["apiKey"])
        TABLE.apply(record.value, request.get("patchOperations"))
        record.value["lastUpdatedDate"] = int(call.ports.clock.now())
        await write(call, Put(record.key, record.value, expected=record.revision))
    return shown_alone(record.value, with_value=False)


@operation("apigateway", "DeleteApiKey")
async def delete_api_key(call: Call, request: Request) -> Response:
    """Delete a key, which then is in no plan any more."""
    async with editing_plans(call):
        record = await find_key(call, request["apiKey"])
        plans = [plan.key.id for plan in await plans_of(call, record.key.id)]
        await write(
            call,
            Delete(record.key, record.revision),
            Delete(value_key(call, record.value["value"])),
            *(Delete(member_key(call, plan, record.key.id)) for plan in plans),
        )
        for plan in plans:
            await call.ports.quotas.forget(meter(call, plan, record.key.id))
    return {}
