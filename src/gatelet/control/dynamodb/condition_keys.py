"""DynamoDB's condition keys: which partitions and attributes a request touches, and what it asks to be shown.

A policy compares them with ``ForAllValues``, which holds where a key is absent: so every operation that names
partitions or attributes must tell them. A request whose expressions cannot be read tells what it can; it is refused
by the operation. Reference: Developer Guide ("Using IAM policy conditions for fine-grained access control").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

from gatelet.aws.errors import AwsError
from gatelet.control.dynamodb.query_rules import operands_of, paths_of
from gatelet.control.operation import Call
from gatelet.tables.definition import Table
from gatelet.tables.expressions.conditions import parse_condition
from gatelet.tables.expressions.key_conditions import parse_key_conditions
from gatelet.tables.expressions.placeholders import Placeholders
from gatelet.tables.expressions.projections import parse_projection
from gatelet.tables.expressions.syntax import Condition
from gatelet.tables.expressions.updates import parse_update
from gatelet.tables.legacy import key_conditions
from gatelet.tables.values import Value, read_value

Keys = dict[str, str | list[str]]

_CONDITIONS: Final = ("ConditionExpression", "FilterExpression", "KeyConditionExpression")
_LEGACY: Final = ("Expected", "AttributeUpdates", "KeyConditions", "QueryFilter", "ScanFilter", "Key", "Item")
_READS: Final = frozenset({"GetItem", "BatchGetItem", "Query", "Scan"})
_WRITES: Final = frozenset({"PutItem", "UpdateItem", "DeleteItem"})


def condition_keys(call: Call, operation: str, params: Mapping[str, Any]) -> Keys:
    """The keys of one request, or of the part of a batch or transaction that is for one table."""
    found: Keys = {}
    if leading := sorted(set(_leading(call, operation, params))):
        found["dynamodb:LeadingKeys"] = leading
    if attributes := sorted(set(_attributes(params))):
        found["dynamodb:Attributes"] = attributes
    if operation in _READS:
        found["dynamodb:Select"] = params.get("Select") or _default_select(params)
    if operation in _WRITES:
        found["dynamodb:ReturnValues"] = params.get("ReturnValues") or "NONE"
    if (wanted := params.get("ReturnConsumedCapacity")) is not None:
        found["dynamodb:ReturnConsumedCapacity"] = wanted
    return found


def _default_select(params: Mapping[str, Any]) -> str:
    if params.get("ProjectionExpression") is not None or params.get("AttributesToGet") is not None:
        return "SPECIFIC_ATTRIBUTES"
    return "ALL_ATTRIBUTES" if params.get("IndexName") is None else "ALL_PROJECTED_ATTRIBUTES"


def _leading(call: Call, operation: str, params: Mapping[str, Any]) -> Iterator[str]:
    table = _table(call, params)
    if table is None:
        return
    if operation == "Query":
        index = table.index(params.get("IndexName") or "")
        name = (table if index is None else index).partition.name
        for condition in _key_conditions(params):
            if condition.name == name:
                yield from (_text(value) for value in condition.values)
        return
    for given in (params.get("Key"), params.get("Item"), *(params.get("Keys") or ())):
        if isinstance(given, dict) and table.partition.name in given:
            with suppress(AwsError):
                yield _text(read_value(given[table.partition.name]))


def _table(call: Call, params: Mapping[str, Any]) -> Table | None:
    tables, name = call.ports.tables, params.get("TableName")
    if tables is None or name is None:
        return None
    return tables.catalogue.find(call.scope, str(name).partition(":table/")[2].partition("/")[0] or str(name))


def _text(value: Value) -> str:
    return str(next(iter(value.values())))


def _placeholders(params: Mapping[str, Any]) -> Placeholders:
    values: dict[str, Value] = {}
    for placeholder, raw in (params.get("ExpressionAttributeValues") or {}).items():
        with suppress(AwsError):
            values[placeholder] = read_value(raw)
    return Placeholders(params.get("ExpressionAttributeNames"), values)


def _key_conditions(params: Mapping[str, Any]) -> list[Any]:
    with suppress(AwsError):
        if (text := params.get("KeyConditionExpression")) is not None:
            return list(parse_key_conditions(text, _placeholders(params)))
        return list(key_conditions(params.get("KeyConditions") or {}))
    return []


def _attributes(params: Mapping[str, Any]) -> Iterator[str]:
    for member in _LEGACY:
        yield from params.get(member) or ()
    for key in params.get("Keys") or ():
        yield from key
    yield from params.get("AttributesToGet") or ()
    if (text := params.get("ProjectionExpression")) is not None:
        with suppress(AwsError):
            yield from _names(parse_projection(text, _placeholders(params)))
    for label in _CONDITIONS:
        if (text := params.get(label)) is not None:
            with suppress(AwsError):
                yield from _names(paths_of(_condition(label, text, params)))
    if (text := params.get("UpdateExpression")) is not None:
        with suppress(AwsError):
            for action in parse_update(text, _placeholders(params)):
                yield str(action.path[0])
                if action.operand is not None:
                    yield from _names(operands_of(action.operand))


def _condition(label: str, text: str, params: Mapping[str, Any]) -> Condition:
    return parse_condition(label, text, _placeholders(params))


def _names(paths: Iterable[tuple[str | int, ...]]) -> Iterator[str]:
    return (str(path[0]) for path in paths)
