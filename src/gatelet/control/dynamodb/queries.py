"""Query and Scan. Reference: platform-neighbours section 2; API Reference (Query, Scan)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gatelet.control.dynamodb.naming import item_table, tables_of
from gatelet.control.dynamodb.query_rules import check_filter, check_select, index_of, needs_items
from gatelet.control.operation import Call, Response, operation
from gatelet.storage.table_ports import PageRange
from gatelet.tables import capacity
from gatelet.tables.definition import Index, Table
from gatelet.tables.errors import ValidationFailure
from gatelet.tables.expressions.conditions import parse_condition
from gatelet.tables.expressions.key_conditions import KeyCondition, match_schema, parse_key_conditions
from gatelet.tables.expressions.placeholders import Placeholders, read_placeholders
from gatelet.tables.expressions.projections import parse_projection
from gatelet.tables.expressions.syntax import Condition, Path
from gatelet.tables.keys import segment_bounds
from gatelet.tables.legacy import attributes_to_get, check_not_mixed, filter_condition, key_conditions
from gatelet.tables.reads import Found, Read, key_range, start_position

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import QueryInputTypeDef, ScanInputTypeDef

_FILTER = "FilterExpression"
_KEYS = "KeyConditionExpression"
_PROJECTION = "ProjectionExpression"


@operation("dynamodb", "Query")
async def query(call: Call, request: QueryInputTypeDef) -> Response:
    """Items of one partition, in the order of the sort key."""
    check_select(request, "Querying")
    names = (_FILTER, _KEYS, _PROJECTION)
    check_not_mixed(request, names)
    placeholders = read_placeholders(request, names)
    given = _key_conditions(request, placeholders)
    condition, paths = _filter_and_projection(request, "QueryFilter", placeholders)
    placeholders.check_used()
    table = item_table(call, request["TableName"])
    index = index_of(table, request)
    schema = table if index is None else index
    sort = None if schema.sort is None else (schema.sort.name, schema.sort.type)
    matched = match_schema(given, (schema.partition.name, schema.partition.type), sort)
    check_filter(_FILTER if request.get(_FILTER) is not None else "QueryFilter", table, index, condition)
    wanted = key_range(schema.owner, index, schema.sort, matched)
    wanted = replace(wanted, backwards=request.get("ScanIndexForward") is False)
    return await _answer(call, request, _read(table, index, request, wanted, condition, paths))


@operation("dynamodb", "Scan")
async def scan(call: Call, request: ScanInputTypeDef) -> Response:
    """Items of a table or an index, or of a segment of it."""
    check_select(request, "Querying")
    names = (_FILTER, _PROJECTION)
    check_not_mixed(request, names)
    segment, total = _segment(request)
    placeholders = read_placeholders(request, names)
    condition, paths = _filter_and_projection(request, "ScanFilter", placeholders)
    placeholders.check_used()
    table = item_table(call, request["TableName"])
    index = index_of(table, request)
    low, high = segment_bounds(segment, total)
    wanted = PageRange((table if index is None else index).owner, index is not None, None, low, high)
    return await _answer(call, request, _read(table, index, request, wanted, condition, paths))


def _key_conditions(request: Mapping[str, Any], placeholders: Placeholders) -> list[KeyCondition]:
    if (text := request.get(_KEYS)) is not None:
        return parse_key_conditions(text, placeholders)
    if request.get("KeyConditions"):
        return key_conditions(request["KeyConditions"])
    raise ValidationFailure(
        "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."
    )


def _filter_and_projection(
    request: Mapping[str, Any], legacy_filter: str, placeholders: Placeholders
) -> tuple[Condition | None, tuple[Path, ...] | None]:
    if (text := request.get(_FILTER)) is not None:
        condition: Condition | None = parse_condition(_FILTER, text, placeholders)
    else:
        condition = filter_condition(request, legacy_filter)
    paths = None
    if (text := request.get(_PROJECTION)) is not None:
        paths = parse_projection(text, placeholders)
    elif (names := request.get("AttributesToGet")) is not None:
        paths = attributes_to_get(names)
    return condition, paths


def _segment(request: Mapping[str, Any]) -> tuple[int, int]:
    segment, total = request.get("Segment"), request.get("TotalSegments")
    if segment is None and total is None:
        return 0, 1
    if total is None:
        raise ValidationFailure(
            "The TotalSegments parameter is required but was not present in the request "
            "when Segment parameter is present"
        )
    if segment is None:
        raise ValidationFailure(
            "The Segment parameter is required but was not present in the request "
            "when parameter TotalSegments is present"
        )
    if segment >= total:
        raise ValidationFailure(
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
            f"Segment: {segment} is not less than TotalSegments: {total}"
        )
    return segment, total


def _read(
    table: Table,
    index: Index | None,
    request: Mapping[str, Any],
    wanted: PageRange,
    condition: Condition | None,
    paths: tuple[Path, ...] | None,
) -> Read:
    start = request.get("ExclusiveStartKey")
    if start is not None:
        wanted = replace(wanted, after=start_position(table, index, wanted, start))
    return Read(
        table,
        index,
        wanted,
        limit=request.get("Limit"),
        filter=condition,
        projection=paths,
        count_only=request.get("Select") == "COUNT",
        consistent=bool(request.get("ConsistentRead")),
        fetch=needs_items(index, request, paths),
    )


async def _answer(call: Call, request: Mapping[str, Any], read: Read) -> Response:
    found = await tables_of(call).read(read)
    return {
        "Items": None if read.count_only else found.items,
        "Count": found.count,
        "ScannedCount": found.scanned,
        "LastEvaluatedKey": found.last_key,
        "ConsumedCapacity": capacity_of(request, read, found),
    }


def capacity_of(request: Mapping[str, Any], read: Read, found: Found) -> Any:
    """What a page took, if the request asks for it."""
    owner = read.table.owner if read.index is None else read.index.owner
    units = {owner: capacity.read_units(found.size, consistent=read.consistent)}
    if found.fetched:
        each = [capacity.read_units(size, consistent=read.consistent) for size in found.fetched]
        units[read.table.owner] = sum(each)
    return capacity.consumed(request.get("ReturnConsumedCapacity"), read.table, units)
