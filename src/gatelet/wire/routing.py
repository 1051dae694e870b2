"""Which operation a REST request means: a trie of path segments per method, built once from the model.

Literals come before labels and labels before greedy labels; where several operations share a path, fixed
query strings (``?mode=import``) and required query and header members tell them apart.
Reference: apigateway-control-plane section 1 ("Fixed query"), lambda-control-plane section 2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from gatelet.wire.models import Operation


@dataclass(frozen=True, slots=True)
class RestMatch:
    """An operation and the decoded values of its path labels, by wire name."""

    operation: Operation
    labels: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Leaf:
    operation: Operation
    labels: tuple[str, ...]
    greedy: bool
    fixed: tuple[tuple[str, str | None], ...]
    needed_query: frozenset[str]
    needed_headers: frozenset[str]

    def score(self, query: Mapping[str, Sequence[str]], headers: Mapping[str, str]) -> tuple[bool, int, bool] | None:
        """How well the request fits: None if a fixed query string is missing."""
        for name, value in self.fixed:
            if name not in query or (value is not None and value not in query[name]):
                return None
        met = sum(name in query for name in self.needed_query) + sum(name in headers for name in self.needed_headers)
        complete = met == len(self.needed_query) + len(self.needed_headers)
        return complete, len(self.fixed) + met, not self.operation.deprecated


@dataclass(slots=True)
class _Node:
    literals: dict[str, _Node] = field(default_factory=dict)
    label: _Node | None = None
    greedy: _Node | None = None
    leaves: list[_Leaf] = field(default_factory=list)


class RestRouter:
    """The compiled routes of one service."""

    __slots__ = ("_roots",)

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._roots: dict[str, _Node] = {}
        for operation in operations:
            self._add(operation)

    def match(
        self, method: str, path: str, query: Mapping[str, Sequence[str]], headers: Mapping[str, str]
    ) -> RestMatch | None:
        """The operation that the request means; None if there is none.

        ``path`` is raw (percent-encoded, Latin-1), ``query`` decoded, ``headers`` have lower-case names.
        A slash at the end is accepted; an empty segment elsewhere matches no label. Raises UnicodeError if
        a label is not UTF-8.
        """
        root = self._roots.get(method)
        if root is None:
            return None
        raw = path.removeprefix("/").removesuffix("/")
        segments = [_decode(segment) for segment in raw.split("/")] if raw else []
        values: list[str] = []
        leaf = _descend(root, segments, values, query, headers)
        if leaf is None:
            return None
        if leaf.greedy and path.endswith("/"):
            values[-1] += "/"
        return RestMatch(leaf.operation, dict(zip(leaf.labels, values, strict=True)))

    def _add(self, operation: Operation) -> None:
        path, _, fixed = operation.uri.partition("?")
        node = self._roots.setdefault(operation.method, _Node())
        labels = []
        for segment in path.strip("/").split("/") if path.strip("/") else ():
            if segment.startswith("{") and segment.endswith("+}"):
                labels.append(segment[1:-2])
                node.greedy = node = node.greedy or _Node()
            elif segment.startswith("{"):
                labels.append(segment[1:-1])
                node.label = node = node.label or _Node()
            else:
                node = node.literals.setdefault(segment, _Node())
        node.leaves.append(_Leaf(operation, tuple(labels), path.endswith("+}"), _fixed(fixed), *_needed(operation)))


def _decode(segment: str) -> str:
    return unquote_to_bytes(segment.encode("latin-1")).decode()


def _fixed(query: str) -> tuple[tuple[str, str | None], ...]:
    pairs = (part.partition("=") for part in query.split("&") if part)
    return tuple((name, value if equals else None) for name, equals, value in pairs)


def _needed(operation: Operation) -> tuple[frozenset[str], frozenset[str]]:
    query, headers = set(), set()
    shape = operation.input
    for name in shape.required if shape is not None else ():
        member = shape.members[name] if shape is not None else None
        if member is not None and member.location == "querystring":
            query.add(member.wire_name or name)
        elif member is not None and member.location == "header":
            headers.add((member.wire_name or name).lower())
    return frozenset(query), frozenset(headers)


def _descend(
    node: _Node,
    segments: Sequence[str],
    values: list[str],
    query: Mapping[str, Sequence[str]],
    headers: Mapping[str, str],
) -> _Leaf | None:
    """The best leaf below the node; ``values`` then holds the labels on the way to it."""
    if not segments:
        return _best(node.leaves, query, headers)
    head, rest = segments[0], segments[1:]
    literal = node.literals.get(head)
    if literal is not None and (leaf := _descend(literal, rest, values, query, headers)) is not None:
        return leaf
    if node.label is not None and head:
        values.append(head)
        if (leaf := _descend(node.label, rest, values, query, headers)) is not None:
            return leaf
        values.pop()
    if node.greedy is not None and head:
        # A greedy label is the last segment of every AWS path that has one.
        values.append("/".join(segments))
        if (leaf := _best(node.greedy.leaves, query, headers)) is not None:
            return leaf
        values.pop()
    return None


def _best(leaves: Sequence[_Leaf], query: Mapping[str, Sequence[str]], headers: Mapping[str, str]) -> _Leaf | None:
    scored = [(score, leaf) for leaf in leaves if (score := leaf.score(query, headers)) is not None]
    return max(scored, key=lambda pair: pair[0])[1] if scored else None
