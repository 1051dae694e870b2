"""FilterLogEvents: the events of many streams, by pattern and time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gatelet.aws import quotas
from gatelet.control.logs.log_streams import streams_of
from gatelet.control.logs.naming import wanted_group
from gatelet.control.operation import Call, operation
from gatelet.logs.errors import InvalidParameter, StreamNotFound
from gatelet.logs.filter.pattern import Predicate, compile_filter
from gatelet.logs.groups import LogGroup
from gatelet.logs.tokens import backward_token, event_id, forward_token, opaque_token, parse_opaque, parse_token
from gatelet.storage.ports import LogEvent, LogPosition, LogQuery

if TYPE_CHECKING:
    from types_boto3_logs import type_defs as t

_EVENTS_A_TURN = 2_000
_EVENTS_A_CALL = 20_000  # a call that finds little ends here, with a token: as on AWS, pages may be empty


@operation("logs", "FilterLogEvents")
async def filter_log_events(call: Call, request: t.FilterLogEventsRequestTypeDef) -> dict[str, Any]:
    """A page of a group's matching events, ordered by time. Raises InvalidParameter, ...NotFound."""
    matches = compile_filter(request.get("filterPattern", ""))
    forward, place = bool(request.get("startFromHead", True)), None
    if "nextToken" in request:
        forward, place = parse_token(parse_opaque(request["nextToken"]))
    group = await wanted_group(call, {**request})
    streams = await _wanted_streams(call, group, request)
    found, more = await _search(call, group, request, streams, matches, forward, place)
    response: dict[str, Any] = {
        "events": [
            {
                "logStreamName": event.stream,
                "timestamp": event.timestamp,
                "message": event.message,
                "ingestionTime": event.ingestion_time,
                "eventId": event_id(event.position),
            }
            for event in found
        ],
        "searchedLogStreams": [],
    }
    if more is not None:
        response["nextToken"] = opaque_token(forward_token(more) if forward else backward_token(more))
    return response


async def _wanted_streams(
    call: Call, group: LogGroup, request: t.FilterLogEventsRequestTypeDef
) -> frozenset[str] | None:
    """The streams to search, None for all. Everything taken so far is readable after this."""
    names, prefix = request.get("logStreamNames"), request.get("logStreamNamePrefix")
    if names is not None and prefix is not None:
        raise InvalidParameter("logStreamNames and logStreamNamePrefix are mutually exclusive parameters.")
    if names is None and prefix is None:
        await call.ports.log_writer.flush()
        return None
    existing = {stream.key.stream for stream in await streams_of(call, group)}
    if names is None:
        return frozenset(name for name in existing if name.startswith(prefix or ""))
    if not existing.issuperset(names):
        raise StreamNotFound
    return frozenset(names)


async def _search(
    call: Call,
    group: LogGroup,
    request: t.FilterLogEventsRequestTypeDef,
    streams: frozenset[str] | None,
    matches: Predicate,
    forward: bool,
    place: LogPosition | None,
) -> tuple[list[LogEvent], LogPosition | None]:
    """The matching events, and where to go on if there may be more."""
    limit = request.get("limit", quotas.LOG_EVENTS_PAGE)
    end = request.get("endTime")
    found: list[LogEvent] = []
    room = quotas.LOG_EVENTS_PAGE_BYTES
    for _ in range(0, _EVENTS_A_CALL, _EVENTS_A_TURN):
        events = await call.ports.log_chunks.page(
            LogQuery(
                group.scope.account,
                group.scope.region,
                group.name,
                streams,
                start=request.get("startTime"),
                end=None if end is None else end + 1,  # FilterLogEvents includes its end, GetLogEvents does not
                after=place if forward else None,
                before=None if forward else place,
                newest=not forward,
                limit=_EVENTS_A_TURN,
            )
        )
        if not events:
            return found, None
        if not forward:
            events = events[::-1]
        # In a thread: a pattern over thousands of messages would hold the loop up.
        for event in await asyncio.to_thread(_matching, events, matches):
            room -= len(event.message.encode())
            if found and room < 0:
                return found, found[-1].position
            found.append(event)
            if len(found) == limit:
                return found, event.position
        place = events[-1].position
    return found, place


def _matching(events: Sequence[LogEvent], matches: Predicate) -> list[LogEvent]:
    return [event for event in events if matches(event.message)]
