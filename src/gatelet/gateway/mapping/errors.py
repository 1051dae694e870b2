"""Why a mapping fails.

MappingError
├── InvalidExpression         the text is not a mapping expression; known when it is compiled
├── InvalidJsonBody           a mapping asks for the body, and that is not JSON
└── TemplateFunctionFailed    a function of $util cannot be computed
"""

from __future__ import annotations


class MappingError(Exception):
    """Whatever goes wrong between the method and the integration."""


class InvalidExpression(MappingError):
    """The text is not a mapping expression."""

    def __init__(self, text: str, problem: str = "") -> None:
        super().__init__(f"Invalid mapping expression specified: {text}" + (f" ({problem})" if problem else ""))
        self.text = text


class InvalidJsonBody(MappingError):
    """A mapping asks for the body, and that begins like JSON but is none."""


class TemplateFunctionFailed(MappingError):
    """A function of ``$util`` cannot be computed. ``function``: its name in a template."""

    def __init__(self, function: str, problem: str) -> None:
        super().__init__(f"$util.{function}: {problem}")
        self.function = function
