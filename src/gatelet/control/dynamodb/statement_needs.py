"""What a statement of PartiQL needs: its own action on the table or index, told with the condition keys.

A statement that cannot be read needs nothing: the operation refuses it before it looks at any table. Reference:
Developer Guide ("IAM security policies with PartiQL for DynamoDB").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gatelet.aws.errors import AwsError
from gatelet.control.authorization import Need
from gatelet.control.dynamodb.condition_keys import Keys
from gatelet.control.dynamodb.query_rules import operands_of, paths_of
from gatelet.control.operation import Call
from gatelet.tables.definition import Table, table_arn
from gatelet.tables.partiql.keys import split
from gatelet.tables.partiql.parser import parse
from gatelet.tables.partiql.statements import Change, Delete, Exists, Insert, Select, Statement
from gatelet.tables.values import Value, type_of

_ACTIONS: Final[Mapping[type, str]] = {
    Select: "PartiQLSelect",
    Insert: "PartiQLInsert",
    Change: "PartiQLUpdate",
    Delete: "PartiQLDelete",
}


def statement_needs(call: Call, given: Mapping[str, Any], capacity: str | None) -> list[Need]:
    """The needs of one statement."""
    try:
        statement = parse(given["Statement"], given.get("Parameters") or ())
    except AwsError:
        return []
    if isinstance(statement, Exists):
        statement = statement.select
    arn = statement.table if statement.table.startswith("arn:") else table_arn(call.scope, statement.table)
    if isinstance(statement, Select) and statement.index is not None:
        arn = f"{arn}/index/{statement.index}"
    keys: Keys = {"dynamodb:Attributes": sorted(set(_attributes(statement)))}
    tables = call.ports.tables
    table = None if tables is None else tables.catalogue.find(call.scope, statement.table.rpartition("/")[2])
    if table is not None:
        leading = list(_leading(table, statement))
        if leading:
            keys["dynamodb:LeadingKeys"] = leading
        if isinstance(statement, Select):
            keys["dynamodb:FullTableScan"] = "false" if leading else "true"
    if capacity is not None:
        keys["dynamodb:ReturnConsumedCapacity"] = capacity
    return [Need(f"dynamodb:{_ACTIONS[type(statement)]}", arn, keys)]


def _leading(table: Table, statement: Statement) -> Iterator[str]:
    """The partition that the statement names, if it names one."""
    if isinstance(statement, Insert):
        if (value := statement.item.get(table.partition.name)) is not None:
            yield _text(value)
        return
    assert not isinstance(statement, Exists)
    index = table.index(statement.index or "") if isinstance(statement, Select) else None
    for key in split(statement.where, (table if index is None else index).partition.name, None).keys:
        yield _text(key.values[0])


def _text(value: Value) -> str:
    return str(value[type_of(value)])


def _attributes(statement: Statement) -> Iterator[str]:
    if isinstance(statement, Insert):
        yield from statement.item
        return
    assert not isinstance(statement, Exists)
    if statement.where is not None:
        yield from (str(path[0]) for path in paths_of(statement.where))
    if isinstance(statement, Select):
        yield from (str(path[0]) for path in statement.columns or ())
    if isinstance(statement, Change):
        for action in statement.update:
            yield str(action.path[0])
            if action.operand is not None:
                yield from (str(path[0]) for path in operands_of(action.operand))
