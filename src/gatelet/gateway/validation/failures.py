"""In which order a body's failures are told, and which are not.

API Gateway's messages are those of the Java library json-schema-validator 2.x, and so is its way to look: all
keywords of a value, by name, then its members, by name; once something failed it looks at no members of a value.
What fails inside ``allOf`` counts as a failure of that ``allOf``. Reference: apigateway-data-plane section 5.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from gatelet.gateway.validation.wording import Failure, sentences

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError

    from gatelet.gateway.validation.schemas import Schemas

_READ = 1_000
"""Failures that are looked at; a body can have as many as it has values."""
_TOLD = 100
_CHARACTERS = 32_768
"""Of all sentences together: a value may be as long as a body, a list of possible values as long as a model."""

_DESCENDS: Final = {"properties": 2, "patternProperties": 2, "additionalProperties": 1, "additionalItems": 1}
"""Keywords that lead to a member: how many steps of a schema's path they take."""


def report(errors: Iterable[ValidationError], schemas: Schemas) -> str:
    """The failures as AWS prints them: a Java list of at most a hundred sentences."""
    root = _Place()
    for error in islice(errors, _READ):
        failure, where = _failure(error, schemas)
        place = root
        for step in where:
            place = place.members[step]
        place.failures[failure.keyword].append(failure)
    told, length = [], 0
    for sentence in islice(_told(root), _TOLD):
        told.append(sentence)
        length += len(sentence)
        if length > _CHARACTERS:
            break
    return f"[{', '.join(told)[:_CHARACTERS]}]"


@dataclass(slots=True)
class _Place:
    """A value of the body that failed, or has members that did."""

    failures: dict[str, list[Failure]] = field(default_factory=lambda: defaultdict(list))
    members: dict[Any, _Place] = field(default_factory=lambda: defaultdict(_Place))
    """By name or index; a value has only one kind of them."""


def _told(root: _Place) -> Iterator[str]:
    """The sentences of each value; its members are looked at as long as nothing has failed."""
    told = False
    waiting = [root]  # no recursion: a body may be as deep as its parser lets it
    while waiting:
        place = waiting.pop()
        for keyword in sorted(place.failures):
            for sentence in sentences(keyword, place.failures[keyword]):
                told = True
                yield sentence
        if not told:
            waiting.extend(place.members[step] for step in sorted(place.members, reverse=True))


def _failure(error: ValidationError, schemas: Schemas) -> tuple[Failure, list[str | int]]:
    """A failure and where in the body it is."""
    path, where = error.evaluation_path, error.instance_path
    all_of = _all_of(path)
    if all_of is not None:
        index, depth = all_of
        return Failure("allOf", None, {"branch": path[index + 1]}, schemas.at(path[: index + 1])), where[:depth]
    keyword = error.kind.name
    if path and path[-1] == "dependencies":
        keyword = "dependencies"
    return Failure(keyword, error.instance, error.kind.as_dict(), schemas.at(path)), where


def _all_of(path: list[str | int]) -> tuple[int, int] | None:
    """Where the outermost ``allOf`` of an evaluation path is, and how deep in the body; None without one."""
    index = depth = 0
    while index < len(path):
        step = path[index]
        if step == "allOf":
            return index, depth
        taken = _DESCENDS.get(str(step), 0)
        if step == "items":
            taken = 2 if index + 1 < len(path) and isinstance(path[index + 1], int) else 1
        depth += bool(taken)
        # ``dependencies`` with a schema name a property, at the same value
        index += taken or (2 if step == "dependencies" else 1)
    return None
