"""The models' regular expressions, which are Java's, in Python's ``re``.

``\\p{L}``, ``\\p{N}`` and ``\\p{Z}`` (tag keys and values) are translated, an unescaped ``-`` after a class
too. Java's ``\\w`` and ``\\d`` are ASCII. What still does not compile is not checked; a unit test names it.
"""

from __future__ import annotations

import re
from typing import Final

_SEPARATORS: Final = r" \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_CLASS_DASH: Final = re.compile(r"(\\[wdsWDS])-(?=[^\]])")


def compile_java(pattern: str) -> re.Pattern[str] | None:
    """The compiled pattern, to be used with ``fullmatch``; None if Python has no equivalent."""
    # \w is letters, numbers and "_": every AWS class with \p{L} and \p{N} holds "_" too.
    unicode = "\\p{" in pattern
    text = pattern.replace(r"\p{L}\p{Z}\p{N}", r"\w" + _SEPARATORS) if unicode else pattern
    text = _CLASS_DASH.sub(r"\1\\-", text)
    try:
        return re.compile(text) if unicode else re.compile(text, re.ASCII)
    except re.error:
        return None
