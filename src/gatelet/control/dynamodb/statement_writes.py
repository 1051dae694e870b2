"""INSERT, UPDATE, DELETE and EXISTS as actions on items. Reference: Developer Guide ("PartiQL ... statements")."""

from __future__ import annotations

from typing import Any, Final

from gatelet.aws.errors import AwsError
from gatelet.control.dynamodb.naming import item_table
from gatelet.control.dynamodb.statement_reads import selected_key
from gatelet.control.operation import Call
from gatelet.tables.definition import Table
from gatelet.tables.errors import ValidationFailure, wrong_parameters
from gatelet.tables.expressions.selection import select, tree_of
from gatelet.tables.expressions.syntax import Attribute, Condition, Either, Every, Predicate
from gatelet.tables.key_rules import check_item, key_of, read_key
from gatelet.tables.partiql.keys import key_named
from gatelet.tables.partiql.statements import Change, Delete, Exists, Insert, Select, Statement
from gatelet.tables.values import Item, read_item
from gatelet.tables.writes import Write, Written

DUPLICATE: Final = "Duplicate primary key exists in table"


class DuplicateItem(AwsError):
    """400 ``DuplicateItemException``: INSERT found an item with its key."""

    def __init__(self) -> None:
        super().__init__("DuplicateItemException", DUPLICATE, status=400)


def write_of(call: Call, statement: Statement, *, show_item: bool = False) -> Write:
    """The action that a statement means. Raises ValidationFailure, TableNotFound."""
    if isinstance(statement, Insert):
        return _put(call, statement, show_item)
    if isinstance(statement, Change):
        return _update(call, statement, show_item)
    if isinstance(statement, Delete):
        return _delete(call, statement, show_item)
    return _check(call, statement.select if isinstance(statement, Exists) else statement, show_item)


def _put(call: Call, statement: Insert, show_item: bool) -> Write:
    table = item_table(call, statement.table)
    item = read_item(statement.item)
    check_item(table, item)
    return Write("Put", table, key_of(table, item), item, condition=_absent(table), show_item=show_item)


def _update(call: Call, statement: Change, show_item: bool) -> Write:
    table, key, rest = _keyed(call, statement)
    names = {attribute.name for attribute in table.keys}
    for action in statement.update:
        if action.path[0] in names:
            raise wrong_parameters(f"Cannot update attribute {action.path[0]}. This attribute is part of the key")
    condition = _all(_present(table), rest)
    return Write("Update", table, key_of(table, key), key, statement.update, condition, show_item)


def _delete(call: Call, statement: Delete, show_item: bool) -> Write:
    """Deleting what is not there is fine; what is there must meet the rest of the clause."""
    table, key, rest = _keyed(call, statement)
    condition = None if rest is None else Either((_absent(table), rest))
    return Write("Delete", table, key_of(table, key), key, condition=condition, show_item=show_item)


def _check(call: Call, statement: Select, show_item: bool) -> Write:
    table, where, key, rest = selected_key(call, statement)
    return Write("ConditionCheck", table, where, key, condition=_all(_present(table), rest), show_item=show_item)


def _keyed(call: Call, statement: Change | Delete) -> tuple[Table, Item, Condition | None]:
    table = item_table(call, statement.table)
    item, rest = key_named(statement.where, table.partition.name, None if table.sort is None else table.sort.name)
    return table, read_key(table, item), rest


def _absent(table: Table) -> Condition:
    return Predicate("attribute_not_exists", (Attribute((table.partition.name,)),))


def _present(table: Table) -> Condition:
    return Predicate("attribute_exists", (Attribute((table.partition.name,)),))


def _all(first: Condition, rest: Condition | None) -> Condition:
    return first if rest is None else Every((first, rest))


def returned(statement: Statement, written: Written) -> list[Any]:
    """The items that RETURNING asks for."""
    wanted = statement.returning if isinstance(statement, (Change, Delete)) else "NONE"
    image = written.old if wanted.endswith("OLD") else written.new
    if wanted == "NONE" or image is None:
        return []
    if wanted.startswith("ALL") or isinstance(statement, Delete):
        return [image]
    assert isinstance(statement, Change)
    return [select(image, tree_of(action.path for action in statement.update))]


def not_alone(statement: Statement) -> None:
    """EXISTS is for transactions. Raises ValidationFailure."""
    if isinstance(statement, Exists):
        raise ValidationFailure("Unsupported operation: EXISTS is supported in transactions only")
