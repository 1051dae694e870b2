"""What can go wrong with a template.

    Exception
    └── TemplateError               anything a template does wrong, with its line and column
        ├── TemplateSyntaxError     it does not parse, or uses a directive that is not available
        ├── LimitExceeded           it asks for more than its limits: output, loops, depth, work
        └── EvaluationFailed        a method or an index that fails, as an exception does in Velocity

A fault whose place is not known where it is raised gets it from the nearest reference or directive.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a template: both numbers count from 1, as Velocity's do."""

    line: int
    column: int


class TemplateError(Exception):
    """A fault of a template. ``line`` and ``column`` are 0 while the place is not known."""

    def __init__(self, message: str, place: Place | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.place = place

    @property
    def line(self) -> int:
        """The line, from 1."""
        return self.place.line if self.place else 0

    @property
    def column(self) -> int:
        """The column, from 1."""
        return self.place.column if self.place else 0

    def at(self, place: Place | None) -> TemplateError:
        """The same error, at the place given, if there is one, unless it has one of its own."""
        self.place = self.place or place
        return self

    def __str__(self) -> str:
        return f"{self.message} [line {self.line}, column {self.column}]" if self.place else self.message


class TemplateSyntaxError(TemplateError):
    """The template does not parse."""


class LimitExceeded(TemplateError):
    """The template went past one of its limits."""


class EvaluationFailed(TemplateError):
    """What Velocity reports as a MethodInvocationException: a call that raised."""
