"""Log streams."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gatelet.aws import quotas
from gatelet.control.logs.naming import wanted_group
from gatelet.control.operation import Call, operation
from gatelet.logs.errors import InvalidParameter, StreamExists, StreamNotFound
from gatelet.logs.groups import LogGroup
from gatelet.logs.tokens import opaque_token, parse_opaque, upload_token
from gatelet.storage.ports import StreamKey, StreamSummary

if TYPE_CHECKING:
    from types_boto3_logs import type_defs as t


async def streams_of(call: Call, group: LogGroup) -> Sequence[StreamSummary]:
    """The streams of a group, ordered by name, everything taken so far included."""
    await call.ports.log_writer.flush()
    return await call.ports.log_chunks.streams(group.scope.account, group.scope.region, group.name)


async def wanted_stream(call: Call, group: LogGroup, name: str) -> StreamKey:
    """The stream's key. Raises StreamNotFound."""
    if all(stream.key.stream != name for stream in await streams_of(call, group)):
        raise StreamNotFound
    return _key(group, name)


@operation("logs", "CreateLogStream")
async def create_log_stream(call: Call, request: t.CreateLogStreamRequestTypeDef) -> dict[str, Any]:
    """An empty stream. Raises GroupNotFound, StreamExists, InvalidParameter."""
    name = request["logStreamName"]
    if max(len(name), len(request["logGroupName"])) > quotas.LOG_NAME_CHARACTERS:
        raise InvalidParameter("Invalid LogGroup or LogStream, both must have length less than or equal to 512.")
    group = await call.ports.log_writer.groups.get(call.scope, request["logGroupName"])
    await call.ports.log_writer.flush()
    if not await call.ports.log_chunks.create_stream(_key(group, name), int(call.ports.clock.now() * 1000)):
        raise StreamExists
    return {}


@operation("logs", "DeleteLogStream")
async def delete_log_stream(call: Call, request: t.DeleteLogStreamRequestTypeDef) -> dict[str, Any]:
    """The stream and its events are gone. Raises GroupNotFound, StreamNotFound."""
    group = await call.ports.log_writer.groups.get(call.scope, request["logGroupName"])
    key = await wanted_stream(call, group, request["logStreamName"])
    await call.ports.log_chunks.delete(key.account, key.region, key.group, key.stream)
    return {}


@operation("logs", "DescribeLogStreams")
async def describe_log_streams(call: Call, request: t.DescribeLogStreamsRequestTypeDef) -> dict[str, Any]:
    """A page of streams, by name or by the time of their last event. Raises GroupNotFound, InvalidParameter."""
    by_time = request.get("orderBy") == "LastEventTime"
    prefix = request.get("logStreamNamePrefix")
    if by_time and prefix is not None:
        raise InvalidParameter("Cannot order by LastEventTime with a logStreamNamePrefix.")
    after = _parse_place(request["nextToken"], by_time) if "nextToken" in request else None
    group = await wanted_group(call, {**request})
    descending = bool(request.get("descending"))

    def place(stream: StreamSummary) -> tuple[int, str]:
        return (stream.last_event or 0 if by_time else 0, stream.key.stream)

    found = [stream for stream in await streams_of(call, group) if stream.key.stream.startswith(prefix or "")]
    found.sort(key=place, reverse=descending)
    if after is not None:
        found = [stream for stream in found if (place(stream) < after if descending else place(stream) > after)]
    limit = request.get("limit", quotas.LOG_STREAMS_PAGE)
    response: dict[str, Any] = {"logStreams": [_description(group, stream) for stream in found[:limit]]}
    if len(found) > limit:
        time, name = place(found[limit - 1])
        response["nextToken"] = opaque_token(f"{time}/{name}")
    return response


def _parse_place(token: str, by_time: bool) -> tuple[int, str]:
    time, slash, name = parse_opaque(token).partition("/")
    if not slash or not time.isascii() or not time.isdecimal() or (time != "0" and not by_time):
        raise InvalidParameter("The specified nextToken is invalid.")
    return int(time), name


def _key(group: LogGroup, stream: str) -> StreamKey:
    return StreamKey(group.scope.account, group.scope.region, group.name, stream)


def _description(group: LogGroup, stream: StreamSummary) -> dict[str, Any]:
    return {
        "logStreamName": stream.key.stream,
        "creationTime": stream.created,
        "firstEventTimestamp": stream.first_event,
        "lastEventTimestamp": stream.last_event,
        "lastIngestionTime": stream.last_ingestion,
        "uploadSequenceToken": upload_token(stream.last_ingestion or stream.created),
        "arn": f"{group.arn}:log-stream:{stream.key.stream}",
        "storedBytes": 0,
    }
