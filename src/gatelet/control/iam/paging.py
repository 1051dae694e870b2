"""Pages of a list: ``Marker``, ``MaxItems``, ``IsTruncated``. Reference: identity section 3."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from gatelet.aws import quotas
from gatelet.aws.errors import AwsError
from gatelet.wire.paging import InvalidPosition, decode_position, encode_position


def page(
    items: Iterable[Any], request: Mapping[str, Any], member: str, key: Callable[[Any], str] = str
) -> dict[str, Any]:
    """One page of the items under their member's name, ordered by their (unique) keys.

    Raises AwsError for a marker that is not ours.
    """
    after = _after(request.get("Marker"))
    rows = sorted((item for item in items if after is None or key(item) > after), key=key)
    size = request.get("MaxItems") or quotas.IAM_PAGE_ITEMS
    answer: dict[str, Any] = {member: rows[:size], "IsTruncated": size < len(rows)}
    if size < len(rows):
        answer["Marker"] = encode_position(key(rows[size - 1]))
    return answer


def page_below_path(
    items: Iterable[Mapping[str, Any]], request: Mapping[str, Any], member: str, key: Callable[[Any], str]
) -> dict[str, Any]:
    """As ``page``, of the items whose ``Path`` begins with PathPrefix."""
    prefix = request.get("PathPrefix") or "/"
    return page((item for item in items if item["Path"].startswith(prefix)), request, member, key)


def _after(marker: str | None) -> str | None:
    """The key that the page begins after."""
    try:
        return None if marker is None else decode_position(marker)
    except InvalidPosition:
        raise AwsError("ValidationException", "Invalid Marker.", status=400) from None
