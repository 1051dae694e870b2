"""SELECT: as a query where the partition is named, else as a scan; in batches and transactions by key.

Reference: Developer Guide ("PartiQL select statements for DynamoDB").
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import orjson

from gatelet.control.dynamodb.naming import item_table, tables_of
from gatelet.control.dynamodb.offloading import worked
from gatelet.control.dynamodb.queries import capacity_of
from gatelet.control.dynamodb.query_rules import index_of, needs_items
from gatelet.control.operation import Call, Response
from gatelet.storage.table_ports import ItemKey, PageRange
from gatelet.tables.definition import Index, Table
from gatelet.tables.errors import ValidationFailure
from gatelet.tables.expressions.evaluation import find, holds
from gatelet.tables.expressions.key_conditions import match_schema
from gatelet.tables.expressions.syntax import Condition, Path
from gatelet.tables.key_rules import key_of, read_key
from gatelet.tables.keys import segment_bounds
from gatelet.tables.partiql.keys import key_named, split
from gatelet.tables.partiql.statements import Select
from gatelet.tables.reads import Found, Read, key_range, start_position
from gatelet.tables.values import Item

_NO_PARTITION: Final = (
    "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause."
)
_NOT_ITS_OWN: Final = "Given NextToken is not valid for the statement"


async def select_page(call: Call, select: Select, request: Mapping[str, Any]) -> Response:
    """One page of a selection. Raises ValidationFailure, TableNotFound."""
    read = _planned(call, select, request)
    found = await tables_of(call).read(read)
    items = await worked(found.size, _shown, found, select.columns)
    return {
        "Items": items,
        "NextToken": None if found.last_key is None else _token(request, found.last_key),
        "LastEvaluatedKey": found.last_key,
        "ConsumedCapacity": capacity_of(request, read, found),
    }


def _planned(call: Call, select: Select, request: Mapping[str, Any]) -> Read:
    table = item_table(call, select.table)
    named = {"IndexName": select.index, "ConsistentRead": request.get("ConsistentRead")}
    index = index_of(table, named)
    schema = table if index is None else index
    sort = None if schema.sort is None else (schema.sort.name, schema.sort.type)
    parts = split(select.where, schema.partition.name, None if sort is None else sort[0])
    if parts.keys:
        matched = match_schema(list(parts.keys), (schema.partition.name, schema.partition.type), sort)
        wanted = key_range(schema.owner, index, schema.sort, matched)
    else:
        wanted = PageRange(schema.owner, index is not None, None, *segment_bounds(0, 1))
    wanted = replace(wanted, backwards=_backwards(select, schema, by_key=bool(parts.keys)))
    if (token := request.get("NextToken")) is not None:
        wanted = replace(wanted, after=start_position(table, index, wanted, _last_key(request, token)))
    return Read(
        table,
        index,
        wanted,
        limit=request.get("Limit"),
        filter=parts.rest,
        # The attributes, whole: a column's list index counts in the whole list
        projection=None if select.columns is None else tuple({path[:1] for path in select.columns}),
        consistent=bool(request.get("ConsistentRead")),
        fetch=needs_items(index, {}, select.columns),
    )


def _backwards(select: Select, schema: Table | Index, *, by_key: bool) -> bool:
    if not select.order:
        return False
    if select.where is None:
        raise ValidationFailure("Must have WHERE clause in the statement when using ORDER BY clause.")
    if not by_key:
        raise ValidationFailure(_NO_PARTITION)
    names = {key.name for key in schema.keys}
    for name, _ in select.order:
        if name not in names:
            raise ValidationFailure(f"Variable reference {name} in ORDER BY clause must be part of the primary key")
    descending = dict(select.order)
    return False if schema.sort is None else descending.get(schema.sort.name, False)


def _token(request: Mapping[str, Any], last_key: Item) -> str:
    return base64.b64encode(orjson.dumps([_digest(request), last_key])).decode("ascii")


def _last_key(request: Mapping[str, Any], token: str) -> Item:
    try:
        digest, key = orjson.loads(base64.b64decode(token, validate=True))
    except (binascii.Error, ValueError) as error:
        raise ValidationFailure(_NOT_ITS_OWN) from error
    if digest != _digest(request) or not isinstance(key, dict):
        raise ValidationFailure(_NOT_ITS_OWN)
    return key


def _digest(request: Mapping[str, Any]) -> str:
    """What a token belongs to: the statement and its parameters."""
    told = orjson.dumps([request["Statement"], request.get("Parameters")], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(told).hexdigest()[:16]


def _shown(found: Found, columns: Sequence[Path] | None) -> list[Any]:
    if columns is None:
        return found.items
    items = orjson.loads(orjson.dumps(found.items))
    return [orjson.Fragment(orjson.dumps(chosen(item, columns))) for item in items]


def chosen(item: Item, columns: Sequence[Path] | None) -> Item:
    """The columns of an item, each named by its path from the last name on (``a.b[0]``: ``b[0]``)."""
    if columns is None:
        return item
    picked = ((_column(path), find(item, path)) for path in columns)
    return {name: value for name, value in picked if value is not None}


def _column(path: Path) -> str:
    last = max(at for at, part in enumerate(path) if isinstance(part, str))
    return str(path[last]) + "".join(f"[{part}]" for part in path[last + 1 :])


def selected_key(call: Call, select: Select) -> tuple[Table, ItemKey, Item, Condition | None]:
    """The one item that a selection in a batch or a transaction means. Raises ValidationFailure, TableNotFound."""
    table = item_table(call, select.table)
    if select.index is not None:
        raise ValidationFailure("Select statements of batches and transactions cannot read an index")
    item, rest = key_named(select.where, table.partition.name, None if table.sort is None else table.sort.name)
    key = read_key(table, item)
    return table, key_of(table, key), key, rest


def matching(held: bytes | None, rest: Condition | None, columns: Sequence[Path] | None) -> Any:
    """The item's columns as JSON, if there is one and it meets the rest of the clause."""
    if held is None:
        return None
    item = orjson.loads(held)
    if rest is not None and not holds(rest, item):
        return None
    return orjson.Fragment(held if columns is None else orjson.dumps(chosen(item, columns)))
