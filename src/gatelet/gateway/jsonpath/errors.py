"""Why a JSONPath gives no value.

JsonPathError
├── PathSyntaxError      the text is not a path; known when it is compiled
└── PathError            the path has no value in this document
    ├── PathNotFound     a definite path leads nowhere, or a step cannot be taken on what it meets
    ├── FunctionFailed   a function has nothing to compute with
    └── LimitExceeded    reading would cost more than the house allows
"""

from __future__ import annotations


class JsonPathError(Exception):
    """Whatever goes wrong with a path."""


class PathSyntaxError(JsonPathError):
    """The text is not a path that we know. ``position`` counts characters from 0."""

    def __init__(self, problem: str, position: int) -> None:
        super().__init__(f"{problem} at position {position}")
        self.problem = problem
        self.position = position


class PathError(JsonPathError):
    """The path has no value in this document."""


class PathNotFound(PathError):
    """A definite path leads nowhere, or a step cannot be taken on what it meets."""


class FunctionFailed(PathError):
    """A function has nothing to compute with."""


class LimitExceeded(PathError):
    """Reading would cost more than the house allows."""
