"""TransactWriteItems and TransactGetItems. Reference: platform-neighbours section 2; API Reference.

Transactions never conflict here: each runs alone, after the one before it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import orjson

from gatelet.aws import quotas
from gatelet.control.dynamodb.answers import collection_metrics
from gatelet.control.dynamodb.items import projected, projection_of
from gatelet.control.dynamodb.naming import item_table, tables_of
from gatelet.control.dynamodb.offloading import body_size, worked
from gatelet.control.dynamodb.write_requests import delete_write, put_write, update_write
from gatelet.control.operation import Call, Response, operation
from gatelet.storage.table_ports import Token
from gatelet.tables import capacity
from gatelet.tables.definition import Table
from gatelet.tables.errors import ValidationFailure
from gatelet.tables.expressions.syntax import Path
from gatelet.tables.key_rules import key_of, read_key
from gatelet.tables.sizes import item_size
from gatelet.tables.writes import TRANSACTION_TOO_LARGE, Write, Written

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import TransactGetItemsInputTypeDef, TransactWriteItemsInputTypeDef

_FACTOR: Final = 2
"""A transaction reads or writes every item twice."""
SAME_ITEM: Final = "Transaction request cannot include multiple operations on one item"


@operation("dynamodb", "TransactWriteItems")
async def transact_write_items(call: Call, request: TransactWriteItemsInputTypeDef) -> Response:
    """Up to 100 actions, all or none."""
    writes = await worked(body_size(call), _actions, call, request["TransactItems"])
    token = await worked(body_size(call), token_of, call, request, "TransactItems")
    written = await tables_of(call).transact(writes, token)
    metrics: dict[str, list[Any]] = {}
    for write in writes:
        if (touched := collection_metrics(request, write)) is not None:
            metrics.setdefault(write.table.name, []).append(touched)
    return {
        "ConsumedCapacity": written_capacity(request.get("ReturnConsumedCapacity"), writes, written),
        "ItemCollectionMetrics": metrics or None,
    }


def _actions(call: Call, given: Sequence[Mapping[str, Any]]) -> list[Write]:
    writes = [_action(call, one) for one in given]
    check_together(writes)
    return writes


def check_together(writes: Sequence[Write]) -> None:
    """The actions can be one transaction. Raises ValidationFailure."""
    if len({write.key for write in writes}) < len(writes):
        raise ValidationFailure(SAME_ITEM)
    if sum(item_size(write.item) for write in writes) > quotas.TRANSACTION_BYTES:
        raise ValidationFailure(TRANSACTION_TOO_LARGE)


def _action(call: Call, one: Mapping[str, Any]) -> Write:
    given = [(kind, content) for kind, content in one.items() if content is not None]
    if len(given) != 1:
        raise ValidationFailure("TransactItems can only contain one of Check, Put, Update or Delete")
    kind, content = given[0]
    if kind == "Put":
        return put_write(call, content)
    if kind == "Update":
        return update_write(call, content)
    return delete_write(call, content, "Delete" if kind == "Delete" else "ConditionCheck")


def token_of(call: Call, request: Mapping[str, Any], member: str) -> Token | None:
    """The ClientRequestToken, which stands for what ``member`` asks for; None if there is none."""
    given = request.get("ClientRequestToken")
    if given is None:
        return None
    digest = hashlib.sha256(orjson.dumps(request[member], option=orjson.OPT_SORT_KEYS)).digest()
    now = call.ports.clock.now()
    name = f"{call.scope.account}/{call.scope.region}/{given}"
    return Token(name, digest, now, now + quotas.TRANSACTION_TOKEN_SECONDS)


def written_capacity(wanted: str | None, writes: Sequence[Write], written: Sequence[Written] | None) -> Any:
    """Units of each table; a request that was done before only read its items."""
    totals: dict[int, tuple[Table, capacity.Units]] = {}
    for at, write in enumerate(writes):
        _, units = totals.setdefault(write.table.owner, (write.table, {}))
        if written is None:
            size = item_size(write.item)
            capacity.add(units, {write.table.owner: capacity.read_units(size, consistent=True, factor=_FACTOR)})
        else:
            capacity.add(units, capacity.write_units(write.table, written[at], _FACTOR))
    return capacity.each(wanted, totals.values(), "Read" if written is None else "Write")


@operation("dynamodb", "TransactGetItems")
async def transact_get_items(call: Call, request: TransactGetItemsInputTypeDef) -> Response:
    """Up to 100 items as they are at one moment."""
    gets = [one["Get"] for one in request["TransactItems"]]
    paths = [projection_of(get) for get in gets]
    tables = [item_table(call, get["TableName"]) for get in gets]
    keys = [key_of(table, read_key(table, get["Key"])) for table, get in zip(tables, gets, strict=True)]
    if len(set(keys)) < len(keys):
        raise ValidationFailure(SAME_ITEM)
    held = await tables_of(call).get_many(keys)
    return await worked(sum(len(item or b"") for item in held), _read_together, request, tables, paths, held)


def _read_together(
    request: Mapping[str, Any],
    tables: Sequence[Table],
    paths: Sequence[tuple[Path, ...] | None],
    held: Sequence[bytes | None],
) -> dict[str, Any]:
    totals = units_read(tables, held)
    return {
        "Responses": [{"Item": projected(item, path)} for item, path in zip(held, paths, strict=True)],
        "ConsumedCapacity": capacity.each(request.get("ReturnConsumedCapacity"), totals.values(), "Read"),
    }


def units_read(tables: Sequence[Table], held: Sequence[bytes | None]) -> dict[int, tuple[Table, capacity.Units]]:
    """Units of each table whose items are read together. Raises ValidationFailure for more than 4 MB of them."""
    totals: dict[int, tuple[Table, capacity.Units]] = {}
    sizes = [0 if item is None else item_size(orjson.loads(item)) for item in held]
    if sum(sizes) > quotas.TRANSACTION_BYTES:
        raise ValidationFailure(TRANSACTION_TOO_LARGE)
    for table, size in zip(tables, sizes, strict=True):
        units = capacity.read_units(size, consistent=True, factor=_FACTOR)
        capacity.add(totals.setdefault(table.owner, (table, {}))[1], {table.owner: units})
    return totals
