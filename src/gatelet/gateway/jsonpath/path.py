"""Compiled paths. See the package for how they are used."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from gatelet.gateway.jsonpath.errors import PathNotFound
from gatelet.gateway.jsonpath.path_reader import read_steps
from gatelet.gateway.jsonpath.run import Allowance, Run
from gatelet.gateway.jsonpath.steps import compile_steps
from gatelet.gateway.jsonpath.tree import Indices, Names, Step


class Reading(Protocol):
    """Reads a path."""

    def __call__(self, document: object, allowance: Allowance | None = None, /) -> object:
        """The value in a parsed JSON document (dict, list, str, int, float, Decimal, bool, None).

        A definite path gives the value itself, any other a new list. Values are the document's own, not
        copies. ``allowance``: what several readings may cost together. Raises PathNotFound, FunctionFailed
        and LimitExceeded.
        """


@dataclass(frozen=True, slots=True)
class Path:
    """A compiled path. ``definite``: it leads to one place, and its value is what lies there, not a list."""

    text: str
    definite: bool
    read: Reading = field(repr=False, compare=False)


def compile_path(text: str) -> Path:
    """The text as a path, compiled once to be read often. Raises PathSyntaxError."""
    path = read_steps(text)
    keys = _plain(path.steps)
    if keys is not None:
        return Path(text, definite=True, read=_walk(keys))
    query = compile_steps(path)

    def read(document: object, allowance: Allowance | None = None, /) -> object:
        return query.read(document, Run(document, allowance or Allowance()))

    return Path(text, query.definite, read)


def _plain(steps: tuple[Step, ...]) -> tuple[str | int, ...] | None:
    """The names and indices of a path that has nothing else."""
    keys: list[str | int] = []
    for step in steps:
        match step:
            case Names((name,)):
                keys.append(name)
            case Indices((index,)):
                keys.append(index)
            case _:
                return None
    return tuple(keys)


def _walk(keys: tuple[str | int, ...]) -> Reading:
    """The common path, without the cost of the others."""

    def read(document: object, allowance: Allowance | None = None, /) -> object:
        del allowance
        value = document
        for key in keys:
            if isinstance(key, str):
                if not isinstance(value, dict) or key not in value:
                    raise PathNotFound(f"there is no '{key}'")
                value = value[key]
            else:
                if not isinstance(value, list) or not -len(value) <= key < len(value):
                    raise PathNotFound(f"there is no [{key}]")
                value = value[key]
        return value

    return read
