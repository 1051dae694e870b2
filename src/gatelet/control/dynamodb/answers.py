"""What the answers to writes have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from gatelet.tables import capacity
from gatelet.tables.errors import ValidationFailure
from gatelet.tables.expressions.selection import select, tree_of
from gatelet.tables.values import Item
from gatelet.tables.writes import Write, Written

_OF_UPDATES = frozenset({"NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW"})


def check_return_values(request: Mapping[str, Any]) -> None:
    """Puts and deletions return what was there before, or nothing. Raises ValidationFailure."""
    if request.get("ReturnValues", "NONE") not in {"NONE", "ALL_OLD"}:
        raise ValidationFailure("ReturnValues can only be ALL_OLD or NONE")


def attributes(request: Mapping[str, Any], write: Write, written: Written) -> orjson.Fragment | None:
    """The attributes that ``ReturnValues`` asks for, as JSON; None: none of them."""
    image = _image(request, write, written)
    return None if image is None else orjson.Fragment(orjson.dumps(image))


def _image(request: Mapping[str, Any], write: Write, written: Written) -> Item | None:
    wanted = request.get("ReturnValues", "NONE")
    if wanted == "NONE":
        return None
    image = written.old if wanted.endswith("OLD") else written.new
    if image is None or wanted.startswith("ALL"):
        return image
    return select(image, tree_of(action.path for action in write.update)) or None


def of_write(request: Mapping[str, Any], write: Write, written: Written) -> dict[str, Any]:
    """The answer to one write."""
    units = capacity.write_units(write.table, written)
    return {
        "Attributes": attributes(request, write, written),
        "ConsumedCapacity": capacity.consumed(request.get("ReturnConsumedCapacity"), write.table, units),
        "ItemCollectionMetrics": collection_metrics(request, write),
    }


def collection_metrics(request: Mapping[str, Any], write: Write) -> dict[str, Any] | None:
    """The item collection that a write touched, if that was asked for and the table has local indexes."""
    if request.get("ReturnItemCollectionMetrics") != "SIZE" or not write.table.has_local_indexes:
        return None
    name = write.table.partition.name
    return {"ItemCollectionKey": {name: write.item[name]}, "SizeEstimateRangeGB": [0.0, 1.0]}
