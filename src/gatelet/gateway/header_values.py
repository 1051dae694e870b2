"""Header values that mappings and templates give: checked before they can reach a wire.

A name or value that could break out of its line is left out (RFC 9110 sections 5.1 and 5.5).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from gatelet.gateway.header_rules import is_name, is_value
from gatelet.gateway.vtl import LimitExceeded, Limits
from gatelet.gateway.vtl.limits import Budget
from gatelet.gateway.vtl.values import text_of

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
    """The values that an override stands for, as templates print them; what cannot be printed is left out."""
    values = value if isinstance(value, list) else [value]
    texts = []
    budget = Budget(Limits())
    for item in values:
        if item is not None:
            with suppress(LimitExceeded):
                texts.append(clean(text_of(item, budget)))
    return texts


def clean(text: str) -> str:
    """The text without halves of characters, which no wire can carry."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
