"""ExecuteStatement, BatchExecuteStatement, ExecuteTransaction.

Reference: Developer Guide ("PartiQL"); API Reference; botocore's model (BatchStatementErrorCodeEnum).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import orjson

from gatelet.aws.errors import AwsError
from gatelet.control.dynamodb.naming import tables_of
from gatelet.control.dynamodb.offloading import body_size, statements_size, worked
from gatelet.control.dynamodb.statement_reads import matching, select_page, selected_key
from gatelet.control.dynamodb.statement_writes import DUPLICATE, DuplicateItem, not_alone, returned, write_of
from gatelet.control.dynamodb.transactions import SAME_ITEM, check_together, token_of, units_read, written_capacity
from gatelet.control.operation import Call, Response, operation
from gatelet.tables import capacity
from gatelet.tables.definition import Table
from gatelet.tables.errors import ConditionFailed, TransactionCancelled, ValidationFailure, WrongJsonType
from gatelet.tables.partiql.parser import parse
from gatelet.tables.partiql.statements import Exists, Insert, Select, Statement
from gatelet.tables.sizes import item_size
from gatelet.tables.writes import Write, Written

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import (
        BatchExecuteStatementInputTypeDef,
        ExecuteStatementInputTypeDef,
        ExecuteTransactionInputTypeDef,
    )

_CODES: Final = {
    "ConditionalCheckFailedException": "ConditionalCheckFailed",
    "DuplicateItemException": "DuplicateItem",
    "ResourceNotFoundException": "ResourceNotFound",
    "ValidationException": "ValidationError",
}
_SELECT_BY_KEY: Final = (
    "Select statements within BatchExecuteStatement must specify the primary key in the where clause."
)
_MIXED: Final = "A batch or a transaction consists of either read statements or write statements"


@operation("dynamodb", "ExecuteStatement")
async def execute_statement(call: Call, request: ExecuteStatementInputTypeDef) -> Response:
    """One statement: a page of items, or a change of one item."""
    statement = await worked(statements_size(call), read, request)
    not_alone(statement)
    if isinstance(statement, Select):
        return await select_page(call, statement, request)
    write = await worked(body_size(call), write_of, call, statement, show_item=_shows(request))
    written = await _written(call, statement, write)
    units = capacity.write_units(write.table, written)
    return {
        "Items": returned(statement, written),
        "ConsumedCapacity": capacity.consumed(request.get("ReturnConsumedCapacity"), write.table, units),
    }


def read(given: Mapping[str, Any]) -> Statement:
    """The statement of a request or of a part of one. Raises ValidationFailure, WrongJsonType."""
    return parse(given["Statement"], given.get("Parameters") or ())


def _shows(given: Mapping[str, Any]) -> bool:
    return given.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"


async def _written(call: Call, statement: Statement, write: Write) -> Written:
    try:
        return await tables_of(call).write(write)
    except ConditionFailed as failed:
        raise DuplicateItem if isinstance(statement, Insert) else failed from None


# ---------------------------------------------------------------------- batches


@operation("dynamodb", "BatchExecuteStatement")
async def batch_execute_statement(call: Call, request: BatchExecuteStatementInputTypeDef) -> Response:
    """Up to 25 reads or writes, each for itself: what fails is told in its place."""
    given = request["Statements"]
    parsed = await worked(statements_size(call), lambda: [_attempt(one) for one in given])
    _check_kinds([one for one in parsed if not isinstance(one, AwsError)])
    totals: dict[int, tuple[Table, capacity.Units]] = {}
    answers = [await _one_of_batch(call, one, part, totals) for one, part in zip(parsed, given, strict=True)]
    return {
        "Responses": answers,
        "ConsumedCapacity": capacity.each(request.get("ReturnConsumedCapacity"), totals.values()),
    }


def _attempt(given: Mapping[str, Any]) -> Statement | AwsError:
    try:
        statement = read(given)
        not_alone(statement)
    except WrongJsonType:  # nothing of this request can be read
        raise
    except AwsError as error:
        return error
    return statement


def _check_kinds(statements: Sequence[Statement]) -> None:
    if len({isinstance(one, Select) for one in statements}) > 1:
        raise ValidationFailure(_MIXED)


async def _one_of_batch(
    call: Call,
    statement: Statement | AwsError,
    given: Mapping[str, Any],
    totals: dict[int, tuple[Table, capacity.Units]],
) -> dict[str, Any]:
    if isinstance(statement, AwsError):
        return {"Error": _error(statement)}
    table = table_of(statement).rpartition("/")[2]
    try:
        if isinstance(statement, Select):
            item = await _select_one(call, statement, given, totals)
        else:
            write = await worked(body_size(call), write_of, call, statement, show_item=_shows(given))
            written = await _written(call, statement, write)
            _count(totals, write.table, capacity.write_units(write.table, written))
            item = next(iter(returned(statement, written)), None)
    except AwsError as error:
        return {"TableName": table, "Error": _error(error)}
    return {"TableName": table, "Item": item}


async def _select_one(
    call: Call, select: Select, given: Mapping[str, Any], totals: dict[int, tuple[Table, capacity.Units]]
) -> Any:
    try:
        table, key, _, rest = selected_key(call, select)
    except ValidationFailure as error:
        raise ValidationFailure(_SELECT_BY_KEY) from error
    held = await tables_of(call).get(key)
    size = 0 if held is None else item_size(orjson.loads(held))
    units = capacity.read_units(size, consistent=bool(given.get("ConsistentRead")))
    _count(totals, table, {table.owner: units})
    return matching(held, rest, select.columns)


def table_of(statement: Statement) -> str:
    """The table that a statement names."""
    return statement.select.table if isinstance(statement, Exists) else statement.table


def _count(totals: dict[int, tuple[Table, capacity.Units]], table: Table, units: Mapping[int, float]) -> None:
    capacity.add(totals.setdefault(table.owner, (table, {}))[1], units)


def _error(error: AwsError) -> dict[str, Any]:
    shown = {"Code": _CODES.get(error.code, "InternalServerError"), "Message": error.message}
    return shown | {name: value for name, value in error.members.items() if name == "Item"}


# ---------------------------------------------------------------------- transactions


@operation("dynamodb", "ExecuteTransaction")
async def execute_transaction(call: Call, request: ExecuteTransactionInputTypeDef) -> Response:
    """Up to 100 reads, or up to 100 writes and conditions, all or none."""
    given = request["TransactStatements"]
    statements = await worked(statements_size(call), lambda: [read(one) for one in given])
    _check_kinds(statements)
    wanted = request.get("ReturnConsumedCapacity")
    selects = [one for one in statements if isinstance(one, Select)]
    if selects:
        return await _read_together(call, selects, wanted)
    writes = await worked(body_size(call), _actions, call, statements, given)
    try:
        written = await tables_of(call).transact(writes, token_of(call, request, "TransactStatements"))
    except TransactionCancelled as cancelled:
        raise _told(cancelled, statements) from None
    return {
        "Responses": [{} for _ in writes] if written is None else list(map(_response, statements, written)),
        "ConsumedCapacity": written_capacity(wanted, writes, written),
    }


def _actions(call: Call, statements: Sequence[Statement], given: Sequence[Mapping[str, Any]]) -> list[Write]:
    writes = [write_of(call, one, show_item=_shows(part)) for one, part in zip(statements, given, strict=True)]
    check_together(writes)
    return writes


def _response(statement: Statement, written: Written) -> dict[str, Any]:
    items = returned(statement, written)
    return {"Item": items[0]} if items else {}


async def _read_together(call: Call, selects: Sequence[Select], wanted: str | None) -> Response:
    found = [selected_key(call, one) for one in selects]
    if len({key for _, key, _, _ in found}) < len(found):
        raise ValidationFailure(SAME_ITEM)
    held = await tables_of(call).get_many([key for _, key, _, _ in found])

    def answered() -> dict[str, Any]:
        totals = units_read([table for table, _, _, _ in found], held)
        items = [matching(one, rest, s.columns) for one, (_, _, _, rest), s in zip(held, found, selects, strict=True)]
        return {
            "Responses": [{} if item is None else {"Item": item} for item in items],
            "ConsumedCapacity": capacity.each(wanted, totals.values(), "Read"),
        }

    return await worked(sum(len(item or b"") for item in held), answered)


def _told(cancelled: TransactionCancelled, statements: Sequence[Statement]) -> TransactionCancelled:
    """An INSERT that found its key is a duplicate, and not a condition that failed."""
    reasons = [
        {"Code": "DuplicateItem", "Message": DUPLICATE}
        if reason["Code"] == "ConditionalCheckFailed" and isinstance(statement, Insert)
        else reason
        for reason, statement in zip(cancelled.members["CancellationReasons"], statements, strict=True)
    ]
    return TransactionCancelled(reasons)
