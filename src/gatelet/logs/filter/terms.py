"""Terms in unstructured text: ``ERROR "a phrase" -exclude``, ``?any ?of``, ``%regex%``.

Terms are case-sensitive and match anywhere, inside longer words too. ``?`` terms beside other terms
are ignored, as the user guide says.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from gatelet.logs.filter.errors import InvalidPattern, InvalidTerm
from gatelet.logs.filter.regex import Regex

_TERM = re.compile(r'\s*([-?]?)(?:"((?:[^"\\]|\\.)*)"|%([^%]*)%|([^\s"%]+))(?=\s|$)', re.DOTALL)
_BARE = re.compile(r"\w+")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)

_Check = Callable[[str], bool]


def compile_terms(pattern: str) -> _Check:
    """Whether a message holds what the terms ask for. Raises InvalidPattern, InvalidTerm."""
    checks: dict[str, list[_Check]] = {"": [], "-": [], "?": []}
    place = 0
    while place < len(pattern):
        match = _TERM.match(pattern, place)
        if match is None:
            raise InvalidPattern(f"cannot read {pattern[place:].strip()!r}")
        checks[match[1]].append(_check(match))
        place = match.end()
    wanted, unwanted, any_of = checks[""], checks["-"], checks["?"]
    if wanted or unwanted:
        return lambda message: all(check(message) for check in wanted) and not any(c(message) for c in unwanted)
    return lambda message: any(check(message) for check in any_of)


def _check(match: re.Match[str]) -> _Check:
    _, phrase, regex, bare = match.groups()
    if regex is not None:
        return Regex(regex).search
    if bare is not None and not _BARE.fullmatch(bare):
        raise InvalidTerm(bare)
    term = bare if bare is not None else _ESCAPED.sub(r"\1", phrase)
    return lambda message: term in message
