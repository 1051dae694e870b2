"""``[ip, user, status = 4*, ...]``: conditions over the fields of a space-delimited message.

What stands between double quotes or square brackets is one field. Without an ellipsis the message has
exactly as many fields as the pattern.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial

from gatelet.logs.filter.comparison import compile_comparison
from gatelet.logs.filter.conditions import Condition, Tokens, read_condition, tokenize
from gatelet.logs.filter.errors import InvalidPattern

_FIELD = re.compile(r'"([^"]*)"|\[([^\]]*)\]|(\S+)')
_SIGNS = frozenset({"=", "!=", "<", "<=", ">", ">="})
_ELLIPSIS = "..."


def compile_fields(pattern: str) -> Callable[[str], bool]:
    """Whether a message's fields satisfy the pattern. Raises InvalidPattern."""
    tokens = Tokens(tokenize(pattern))
    tokens.expect("[")
    columns: list[Condition[str] | None] = []  # None is the ellipsis
    while True:
        if tokens.skip(_ELLIPSIS):
            columns.append(None)
        else:
            columns.append(read_condition(tokens, _read_simple))
        if not tokens.skip(","):
            break
    tokens.expect("]")
    if tokens.ahead:
        raise InvalidPattern(f"cannot read {tokens.ahead!r} after ']'")
    if columns.count(None) > 1:
        raise InvalidPattern("there is more than one ellipsis")
    if None not in columns:
        return partial(_matches_all, [column for column in columns if column is not None])
    gap = columns.index(None)
    head = [column for column in columns[:gap] if column is not None]
    tail = [column for column in columns[gap + 1 :] if column is not None]
    return partial(_matches_ends, head, tail)


def _read_simple(tokens: Tokens) -> Condition[str]:
    name = tokens.take()
    if name[0] in '"%$=!<>&|()[]{},':
        raise InvalidPattern(f"{name!r} is not the name of a field")
    if tokens.ahead in _SIGNS:
        sign = tokens.take()
        return compile_comparison(sign, tokens.take())
    return _anything


def _anything(_field: str) -> bool:
    return True


def _matches_all(columns: Sequence[Condition[str]], message: str) -> bool:
    fields = _split(message)
    return len(fields) == len(columns) and _hold(columns, fields)


def _matches_ends(head: Sequence[Condition[str]], tail: Sequence[Condition[str]], message: str) -> bool:
    fields = _split(message)
    return (
        len(fields) >= len(head) + len(tail)
        and _hold(head, fields[: len(head)])
        and _hold(tail, fields[len(fields) - len(tail) :])
    )


def _hold(columns: Sequence[Condition[str]], fields: Sequence[str]) -> bool:
    return all(column(field) for column, field in zip(columns, fields, strict=True))


def _split(message: str) -> list[str]:
    return [next((part for part in match.groups() if part is not None), "") for match in _FIELD.finditer(message)]
