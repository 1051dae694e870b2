"""A filter pattern becomes a predicate over messages.

Reference: platform-neighbours section 1 (FilterLogEvents) and the CloudWatch Logs user guide, "Filter
pattern syntax". Four forms: terms, ``{ selectors over JSON }``, ``[space-delimited fields]``, and
regular expressions between ``%``, alone or inside the others.
"""

from __future__ import annotations

from collections.abc import Callable

from gatelet.logs.filter.fields import compile_fields
from gatelet.logs.filter.selectors import compile_selectors
from gatelet.logs.filter.terms import compile_terms

Predicate = Callable[[str], bool]


def compile_filter(pattern: str) -> Predicate:
    """Whether a message matches the pattern; an empty pattern matches all. Raises InvalidParameter."""
    text = pattern.strip()
    if not text:
        return _everything
    if text.startswith("{"):
        return compile_selectors(text)
    if text.startswith("["):
        return compile_fields(text)
    return compile_terms(text)


def _everything(_message: str) -> bool:
    return True
