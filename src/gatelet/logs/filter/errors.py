"""Why a filter pattern is refused.

InvalidParameter
└── InvalidPattern    the pattern is not in the language
"""

from __future__ import annotations

from gatelet.logs.errors import InvalidParameter


class InvalidPattern(InvalidParameter):
    """The filter pattern, or a regular expression in it, is not in the language."""

    def __init__(self, why: str) -> None:
        super().__init__(f"Invalid filter pattern: {why}")


class InvalidTerm(InvalidParameter):
    """An unquoted term holds more than letters, digits and underscores."""

    def __init__(self, term: str) -> None:
        super().__init__(f"Invalid character(s) in term '{term}'")
