"""BatchGetItem and BatchWriteItem. Reference: platform-neighbours section 2; API Reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import orjson

from gatelet.aws import quotas
from gatelet.control.dynamodb.answers import collection_metrics
from gatelet.control.dynamodb.items import projected, projection_of
from gatelet.control.dynamodb.naming import item_table, tables_of
from gatelet.control.dynamodb.offloading import body_size, let_go, worked
from gatelet.control.dynamodb.write_requests import delete_write, put_write
from gatelet.control.operation import Call, Response, operation
from gatelet.storage.table_ports import ItemKey
from gatelet.tables import capacity
from gatelet.tables.definition import Table
from gatelet.tables.errors import ValidationFailure
from gatelet.tables.expressions.syntax import Path
from gatelet.tables.key_rules import key_of, read_key
from gatelet.tables.sizes import item_size
from gatelet.tables.writes import Write

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import BatchGetItemInputTypeDef, BatchWriteItemInputTypeDef

_Wanted = tuple[Table, tuple[Path, ...] | None, list[ItemKey]]
"""What is read of a table: the parts of items (None: all), and where the items are."""

_DUPLICATES = "Provided list of item keys contains duplicates"


@operation("dynamodb", "BatchWriteItem")
async def batch_write_item(call: Call, request: BatchWriteItemInputTypeDef) -> Response:
    """Put and delete up to 25 items; nothing stays unprocessed."""
    batches = request["RequestItems"]
    if sum(map(len, batches.values())) > quotas.BATCH_WRITES:
        raise ValidationFailure("Too many items requested for the BatchWriteItem call")
    writes = await worked(body_size(call), _writes, call, batches)
    together = [write for batch in writes.values() for write in batch]
    if len({write.key for write in together}) < len(together):
        raise ValidationFailure(_DUPLICATES)
    written = list(await tables_of(call).write_batch(together))
    changed = iter(written)
    totals, metrics = [], {}
    for name, batch in writes.items():
        units: capacity.Units = {}
        for write in batch:
            capacity.add(units, capacity.write_units(write.table, next(changed)))
        totals.append((batch[0].table, units))
        touched = [found for write in batch if (found := collection_metrics(request, write)) is not None]
        if touched:
            metrics[name] = _distinct(touched)
        batch.clear()
    await worked(body_size(call), let_go, together, written)
    return {
        "UnprocessedItems": {},
        "ItemCollectionMetrics": metrics or None,
        "ConsumedCapacity": capacity.each(request.get("ReturnConsumedCapacity"), totals),
    }


def _writes(call: Call, batches: Mapping[str, Any]) -> dict[str, list[Write]]:
    """What the requests ask for. Each is forgotten as soon as it is read: all together, that would take long."""
    writes: dict[str, list[Write]] = {}
    for name, batch in batches.items():
        writes[name] = []
        for one in batch:
            writes[name].append(_write(call, name, one))
            one.clear()
    return writes


def _distinct(metrics: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({orjson.dumps(one["ItemCollectionKey"]): one for one in metrics}.values())


def _write(call: Call, table: str, one: Mapping[str, Any]) -> Write:
    put, deletion = one.get("PutRequest"), one.get("DeleteRequest")
    if (put is None) == (deletion is None):
        raise ValidationFailure("Supplied WriteRequest must contain exactly one of PutRequest and DeleteRequest")
    if put is not None:
        return put_write(call, {"TableName": table, "Item": put["Item"]})
    assert deletion is not None
    return delete_write(call, {"TableName": table, "Key": deletion["Key"]})


@operation("dynamodb", "BatchGetItem")
async def batch_get_item(call: Call, request: BatchGetItemInputTypeDef) -> Response:
    """Up to 100 items, by key; what does not fit into 16 MB stays unprocessed."""
    batches = request["RequestItems"]
    if sum(len(batch["Keys"]) for batch in batches.values()) > quotas.BATCH_GET_KEYS:
        raise ValidationFailure("Too many items requested for the BatchGetItem call")
    wanted = {name: _keys(call, name, batch) for name, batch in batches.items()}
    together = [key for _, _, keys in wanted.values() for key in keys]
    found = await tables_of(call).get_many(together)
    return await worked(sum(len(item or b"") for item in found), _read_batches, request, wanted, found)


def _read_batches(request: Mapping[str, Any], wanted: Mapping[str, _Wanted], found: Sequence[bytes | None]) -> Response:
    batches, held = request["RequestItems"], iter(found)
    responses: dict[str, list[Any]] = {}
    unprocessed: dict[str, Any] = {}
    totals = []
    room = quotas.BATCH_GET_BYTES
    for name, (table, paths, keys) in wanted.items():
        batch = batches[name]
        responses[name] = []
        units = 0.0
        for raw, _ in zip(batch["Keys"], keys, strict=True):
            item = next(held)
            room -= len(item or b"")
            if room < 0:
                unprocessed.setdefault(name, {**batch, "Keys": []})["Keys"].append(raw)
                continue
            units += _units(request, batch, item)
            if item is not None:
                responses[name].append(projected(item, paths))
        totals.append((table, {table.owner: units}))
    return {
        "Responses": responses,
        "UnprocessedKeys": unprocessed,
        "ConsumedCapacity": capacity.each(request.get("ReturnConsumedCapacity"), totals),
    }


def _keys(call: Call, name: str, batch: Mapping[str, Any]) -> _Wanted:
    paths = projection_of(batch)
    table = item_table(call, name)
    keys = [key_of(table, read_key(table, raw)) for raw in batch["Keys"]]
    if len(set(keys)) < len(keys):
        raise ValidationFailure(_DUPLICATES)
    return table, paths, keys


def _units(request: Mapping[str, Any], batch: Mapping[str, Any], item: bytes | None) -> float:
    if request.get("ReturnConsumedCapacity") in {None, "NONE"}:
        return 0.0
    size = 0 if item is None else item_size(orjson.loads(item))
    return capacity.read_units(size, consistent=bool(batch.get("ConsistentRead")))
