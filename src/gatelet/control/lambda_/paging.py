"""Pages of a list: ``Marker``, ``MaxItems``, ``NextMarker``. Reference: lambda-control-plane section 13."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gatelet.aws import quotas
from gatelet.control.lambda_.errors import InvalidParameterValue
from gatelet.wire.paging import InvalidPosition, decode_position, encode_position


def page_size(request: Mapping[str, Any]) -> int:
    """Items of this page: what the client asks for, at most 50."""
    return min(request.get("MaxItems") or quotas.LAMBDA_PAGE_ITEMS, quotas.LAMBDA_PAGE_ITEMS)


def after(request: Mapping[str, Any]) -> str:
    """The name that the page begins after; empty for the first page. Raises InvalidParameterValue."""
    marker = request.get("Marker")
    if not marker:
        return ""
    try:
        return decode_position(marker)
    except InvalidPosition:
        raise InvalidParameterValue("Invalid Marker.") from None


def next_marker(names: Sequence[str], size: int) -> str | None:
    """The marker after ``size`` of these names (ordered, one more than the page if there is more)."""
    return encode_position(names[size - 1]) if len(names) > size else None
