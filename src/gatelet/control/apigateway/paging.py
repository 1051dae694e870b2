"""Pages of a list: ``limit`` and an opaque ``position``.

Reference: apigateway-control-plane section 1.2.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from gatelet.aws import quotas
from gatelet.control.apigateway.errors import BadRequest
from gatelet.storage.ports import Collection, Record, Records
from gatelet.wire.paging import InvalidPosition, decode_position, encode_position

_T = TypeVar("_T")


def page_limit(request: Mapping[str, Any]) -> int:
    """How many rows the page may have: 25 unless told, at most 500; ``limit=-1`` is accepted as untold."""
    limit = request.get("limit")
    if limit is None or limit <= 0:
        return quotas.PAGE_LIMIT_DEFAULT
    return min(int(limit), quotas.PAGE_LIMIT_MAX)


def page_after(request: Mapping[str, Any]) -> str:
    """The sort key that the page begins after; empty for the first page. Raises BadRequest."""
    position = request.get("position")
    if not position:
        return ""
    try:
        return decode_position(position)
    except InvalidPosition:
        raise BadRequest("Invalid position parameter") from None


def page(
    rows: Sequence[_T], request: Mapping[str, Any], key: Callable[[_T], str], render: Callable[[_T], Mapping[str, Any]]
) -> dict[str, Any]:
    """One page of rows, which are sorted by unique keys: ``items``, and ``position`` if more follow."""
    after = page_after(request)
    start = bisect_right(rows, after, key=key) if after else 0
    chosen = rows[start : start + page_limit(request)]
    response: dict[str, Any] = {"items": [render(row) for row in chosen]}
    if start + len(chosen) < len(rows):
        response["position"] = encode_position(key(chosen[-1]))
    return response


async def page_of_records(
    records: Records,
    collection: Collection,
    parent: str | None,
    request: Mapping[str, Any],
    render: Callable[[Record], Mapping[str, Any]],
) -> dict[str, Any]:
    """One page of stored records, ordered by id."""
    limit = page_limit(request)
    found = await records.list(collection, parent, after=page_after(request), limit=limit + 1)
    response: dict[str, Any] = {"items": [render(record) for record in found[:limit]]}
    if len(found) > limit:
        response["position"] = encode_position(found[limit - 1].key.id)
    return response
