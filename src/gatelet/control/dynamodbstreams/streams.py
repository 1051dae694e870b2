"""ListStreams, DescribeStream, GetShardIterator, GetRecords. Reference: API Reference (Amazon DynamoDB Streams)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gatelet.aws import quotas
from gatelet.aws.errors import AwsError
from gatelet.control.dynamodb.offloading import worked
from gatelet.control.operation import Call, Response, operation
from gatelet.storage.table_ports import StoredStream, StreamRecord
from gatelet.tables.errors import ValidationFailure
from gatelet.tables.records import answered, sequence_number
from gatelet.tables.streams import Streams, read_iterator, shard_id, stream_arn, written_iterator

if TYPE_CHECKING:
    from types_boto3_dynamodbstreams.type_defs import (
        DescribeStreamInputTypeDef,
        GetRecordsInputTypeDef,
        GetShardIteratorInputTypeDef,
        ListStreamsInputTypeDef,
    )

_PAGE = 100


def _streams(call: Call) -> Streams:
    assert call.ports.tables is not None
    return call.ports.tables.streams


@operation("dynamodbstreams", "ListStreams")
async def list_streams(call: Call, request: ListStreamsInputTypeDef) -> Response:
    """The streams of a scope or of one table, a page at a time."""
    table = request.get("TableName")
    found = await _streams(call).list(call.scope)
    if table is not None:
        name = table.rpartition("/")[2]
        found = [stream for stream in found if stream.table == name]
    after = request.get("ExclusiveStartStreamArn")
    arns = [stream_arn(stream) for stream in found]
    begin = arns.index(after) + 1 if after in arns else 0
    limit = request.get("Limit") or _PAGE
    page = found[begin : begin + limit]
    return {
        "Streams": [{"StreamArn": stream_arn(one), "TableName": one.table, "StreamLabel": one.label} for one in page],
        "LastEvaluatedStreamArn": stream_arn(page[-1]) if len(found) > begin + limit else None,
    }


@operation("dynamodbstreams", "DescribeStream")
async def describe_stream(call: Call, request: DescribeStreamInputTypeDef) -> Response:
    """A stream and its shard."""
    streams = _streams(call)
    stream = await streams.find(call.scope, request["StreamArn"])
    shards = [] if request.get("ExclusiveStartShardId") is not None else [await _shard(streams, stream)]
    return {
        "StreamDescription": {
            "StreamArn": stream_arn(stream),
            "StreamLabel": stream.label,
            "StreamStatus": "ENABLED" if stream.closed is None else "DISABLED",
            "StreamViewType": stream.document["StreamViewType"],
            "CreationRequestDateTime": round(stream.created, 3),
            "TableName": stream.table,
            "KeySchema": stream.document["KeySchema"],
            "Shards": shards,
        }
    }


async def _shard(streams: Streams, stream: StoredStream) -> dict[str, Any]:
    first, last = await streams.bounds(stream)
    numbers = {"StartingSequenceNumber": sequence_number(first or 1)}
    if stream.closed is not None:
        numbers["EndingSequenceNumber"] = sequence_number(last or 1)
    return {"ShardId": shard_id(stream), "SequenceNumberRange": numbers}


@operation("dynamodbstreams", "GetShardIterator")
async def get_shard_iterator(call: Call, request: GetShardIteratorInputTypeDef) -> Response:
    """A place in a shard."""
    streams = _streams(call)
    stream = await streams.find(call.scope, request["StreamArn"])
    if request["ShardId"] != shard_id(stream):
        message = (
            f"Requested resource not found: Shard: {request['ShardId']} in Stream: {request['StreamArn']} not found"
        )
        raise AwsError("ResourceNotFoundException", message, status=400)
    place = await streams.place(stream, request["ShardIteratorType"], request.get("SequenceNumber"))
    return {"ShardIterator": written_iterator(stream_arn(stream), place)}


@operation("dynamodbstreams", "GetRecords")
async def get_records(call: Call, request: GetRecordsInputTypeDef) -> Response:
    """Records from a place on; no next iterator at the end of a stream that is closed."""
    streams = _streams(call)
    arn, place = read_iterator(request["ShardIterator"])
    stream = await streams.find(call.scope, arn)
    if stream.owner != place.owner:
        raise ValidationFailure("Invalid ShardIterator")
    if streams.expired(place):
        message = "The shard iterator has expired and can no longer be used to retrieve stream records."
        raise AwsError("ExpiredIteratorException", message, status=400)
    records, following = await streams.records(place, request.get("Limit") or quotas.STREAM_PAGE_RECORDS)
    size = sum(len(record.body) for record in records)
    ended = stream.closed is not None and not records
    return {
        "Records": await worked(size, _shown, records, call.scope.region),
        "NextShardIterator": None if ended else written_iterator(arn, following),
    }


def _shown(records: Sequence[StreamRecord], region: str) -> list[dict[str, Any]]:
    return [answered(record, region) for record in records]
