"""Parameter mapping: ``integration.request.header.X`` from ``method.request.querystring.x`` and the like.

Expressions are compiled once and evaluated on the values of one request. A value that is undefined or empty is
left out. Names and values are taken as they are: whoever writes a header must refuse line ends in it.
Reference: apigateway-data-plane section 11.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

from gatelet.gateway.jsonpath import Allowance, PathNotFound, PathSyntaxError, compile_path
from gatelet.gateway.mapping import json_text
from gatelet.gateway.mapping.errors import InvalidExpression, InvalidJsonBody

Mapped: TypeAlias = str | tuple[str, ...]
"""What a target is set to; more than one value from ``multivaluequerystring`` only."""

_NOT_PARSED: Final = object()


class Side(Enum):
    """What a mapping reads from, by its beginning."""

    REQUEST = "method.request"
    RESPONSE = "integration.response"


class Place(Enum):
    """Where a target lies."""

    HEADER = "header"
    QUERY_STRING = "querystring"
    PATH = "path"


class Body:
    """A body's text, parsed when a mapping or a template first asks for it."""

    __slots__ = ("_document", "_fault", "text")

    def __init__(self, text: str) -> None:
        self.text = text or "{}"  # recorded: an empty body renders {}
        self._document: object = _NOT_PARSED
        self._fault: ValueError | None = None

    @property
    def is_json(self) -> bool:
        """Whether it begins as JSON that mapping parses: an object, an array or a string."""
        return self.text.lstrip()[:1] in {"{", "[", '"', "'"}

    def document(self) -> object:
        """The parsed body. Raises InvalidJsonBody."""
        document = self._document
        if document is not _NOT_PARSED:
            return document
        if self._fault is None:
            try:
                self._document = document = json_text.parse(self.text)
                return document
            except ValueError as error:
                self._fault = error
        raise InvalidJsonBody("Invalid JSON in request body") from self._fault


@dataclass(slots=True)
class Values:
    """What one request offers; made for each, and never changed.

    ``context`` finds a variable by its full name (``context.requestId``), or None.
    """

    headers: Mapping[str, Sequence[str]]
    body: Body
    context: Callable[[str], object]
    stage_variables: Mapping[str, str]
    path: Mapping[str, str]
    query: Mapping[str, Sequence[str]]
    allowance: Allowance | None = None
    """What the JSONPaths may cost together; None: each its quota."""


Read: TypeAlias = Callable[[Values], Mapped | None]


@dataclass(frozen=True, slots=True)
class Target:
    """``integration.request.{header|querystring|path}.name`` or ``method.response.header.name``."""

    place: Place
    name: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One mapping. ``source`` is the expression as it was written."""

    target: Target
    source: str
    read: Read


_TARGETS: Final = {
    Side.REQUEST: re.compile(r"integration\.request\.(header|querystring|path)\.(\S+)"),
    Side.RESPONSE: re.compile(r"method\.response\.(header)\.(\S+)"),
}
_NAMED: Final = {
    Side.REQUEST: re.compile(
        r"method\.request\.(path|querystring|multivaluequerystring|header|multivalueheader)\.(\S+)"
    ),
    Side.RESPONSE: re.compile(r"integration\.response\.(header|multivalueheader)\.(\S+)"),
}


def compile_rules(parameters: Mapping[str, str], side: Side) -> tuple[Rule, ...]:
    """The ``requestParameters`` or ``responseParameters`` of an integration. Raises InvalidExpression."""
    return tuple(
        Rule(parse_target(target, side), source, compile_source(source, side)) for target, source in parameters.items()
    )


def apply(rules: Sequence[Rule], values: Values) -> list[tuple[Target, Mapped]]:
    """What each target is set to, in the order of the rules; undefined and empty values are left out.

    Raises InvalidJsonBody (400 for a request, 500 for a response) and gatelet.gateway.jsonpath.PathError.
    """
    found = []
    for rule in rules:
        value = rule.read(values)
        if value:
            found.append((rule.target, value))
    return found


def parse_target(text: str, side: Side) -> Target:
    """The left side of a mapping. Raises InvalidExpression."""
    found = _TARGETS[side].fullmatch(text)
    if found is None:
        raise InvalidExpression(text)
    return Target(Place(found[1]), found[2])


def compile_source(text: str, side: Side) -> Read:
    """The right side of a mapping: gives the value, None if there is none. Raises InvalidExpression."""
    if len(text) >= 2 and text[0] == text[-1] == "'":
        literal = text[1:-1]
        return lambda _values: literal
    kind, _, name = text.partition(".")
    if kind == "context" and name:
        return lambda values: _text_only(values.context(text))
    if kind == "stageVariables" and name:
        return lambda values: values.stage_variables.get(name)
    body = f"{side.value}.body"
    if text.startswith(body) and text[len(body) :][:1] in {"", ".", "["}:
        return _of_body(text, text[len(body) :])
    found = _NAMED[side].fullmatch(text)
    if found is None:
        raise InvalidExpression(text)
    return _READERS[found[1]](found[2])


def _text_only(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _of_body(text: str, steps: str) -> Read:
    try:
        path = compile_path("$" + steps)
    except PathSyntaxError as error:
        raise InvalidExpression(text, str(error)) from error

    def read(values: Values) -> Mapped | None:
        body = values.body
        if not body.is_json:
            return None if steps else body.text
        try:
            value = path.read(body.document(), values.allowance)
        except PathNotFound:
            return None
        return value if type(value) is str else _text_of(value)

    return read


def _text_of(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    try:
        return json_text.dump(value)
    except ValueError as error:
        raise InvalidJsonBody("The body nests too deeply") from error


def _path(name: str) -> Read:
    return lambda values: values.path.get(name)


def _last_of_query(name: str) -> Read:
    return lambda values: _last(values.query.get(name))


def _all_of_query(name: str) -> Read:
    return lambda values: tuple(values.query.get(name, ()))


def _last_of_header(name: str) -> Read:
    return lambda values: _last(values.headers.get(name))


def _all_of_header(name: str) -> Read:
    return lambda values: ",".join(values.headers.get(name, ()))


def _last(found: Sequence[str] | None) -> str | None:
    return found[-1] if found else None


_READERS: Final[Mapping[str, Callable[[str], Read]]] = {
    "path": _path,
    "querystring": _last_of_query,
    "multivaluequerystring": _all_of_query,
    "header": _last_of_header,
    "multivalueheader": _all_of_header,
}
