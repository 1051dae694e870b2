"""Requests to write, as actions on items: the same for single items, batches and transactions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from gatelet.control.dynamodb.naming import item_table
from gatelet.control.operation import Call
from gatelet.tables.errors import wrong_parameters
from gatelet.tables.expressions.conditions import parse_condition
from gatelet.tables.expressions.placeholders import Placeholders, read_placeholders
from gatelet.tables.expressions.syntax import Condition, Update
from gatelet.tables.expressions.updates import parse_update
from gatelet.tables.key_rules import check_item, key_of, read_key
from gatelet.tables.legacy import attribute_updates, check_not_mixed, expected_condition
from gatelet.tables.values import read_item
from gatelet.tables.writes import Kind, Write

_CONDITION: Final = "ConditionExpression"
_UPDATE: Final = "UpdateExpression"


def put_write(call: Call, request: Mapping[str, Any]) -> Write:
    """What PutItem asks for. Raises ValidationFailure, TableNotFound."""
    item = read_item(request["Item"])
    _, condition = _expressions(request, (_CONDITION,))
    table = item_table(call, request["TableName"])
    check_item(table, item)
    return Write("Put", table, key_of(table, item), item, condition=condition, show_item=_shows(request))


def delete_write(call: Call, request: Mapping[str, Any], kind: Kind = "Delete") -> Write:
    """What DeleteItem (or a ConditionCheck) asks for. Raises ValidationFailure, TableNotFound."""
    _, condition = _expressions(request, (_CONDITION,))
    table = item_table(call, request["TableName"])
    key = read_key(table, request["Key"])
    return Write(kind, table, key_of(table, key), key, condition=condition, show_item=_shows(request))


def update_write(call: Call, request: Mapping[str, Any]) -> Write:
    """What UpdateItem asks for. Raises ValidationFailure, TableNotFound."""
    update, condition = _expressions(request, (_UPDATE, _CONDITION))
    table = item_table(call, request["TableName"])
    key = read_key(table, request["Key"])
    of_key = {attribute.name for attribute in table.keys}
    for action in update:
        if action.path[0] in of_key:
            raise wrong_parameters(f"Cannot update attribute {action.path[0]}. This attribute is part of the key")
    return Write("Update", table, key_of(table, key), key, update, condition, _shows(request))


def _expressions(request: Mapping[str, Any], names: Sequence[str]) -> tuple[Update, Condition | None]:
    check_not_mixed(request, names)
    placeholders = read_placeholders(request, names)
    update: Update = ()
    if (text := request.get(_UPDATE)) is not None:
        update = parse_update(text, placeholders)
    elif request.get("AttributeUpdates"):
        update = attribute_updates(request["AttributeUpdates"])
    condition = _condition(request, placeholders)
    placeholders.check_used()
    return update, condition


def _condition(request: Mapping[str, Any], placeholders: Placeholders) -> Condition | None:
    text = request.get(_CONDITION)
    return expected_condition(request) if text is None else parse_condition(_CONDITION, text, placeholders)


def _shows(request: Mapping[str, Any]) -> bool:
    return request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
