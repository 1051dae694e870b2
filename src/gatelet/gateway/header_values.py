"""Header values that mappings and templates give: checked before they can reach a wire.

A name or value that could break out of its line is left out (RFC 9110 sections 5.1 and 5.5).
"""

from __future__ import annotations

from collections.abc import Mapping

from gatelet.gateway.context import text_of
from gatelet.gateway.header_rules import is_name, is_value

Pairs = list[tuple[str, str]]


def sendable(name: str, value: str) -> bool:
    """Whether this can be a header line."""
    return is_name(name.encode("ascii", "replace")) and is_value(value.encode("latin-1", "replace"))


def override(pairs: Pairs, overrides: Mapping[str, object], *, fold: bool) -> Pairs:
    """The pairs with overrides in place of those of the same name; ``fold``: names are compared without case.

    A list gives several values, null takes the name away (apigateway-mapping-templates section 3).
    """
    if not overrides:
        return pairs
    names = {name.lower() if fold else name for name in overrides}
    kept = [(name, value) for name, value in pairs if (name.lower() if fold else name) not in names]
    for name, value in overrides.items():
        kept += ((name, text) for text in texts_of(value))
    return kept


def texts_of(value: object) -> list[str]:
    """The values that an override stands for."""
    values = value if isinstance(value, list) else [value]
    return [text for text in map(text_of, values) if text is not None]
