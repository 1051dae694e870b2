"""What an event source mapping may say. Reference: lambda-control-plane section 12; Lambda Developer Guide ("Lambda
parameters for Amazon DynamoDB event source mappings").

Streams of DynamoDB tables are the sources; the others, and settings that belong to them, answer 501.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gatelet.aws import quotas
from gatelet.aws.arn import Arn, InvalidArn
from gatelet.aws.errors import NotSupported
from gatelet.control.lambda_.errors import InvalidParameterValue
from gatelet.control.lambda_.event_destinations import check_destinations
from gatelet.control.lambda_.names import FunctionName
from gatelet.control.operation import Call
from gatelet.functions.mappings.patterns import InvalidPattern, compile_pattern

DEFAULTS: Final[Mapping[str, Any]] = {
    "BatchSize": 100,
    "MaximumBatchingWindowInSeconds": 0,
    "ParallelizationFactor": 1,
    "MaximumRecordAgeInSeconds": -1,
    "BisectBatchOnFunctionError": False,
    "MaximumRetryAttempts": -1,
    "TumblingWindowInSeconds": 0,
    "FunctionResponseTypes": [],
}
_OTHER_SOURCES: Final = {
    "sqs": "SQS queues",
    "kinesis": "Kinesis streams",
    "kafka": "Kafka clusters",
    "mq": "message brokers",
    "rds": "DocumentDB clusters",
}
_NOT_YET: Final = (
    "KMSKeyArn",
    "MetricsConfig",
    "LoggingConfig",
    "ScalingConfig",
    "ProvisionedPollerConfig",
    "TumblingWindowInSeconds",
    "Topics",
    "Queues",
    "SourceAccessConfigurations",
    "SelfManagedEventSource",
    "AmazonManagedKafkaEventSourceConfig",
    "SelfManagedKafkaEventSourceConfig",
    "DocumentDBEventSourceConfig",
    "StartingPositionTimestamp",
)
_OTHER_DESTINATIONS: Final = {"sqs": "SQS queues", "sns": "SNS topics", "s3": "S3 buckets"}


def check_source(call: Call, request: Mapping[str, Any]) -> str:
    """The ARN of the stream, which is the caller's own. Raises InvalidParameterValue, NotSupported."""
    refuse_unsupported(request)
    try:
        arn = Arn.parse(request.get("EventSourceArn") or "")
    except InvalidArn:
        raise InvalidParameterValue("Unrecognized event source.") from None
    if arn.service in _OTHER_SOURCES:
        raise NotSupported(f"{_OTHER_SOURCES[arn.service]} as event sources")
    if arn.service != "dynamodb" or "/stream/" not in arn.resource:
        raise InvalidParameterValue("Unrecognized event source.")
    text = str(arn)
    position = request.get("StartingPosition")
    if position is None:
        raise InvalidParameterValue(
            "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: "
            "Member must not be null."
        )
    if position == "AT_TIMESTAMP":
        raise InvalidParameterValue(f"Unsupported starting position for arn type: {text}")
    if (arn.account, arn.region) != (call.scope.account, call.scope.region):
        raise InvalidParameterValue(f"Stream not found: {text}")
    return text


def refuse_unsupported(request: Mapping[str, Any]) -> None:
    """Raises NotSupported for a setting that would do nothing."""
    for member in _NOT_YET:
        if request.get(member):
            raise NotSupported(f"{member} of event source mappings")


async def check_settings(call: Call, name: FunctionName, request: Mapping[str, Any]) -> None:
    """Filters and destination. Raises InvalidParameterValue, NotSupported."""
    filters = (request.get("FilterCriteria") or {}).get("Filters") or ()
    if len(filters) > quotas.MAPPING_FILTERS:
        raise InvalidParameterValue(f"Maximum number of filters exceeded: {quotas.MAPPING_FILTERS}")
    for one in filters:
        try:
            compile_pattern(one.get("Pattern") or "")
        except InvalidPattern:
            raise InvalidParameterValue("Invalid filter pattern definition.") from None
    destinations = request.get("DestinationConfig") or {}
    if (destinations.get("OnSuccess") or {}).get("Destination"):
        raise InvalidParameterValue("Unsupported DestinationConfig parameter for given event source mapping type.")
    target = (destinations.get("OnFailure") or {}).get("Destination") or ""
    if target.startswith("kafka:"):
        raise NotSupported("Kafka topics as destinations of event source mappings")
    service = target.split(":")[2] if target.count(":") > 2 else ""
    if service in _OTHER_DESTINATIONS:
        raise NotSupported(f"{_OTHER_DESTINATIONS[service]} as destinations of event source mappings")
    await check_destinations(call, name, {"OnFailure": {"Destination": target}})


def settings(held: Mapping[str, Any], request: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a mapping: what is asked for, else what it has, else the default."""
    found: dict[str, Any] = {}
    for member, default in DEFAULTS.items():
        asked = request.get(member)
        found[member] = asked if asked is not None else held.get(member, default)
    destinations = request.get("DestinationConfig")
    if destinations is None:
        destinations = held.get("DestinationConfig") or {}
    target = (destinations.get("OnFailure") or {}).get("Destination")
    found["DestinationConfig"] = {"OnFailure": {"Destination": target} if target else {}}
    criteria = request.get("FilterCriteria")
    if criteria is None:
        criteria = held.get("FilterCriteria") or {}
    if criteria.get("Filters"):
        found["FilterCriteria"] = {"Filters": [{"Pattern": one["Pattern"]} for one in criteria["Filters"]]}
    return found
