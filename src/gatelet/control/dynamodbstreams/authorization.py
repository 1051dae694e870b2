"""What DynamoDB Streams' operations need. Reference: Service Authorization Reference, "Amazon DynamoDB"."""

from __future__ import annotations

from collections.abc import Sequence

from gatelet.control.authorization import Asking, Need
from gatelet.control.operation import Call


def needs(_call: Call, asking: Asking) -> Sequence[Need]:
    """The needs of one call: on a stream, which an iterator names, too."""
    params = asking.params
    arn = params.get("StreamArn") or str(params.get("ShardIterator") or "").partition("|")[0] or "*"
    return [Need(f"dynamodb:{asking.operation}", "*" if asking.operation == "ListStreams" else arn)]
