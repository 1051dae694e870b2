"""PutItem, GetItem, UpdateItem, DeleteItem. Reference: platform-neighbours section 2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import orjson

from gatelet.control.dynamodb.answers import check_return_values, of_write
from gatelet.control.dynamodb.naming import item_table, tables_of
from gatelet.control.dynamodb.offloading import body_size, worked
from gatelet.control.dynamodb.write_requests import delete_write, put_write, update_write
from gatelet.control.operation import Call, Response, operation
from gatelet.tables import capacity
from gatelet.tables.definition import Table
from gatelet.tables.expressions.placeholders import read_placeholders
from gatelet.tables.expressions.projections import parse_projection
from gatelet.tables.expressions.selection import select, tree_of
from gatelet.tables.expressions.syntax import Path
from gatelet.tables.key_rules import key_of, read_key
from gatelet.tables.legacy import attributes_to_get, check_not_mixed
from gatelet.tables.sizes import item_size

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import (
        DeleteItemInputTypeDef,
        GetItemInputTypeDef,
        PutItemInputTypeDef,
        UpdateItemInputTypeDef,
    )

_PROJECTION = "ProjectionExpression"


@operation("dynamodb", "PutItem")
async def put_item(call: Call, request: PutItemInputTypeDef) -> Response:
    """Put an item in place of whatever has its key."""
    check_return_values(request)
    write = await worked(body_size(call), put_write, call, request)
    return of_write(request, write, await tables_of(call).write(write))


@operation("dynamodb", "UpdateItem")
async def update_item(call: Call, request: UpdateItemInputTypeDef) -> Response:
    """Change an item, or make one of its key."""
    write = await worked(body_size(call), update_write, call, request)
    return of_write(request, write, await tables_of(call).write(write))


@operation("dynamodb", "DeleteItem")
async def delete_item(call: Call, request: DeleteItemInputTypeDef) -> Response:
    """Delete an item; deleting what is not there is fine."""
    check_return_values(request)
    write = delete_write(call, request)
    return of_write(request, write, await tables_of(call).write(write))


@operation("dynamodb", "GetItem")
async def get_item(call: Call, request: GetItemInputTypeDef) -> Response:
    """One item, or the parts of it that are asked for."""
    paths = projection_of(request)
    table = item_table(call, request["TableName"])
    key = key_of(table, read_key(table, request["Key"]))
    held = await tables_of(call).get(key)
    return await worked(len(held or b""), _answer, request, table, held, paths)


def _answer(
    request: Mapping[str, Any], table: Table, held: bytes | None, paths: tuple[Path, ...] | None
) -> dict[str, Any]:
    return {"Item": projected(held, paths), "ConsumedCapacity": _read_capacity(request, table, held)}


def projection_of(request: Mapping[str, Any]) -> tuple[Path, ...] | None:
    """The paths that a read asks for; None: everything. Raises ValidationFailure."""
    check_not_mixed(request, (_PROJECTION,))
    placeholders = read_placeholders(request, (_PROJECTION,))
    paths = None
    if (text := request.get(_PROJECTION)) is not None:
        paths = parse_projection(text, placeholders)
    elif (names := request.get("AttributesToGet")) is not None:
        paths = attributes_to_get(names)
    placeholders.check_used()
    return paths


def projected(held: bytes | None, paths: tuple[Path, ...] | None) -> Any:
    """The stored item as it is answered: its JSON, or the parts of it; None: there is none."""
    if held is None:
        return None
    return orjson.Fragment(held if paths is None else orjson.dumps(select(orjson.loads(held), tree_of(paths))))


def _read_capacity(request: Mapping[str, Any], table: Table, held: bytes | None) -> Any:
    wanted = request.get("ReturnConsumedCapacity")
    if wanted is None or wanted == "NONE":
        return None
    size = 0 if held is None else item_size(orjson.loads(held))
    units = capacity.read_units(size, consistent=bool(request.get("ConsistentRead")))
    return capacity.consumed(wanted, table, {table.owner: units})
