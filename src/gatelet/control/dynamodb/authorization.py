"""What DynamoDB's operations need. Reference: Service Authorization Reference, "Amazon DynamoDB".

Operations on several tables need their action on each of them; transactions need the actions of what they are
made of. ``dynamodb:LeadingKeys`` has the partition keys that a call names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from gatelet.control.authorization import Asking, Need, action_of
from gatelet.control.operation import Call
from gatelet.identity.request_keys import tag_keys
from gatelet.tables.definition import table_arn

_ON_EVERYTHING: Final = frozenset({"ListTables", "DescribeLimits", "DescribeEndpoints"})
_BATCHES: Final = frozenset({"BatchGetItem", "BatchWriteItem"})
_TRANSACTIONS: Final = frozenset({"TransactWriteItems", "TransactGetItems"})
_ACTIONS: Final = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}


def needs(call: Call, asking: Asking) -> Sequence[Need]:
    """The needs of one call."""
    params, action = asking.params, action_of(asking)
    if asking.operation in _ON_EVERYTHING:
        return [Need(action)]
    if asking.operation in _BATCHES:
        return [Need(action, _arn(call, name)) for name in params.get("RequestItems") or ()]
    if asking.operation in _TRANSACTIONS:
        return [
            Need(f"dynamodb:{_ACTIONS[kind]}", _arn(call, content["TableName"]), _leading(call, content))
            for one in params.get("TransactItems") or ()
            for kind, content in one.items()
            if content is not None
        ]
    if "ResourceArn" in params:
        tags = params.get("Tags") or ()
        return [Need(action, params["ResourceArn"], tag_keys({tag["Key"]: tag["Value"] for tag in tags}))]
    if "TableName" not in params:
        return [Need(action)]
    arn = _arn(call, params["TableName"])
    if params.get("IndexName") is not None and asking.operation in {"Query", "Scan"}:
        arn = f"{arn}/index/{params['IndexName']}"
    return [Need(action, arn, _leading(call, params))]


def _arn(call: Call, given: str) -> str:
    return given if given.startswith("arn:") else table_arn(call.scope, given)


def _leading(call: Call, params: Mapping[str, Any]) -> dict[str, str | list[str]]:
    tables = call.ports.tables
    given = params.get("Key") or params.get("Item")
    if tables is None or not isinstance(given, dict):
        return {}
    table = tables.catalogue.find(call.scope, params["TableName"].rpartition("/")[2])
    value = None if table is None else given.get(table.partition.name)
    if not isinstance(value, dict) or not value:
        return {}
    return {"dynamodb:LeadingKeys": [str(next(iter(value.values())))]}
