"""Pages of lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from gatelet.aws import quotas
from gatelet.control.cognito_idp.errors import InvalidParameter
from gatelet.wire.paging import InvalidPosition, decode_position, encode_position

_T = TypeVar("_T")


def after_of(token: str | None) -> str:
    """The key after which the page begins. Raises InvalidParameter."""
    if token is None:
        return ""
    try:
        return decode_position(token)
    except InvalidPosition:
        raise InvalidParameter("Invalid pagination token") from None


def page(
    rows: Sequence[_T], key: Callable[[_T], str], token: str | None, limit: int
) -> tuple[Sequence[_T], str | None]:
    """The rows behind the token, and the token of the next page. Rows are ordered by their keys."""
    after = after_of(token)
    found = [row for row in rows if key(row) > after]
    shown = found[:limit]
    return shown, encode_position(key(shown[-1])) if len(found) > limit else None


def limit_of(request: Any, member: str, most: int = quotas.POOL_PAGE) -> int:
    """How many rows a page may have."""
    given = request.get(member)
    return most if given is None else max(1, min(int(given), most))
