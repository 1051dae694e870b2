"""ImportApiKeys: keys from a CSV file. Reference: apigateway-control-plane section 8 ("CSV import")."""

from __future__ import annotations

import csv
import io

from gatelet.aws import quotas
from gatelet.control.apigateway.api_key_rules import new_api_key
from gatelet.control.apigateway.api_keys import store_new
from gatelet.control.apigateway.editing import write
from gatelet.control.apigateway.errors import BadRequest, NotFound
from gatelet.control.apigateway.plan_records import editing_plans, find_key, value_key
from gatelet.control.apigateway.usage_plan_keys import add_to_plan
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.storage.ports import Put

_REQUIRED = ("name", "key")
_COLUMNS = (*_REQUIRED, "description", "enabled", "usageplanids")


@operation("apigateway", "ImportApiKeys")
async def import_api_keys(call: Call, request: Request) -> Response:
    """Make the keys of the file, or give those that are there (by value) what it says."""
    rows = _rows(bytes(request.get("body") or b""))
    ids, warnings = [], []
    async with editing_plans(call):
        for row in rows:
            key_id = await _import(call, row)
            ids.append(key_id)
            for plan_id in filter(None, (part.strip() for part in row.get("usageplanids", "").split(","))):
                try:
                    await add_to_plan(call, plan_id, key_id)
                except NotFound as missing:
                    if request.get("failOnWarnings"):
                        raise BadRequest(str(missing.message)) from missing
                    warnings.append(f"{plan_id}: {missing.message}")
    return {"ids": ids, "warnings": warnings}


def _rows(body: bytes) -> list[dict[str, str]]:
    """The rows by lower-case column. Raises BadRequest."""
    try:
        table = list(csv.reader(io.StringIO(body.decode("utf-8-sig")), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadRequest(f"Failed to parse the API Key file: {error}") from error
    columns = [column.strip().lower() for column in table[0]] if table else []
    for column in _REQUIRED:
        if column not in columns:
            raise BadRequest(f"Failed to parse the API Key file: the column {column.capitalize()} is missing")
    for column in columns:
        if column not in _COLUMNS:
            raise BadRequest(f"Failed to parse the API Key file: unknown column {column}")
    if len(table) - 1 > quotas.API_KEYS:
        raise BadRequest("Failed to parse the API Key file: too many rows")
    return [dict(zip(columns, (cell.strip() for cell in row), strict=False)) for row in table[1:] if any(row)]


async def _import(call: Call, row: dict[str, str]) -> str:
    """The id of the key with the row's value."""
    now = int(call.ports.clock.now())
    enabled = row.get("enabled", "").lower() != "false"
    wanted = {"name": row["name"], "description": row.get("description"), "enabled": enabled}
    taken = await call.ports.records.get(value_key(call, row["key"]))
    key = new_api_key(call.ports.ids.lower_alnum(10), row["key"], wanted, now)
    if taken is None:
        await store_new(call, key)
        return str(key["id"])
    record = await find_key(call, taken.value["apiKeyId"])
    kept = {member: record.value[member] for member in ("id", "createdDate")}
    await write(call, Put(record.key, record.value | key | kept, expected=record.revision))
    return record.key.id
