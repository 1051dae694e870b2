"""Required parameters of a method: which are missing. Only presence is checked, never type or form.

Reference: apigateway-data-plane section 5: all missing ones are told in one message, ordered by the key that
declares them (``method.request.header.*`` before ``path.*`` before ``querystring.*``); a blank value is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

Find: TypeAlias = Callable[[str, str], str | None]
"""The value of a parameter by its place and name, or None."""

Required: TypeAlias = tuple[tuple[str, str], ...]
"""(place, name), in the order of the message; place is ``header``, ``path`` or ``querystring``."""

_PREFIX = "method.request."


def required_parameters(declared: Mapping[str, bool]) -> Required:
    """The required ones of a method's ``requestParameters``."""
    found = []
    for expression in sorted(declared):
        place, _, name = expression.removeprefix(_PREFIX).partition(".")
        if declared[expression] and expression.startswith(_PREFIX) and name:
            found.append((place, name))
    return tuple(found)


def missing_parameters(required: Required, find: Find) -> list[str]:
    """The names of those that the request lacks."""
    missing = []
    for place, name in required:
        value = find(place, name)
        if value is None or not value.strip():
            missing.append(name)
    return missing


def missing_message(names: list[str]) -> str:
    """What the client is told."""
    return f"Missing required request parameters: [{', '.join(names)}]"
