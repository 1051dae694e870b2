"""A table's stream, switched on and off. A stream that was switched off can be read for another day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gatelet.aws.scope import Scope
from gatelet.control.dynamodb.naming import tables_of
from gatelet.control.operation import Call
from gatelet.storage.table_ports import StoredStream
from gatelet.tables.definition import StreamSettings
from gatelet.tables.streams import label_of


def opened_stream(
    scope: Scope, name: str, document: dict[str, Any], specification: Mapping[str, Any], now: float
) -> StoredStream:
    """A new stream of a table; its number, label and view are written into the table's document."""
    number = document["NextNumber"]
    label = label_of(now)
    view = specification["StreamViewType"]
    document["NextNumber"] = number + 1
    document["Stream"] = {"Number": number, "Label": label, "View": view}
    document["LatestStreamLabel"] = label
    about = {"StreamViewType": view, "KeySchema": document["KeySchema"]}
    return StoredStream(number, scope.account, scope.region, name, label, about, now)


async def closed_stream(call: Call, settings: StreamSettings) -> StoredStream:
    """The table's stream as it is once nothing more is added."""
    streams = await tables_of(call).streams.list(call.scope)
    held = next(stream for stream in streams if stream.owner == settings.owner)
    return replace(held, closed=call.ports.clock.now())
