"""Which of a function's own lines its ApplicationLogLevel lets through, in the JSON format. Pure.

A line that names no level counts as INFO (Lambda Developer Guide, "Log-level filtering").
"""

from __future__ import annotations

import re

_LEVELS = {
    "TRACE": 0, "DEBUG": 1, "INFO": 2, "WARN": 3, "WARNING": 3, "ERROR": 4, "FATAL": 5, "CRITICAL": 5,
}  # fmt: skip
_NAMED = re.compile(r'"(?:log_)?level"\s{0,8}:\s{0,8}"([A-Za-z]{4,8})"')
_LOOKED_AT = 65_536
"""Characters of a line in which the level is looked for."""


def passes(line: str, level: str) -> bool:
    """Whether a line is kept at this level."""
    named = _NAMED.search(line, 0, _LOOKED_AT) if line.startswith("{") else None
    own = _LEVELS.get(named[1].upper(), _LEVELS["INFO"]) if named is not None else _LEVELS["INFO"]
    return own >= _LEVELS[level]
