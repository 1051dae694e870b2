"""Text with variables in it, as gateway responses have: plain substitution, no language.

Reference: apigateway-data-plane section 4 ("Customisation").
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

Lookup = Callable[[str], str | None]
"""The value of a variable by its name without ``$`` (``context.error.message``), None where there is none."""

_VARIABLE = re.compile(
    r"\$(?P<live>(?:context|stageVariables)\.[A-Za-z0-9_.-]*[A-Za-z0-9_-])"
    r"|\$?(?P<request>method\.request\.(?:header|querystring|path)\.[A-Za-z0-9._$-]*[A-Za-z0-9_$-])"
)
_MAPPABLE = ("method.request.header.", "method.request.querystring.", "method.request.path.", "context.")
_MAPPABLE_STAGE_VARIABLE = "stageVariables."


class InvalidExpression(ValueError):
    """The text is not a value that a header can be mapped from."""


@dataclass(frozen=True, slots=True)
class Template:
    """Literal texts and variables in turn: ``parts[0]`` is literal, ``parts[1]`` a variable's name, and so on."""

    parts: tuple[str, ...]

    def render(self, lookup: Lookup) -> str:
        """The text with every variable replaced; those without a value leave nothing behind."""
        return "".join(part if index % 2 == 0 else lookup(part) or "" for index, part in enumerate(self.parts))


@dataclass(frozen=True, slots=True)
class Expression:
    """What a header's value is computed from: a constant (``'*'``) or one variable (``context.requestId``)."""

    constant: str | None
    variable: str = ""

    def value(self, lookup: Lookup) -> str | None:
        """The value, or None: the header is left out."""
        return lookup(self.variable) if self.constant is None else self.constant


def parse_template(text: str) -> Template:
    """Find the variables of a template."""
    parts: list[str] = []
    end = 0
    for found in _VARIABLE.finditer(text):
        parts += (text[end : found.start()], found["live"] or found["request"])
        end = found.end()
    return Template((*parts, text[end:]))


def parse_expression(text: str) -> Expression:
    """What a ``responseParameters`` value says. Raises InvalidExpression."""
    if len(text) >= 2 and text[0] == text[-1] == "'":
        return Expression(text[1:-1])
    if text.startswith((*_MAPPABLE, _MAPPABLE_STAGE_VARIABLE)):
        return Expression(None, text)
    raise InvalidExpression(text)
