"""The records of a stream: what changed in an item. Pure.

The stored body is the record as GetRecords answers it, less what the store numbers (``SequenceNumber``).
Reference: botocore's model of dynamodbstreams; Developer Guide ("Change data capture for DynamoDB Streams").
"""

from __future__ import annotations

from typing import Any, Final

import orjson

from gatelet.storage.table_ports import StreamRecord
from gatelet.tables.definition import Table
from gatelet.tables.sizes import item_size
from gatelet.tables.values import Item

VIEWS: Final = ("NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY")
_EXPIRED: Final = {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}
SEQUENCE_DIGITS: Final = 21


def record_of(table: Table, old: Item | None, new: Item | None, now: float, *, expiring: bool) -> bytes:
    """The record of a change; one of ``old`` and ``new`` is an item."""
    view = "" if table.stream is None else table.stream.view
    present = new if new is not None else old or {}
    keys = {key.name: present[key.name] for key in table.keys}
    change: dict[str, Any] = {"ApproximateCreationDateTime": int(now), "Keys": keys}
    size = item_size(keys)
    for member, image, views in (
        ("NewImage", new, ("NEW_IMAGE", "NEW_AND_OLD_IMAGES")),
        ("OldImage", old, ("OLD_IMAGE", "NEW_AND_OLD_IMAGES")),
    ):
        if image is not None and view in views:
            change[member] = image
            size += item_size(image)
    change |= {"SizeBytes": size, "StreamViewType": view}
    name = "INSERT" if old is None else "REMOVE" if new is None else "MODIFY"
    record: dict[str, Any] = {"eventName": name, "dynamodb": change}
    if expiring:
        record["userIdentity"] = _EXPIRED
    return orjson.dumps(record)


def sequence_number(sequence: int) -> str:
    """A sequence as DynamoDB writes it: digits that sort."""
    return f"{sequence:0{SEQUENCE_DIGITS}d}"


def answered(record: StreamRecord, region: str) -> dict[str, Any]:
    """The record as GetRecords answers it."""
    body: dict[str, Any] = orjson.loads(record.body)
    change = body["dynamodb"]
    change["SequenceNumber"] = sequence_number(record.sequence)
    return {
        "eventID": f"{record.sequence:032x}",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": region,
        **body,
    }
