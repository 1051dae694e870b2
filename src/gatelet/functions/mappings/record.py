"""The record that a destination gets of a batch that was given up. Pure.

Reference: Lambda Developer Guide ("Retain discarded records for a DynamoDB event source in Lambda").
"""

from __future__ import annotations

from typing import Any

import orjson

from gatelet.aws.clock import utc, zulu_timestamp
from gatelet.functions.invocation import InvocationResult
from gatelet.functions.mappings.model import Mapping
from gatelet.functions.mappings.rules import Batch, Condition
from gatelet.functions.mappings.source import StreamSource


def discarded(
    now: float,
    mapping: Mapping,
    source: StreamSource,
    batch: Batch,
    condition: Condition,
    request_id: str,
    result: InvocationResult | None,
) -> bytes:
    """The JSON text; ``result`` is that of the last attempt, None if there was none."""
    first, last = batch.records[0], batch.records[-1]
    record: dict[str, Any] = {
        "requestContext": {
            "requestId": request_id,
            "functionArn": mapping.function_arn,
            "condition": condition.value,
            "approximateInvokeCount": batch.invokes,
        },
    }
    if result is not None:
        context: dict[str, Any] = {"statusCode": 200, "executedVersion": result.executed_version}
        record["responseContext"] = context | {"functionError": result.function_error}
    record |= {
        "version": "1.0",
        "timestamp": zulu_timestamp(now),
        "DDBStreamBatchInfo": {
            "shardId": source.shard_id(mapping.stream_arn),
            "startSequenceNumber": source.sequence_number(first.sequence),
            "endSequenceNumber": source.sequence_number(last.sequence),
            "approximateArrivalOfFirstRecord": _second(first.created),
            "approximateArrivalOfLastRecord": _second(last.created),
            "batchSize": len(batch.records),
            "streamArn": mapping.stream_arn,
        },
    }
    return orjson.dumps(record)


def _second(moment: float) -> str:
    return f"{utc(moment):%Y-%m-%dT%H:%M:%SZ}"
