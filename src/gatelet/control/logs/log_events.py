"""Writing and reading the events of one stream."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from gatelet.aws import quotas
from gatelet.aws.errors import NotSupported
from gatelet.control.logs.log_streams import wanted_stream
from gatelet.control.logs.naming import wanted_group
from gatelet.control.operation import Call, operation
from gatelet.logs.errors import InvalidParameter
from gatelet.logs.groups import LogGroup
from gatelet.logs.tokens import backward_token, forward_token, parse_token, upload_token
from gatelet.storage.ports import LogEvent, LogPosition, LogQuery, TimedMessage

if TYPE_CHECKING:
    from types_boto3_logs import type_defs as t

_DAY_MS = 24 * 60 * 60 * 1000


@operation("logs", "PutLogEvents")
async def put_log_events(call: Call, request: t.PutLogEventsRequestTypeDef) -> dict[str, Any]:
    """Append events; those too old or too new are named and left out. Raises InvalidParameter, ...NotFound."""
    if request.get("entity"):
        raise NotSupported("an entity on PutLogEvents")
    now = int(call.ports.clock.now() * 1000)
    events = [(event["timestamp"], event["message"]) for event in request["logEvents"]]
    _check_batch(events)
    group = await call.ports.log_writer.groups.get(call.scope, request["logGroupName"])
    key = await wanted_stream(call, group, request["logStreamName"])
    rejected, accepted = _sort_out(group, events, now)
    if accepted and accepted[-1][0] - accepted[0][0] > quotas.LOG_BATCH_SPAN_SECONDS * 1000:
        raise InvalidParameter(
            "The batch of log events in a single PutLogEvents request cannot span more than 24 hours."
        )
    await call.ports.log_chunks.append({key: accepted}, now)
    return {"nextSequenceToken": upload_token(now), "rejectedLogEventsInfo": rejected or None}


@operation("logs", "GetLogEvents")
async def get_log_events(call: Call, request: t.GetLogEventsRequestTypeDef) -> dict[str, Any]:
    """A page of a stream's events, ascending; at an end, the token of the call comes back."""
    token = request.get("nextToken")
    forward, place = parse_token(token) if token else (bool(request.get("startFromHead")), None)
    group = await wanted_group(call, {**request})
    key = await wanted_stream(call, group, request["logStreamName"])
    events = await call.ports.log_chunks.page(
        LogQuery(
            key.account,
            key.region,
            key.group,
            frozenset({key.stream}),
            start=request.get("startTime"),
            end=request.get("endTime"),
            after=place if forward else None,
            before=None if forward else place,
            newest=not forward,
            limit=request.get("limit", quotas.LOG_EVENTS_PAGE),
            max_bytes=quotas.LOG_EVENTS_PAGE_BYTES,
        )
    )
    first, last = _edges(events, forward, place)
    return {
        "events": [
            {"timestamp": event.timestamp, "message": event.message, "ingestionTime": event.ingestion_time}
            for event in events
        ],
        "nextForwardToken": forward_token(last),
        "nextBackwardToken": backward_token(first),
    }


def _edges(events: Sequence[LogEvent], forward: bool, place: LogPosition | None) -> tuple[LogPosition, LogPosition]:
    """What a backward token must precede and a forward token must follow."""
    if events:
        return events[0].position, events[-1].position
    if place is None:
        return LogPosition(0, 0), LogPosition(0, 0)
    # The page is empty: the token that led here leads here again, the other one back over the place.
    if forward:
        return LogPosition(place.timestamp, place.sequence + 1), place
    return place, LogPosition(place.timestamp, max(place.sequence - 1, 0))


def _check_batch(events: Sequence[TimedMessage]) -> None:
    if any(later[0] < earlier[0] for earlier, later in pairwise(events)):
        raise InvalidParameter("Log events in a single PutLogEvents request must be in chronological order.")
    sizes = [len(message.encode(errors="replace")) + quotas.LOG_EVENT_OVERHEAD_BYTES for _, message in events]
    if max(sizes) > quotas.LOG_EVENT_BYTES:
        raise InvalidParameter(f"Log event too large: {max(sizes)} bytes exceeds limit of {quotas.LOG_EVENT_BYTES}")
    if sum(sizes) > quotas.LOG_PUT_BYTES:
        raise InvalidParameter(f"Upload too large: {sum(sizes)} bytes exceeds limit of {quotas.LOG_PUT_BYTES}")


def _sort_out(
    group: LogGroup, events: Sequence[TimedMessage], now: int
) -> tuple[dict[str, int], Sequence[TimedMessage]]:
    """What is rejected (as ``rejectedLogEventsInfo``) and the events that are not."""
    times = [timestamp for timestamp, _ in events]
    too_old = bisect_left(times, now - quotas.LOG_EVENT_AGE_SECONDS * 1000)
    expired = bisect_left(times, now - group.retention_days * _DAY_MS) if group.retention_days else 0
    too_new = bisect_right(times, now + quotas.LOG_EVENT_FUTURE_SECONDS * 1000)
    rejected: dict[str, int] = {}
    if too_old:
        rejected["tooOldLogEventEndIndex"] = too_old
    if expired > too_old:
        rejected["expiredLogEventEndIndex"] = expired
    if too_new < len(events):
        rejected["tooNewLogEventStartIndex"] = too_new
    return rejected, events[max(too_old, expired) : too_new]
