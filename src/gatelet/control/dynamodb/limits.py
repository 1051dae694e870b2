"""DescribeLimits, DescribeEndpoints, DescribeContinuousBackups. Reference: API Reference.

Backups are not made: a table's continuous backups are described as disabled, and cannot be enabled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gatelet.aws.errors import AwsError
from gatelet.control.dynamodb.naming import table_name, tables_of
from gatelet.control.operation import Call, Response, operation

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import DescribeContinuousBackupsInputTypeDef

_ACCOUNT_UNITS = 80_000
_TABLE_UNITS = 40_000
_CACHE_MINUTES = 1_440


@operation("dynamodb", "DescribeLimits")
async def describe_limits(call: Call, request: dict[str, Any]) -> Response:  # noqa: ARG001 - it has no members
    """AWS's default quotas of provisioned capacity, which nothing reaches here."""
    return {
        "AccountMaxReadCapacityUnits": _ACCOUNT_UNITS,
        "AccountMaxWriteCapacityUnits": _ACCOUNT_UNITS,
        "TableMaxReadCapacityUnits": _TABLE_UNITS,
        "TableMaxWriteCapacityUnits": _TABLE_UNITS,
    }


@operation("dynamodb", "DescribeEndpoints")
async def describe_endpoints(call: Call, request: dict[str, Any]) -> Response:  # noqa: ARG001
    """The address that the client has already found."""
    return {
        "Endpoints": [
            {"Address": call.endpoint.partition("://")[2], "CachePeriodInMinutes": _CACHE_MINUTES},
        ]
    }


@operation("dynamodb", "DescribeContinuousBackups")
async def describe_continuous_backups(call: Call, request: DescribeContinuousBackupsInputTypeDef) -> Response:
    """There are none."""
    name = table_name(call, request["TableName"])
    if tables_of(call).catalogue.find(call.scope, name) is None:
        raise AwsError("TableNotFoundException", f"Table not found: {name}", status=400)
    return {
        "ContinuousBackupsDescription": {
            "ContinuousBackupsStatus": "DISABLED",
            "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "DISABLED"},
        }
    }
