"""What DynamoDB's operations need. Reference: Service Authorization Reference, "Amazon DynamoDB".

Operations on several tables need their action on each of them; transactions need the actions of what they are
made of.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterator, Mapping, Sequence
from typing import Any, Final

from gatelet.control.authorization import Asking, Need, action_of
from gatelet.control.dynamodb.condition_keys import Keys, condition_keys
from gatelet.control.dynamodb.offloading import statements_size, worked
from gatelet.control.dynamodb.statement_needs import statement_needs
from gatelet.control.operation import Call
from gatelet.identity.request_keys import tag_keys
from gatelet.tables.definition import table_arn

_ON_EVERYTHING: Final = frozenset({"ListTables", "DescribeLimits", "DescribeEndpoints"})
_BATCHES: Final = frozenset({"BatchGetItem", "BatchWriteItem"})
_TRANSACTIONS: Final = frozenset({"TransactWriteItems", "TransactGetItems"})
_STATEMENTS: Final = {
    "ExecuteStatement": None,
    "BatchExecuteStatement": "Statements",
    "ExecuteTransaction": "TransactStatements",
}
"""Operations of PartiQL, and the member that holds their statements (None: the request is the statement)."""
_ACTIONS: Final = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}


def needs(call: Call, asking: Asking) -> Sequence[Need] | Awaitable[Sequence[Need]]:
    """The needs of one call."""
    params, action = asking.params, action_of(asking)
    if asking.operation in _ON_EVERYTHING:
        return [Need(action)]
    if asking.operation in _BATCHES:
        return [
            Need(action, _arn(call, name), keys)
            for name, batch in (params.get("RequestItems") or {}).items()
            for keys in _of_batch(call, asking.operation, name, batch)
        ]
    if asking.operation in _TRANSACTIONS:
        return [
            _of_action(call, _ACTIONS[kind], content, asking.operation)
            for one in params.get("TransactItems") or ()
            for kind, content in one.items()
            if content is not None
        ]
    if asking.operation in _STATEMENTS:
        member = _STATEMENTS[asking.operation]
        given = [params] if member is None else params.get(member) or ()
        capacity = params.get("ReturnConsumedCapacity")
        return worked(
            statements_size(call), lambda: [need for one in given for need in statement_needs(call, one, capacity)]
        )
    if "ResourceArn" in params:
        tags = params.get("Tags") or ()
        return [Need(action, params["ResourceArn"], tag_keys({tag["Key"]: tag["Value"] for tag in tags}))]
    if "TableName" not in params:
        return [Need(action)]
    arn = _arn(call, params["TableName"])
    if params.get("IndexName") is not None and asking.operation in {"Query", "Scan"}:
        arn = f"{arn}/index/{params['IndexName']}"
    return [Need(action, arn, condition_keys(call, asking.operation, params))]


def _arn(call: Call, given: str) -> str:
    return given if given.startswith("arn:") else table_arn(call.scope, given)


def _of_action(call: Call, operation: str, content: Mapping[str, Any], enclosing: str) -> Need:
    keys = {**condition_keys(call, operation, content), "dynamodb:EnclosingOperation": enclosing}
    return Need(f"dynamodb:{operation}", _arn(call, content["TableName"]), keys)


def _of_batch(call: Call, operation: str, table: str, batch: Any) -> Iterator[Keys]:
    if operation == "BatchGetItem":
        yield condition_keys(call, operation, {**batch, "TableName": table})
        return
    for one in batch:
        for content in one.values():
            if content is not None:
                yield condition_keys(call, operation, {**content, "TableName": table})
