"""UpdateTimeToLive and DescribeTimeToLive. Reference: API Reference; Developer Guide ("Time to Live")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gatelet.control.dynamodb.naming import named_table, tables_of
from gatelet.control.dynamodb.redefining import redefine
from gatelet.control.operation import Call, Response, operation
from gatelet.tables.errors import ValidationFailure

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import DescribeTimeToLiveInputTypeDef, UpdateTimeToLiveInputTypeDef


@operation("dynamodb", "UpdateTimeToLive")
async def update_time_to_live(call: Call, request: UpdateTimeToLiveInputTypeDef) -> Response:
    """Let items expire at the moment in one of their attributes, or stop it."""
    wanted = request["TimeToLiveSpecification"]
    table = named_table(call, request["TableName"])
    held = table.time_to_live
    if wanted["Enabled"]:
        if held is not None:
            raise ValidationFailure("TimeToLive is already enabled")
    elif held is None:
        raise ValidationFailure("TimeToLive is already disabled")
    elif held.attribute != wanted["AttributeName"]:
        raise ValidationFailure(
            f"TimeToLive is active on a different AttributeName: current AttributeName is {held.attribute}"
        )

    def change(document: dict[str, Any]) -> None:
        if not wanted["Enabled"]:
            document["TimeToLive"] = None
            return
        document["TimeToLive"] = {"Number": document["NextNumber"], "AttributeName": wanted["AttributeName"]}
        document["NextNumber"] += 1

    await redefine(call, table, change, drop=() if held is None else [held.owner])
    tables_of(call).wake_upkeep()
    return {"TimeToLiveSpecification": wanted}


@operation("dynamodb", "DescribeTimeToLive")
async def describe_time_to_live(call: Call, request: DescribeTimeToLiveInputTypeDef) -> Response:
    """Whether items expire, and by which attribute."""
    settings = named_table(call, request["TableName"]).time_to_live
    if settings is None:
        return {"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}}
    return {"TimeToLiveDescription": {"TimeToLiveStatus": "ENABLED", "AttributeName": settings.attribute}}
