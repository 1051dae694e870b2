"""Which method serves a path and a verb: a trie of path segments, pure and immutable once built.

The unit of a match is the pair of resource and verb: candidates are walked from the most to the least specific
(literal before ``{param}`` before ``{name+}``, segment by segment from the left), and the first that serves
the verb wins, in whatever branch it stands. Reference: apigateway-data-plane section 3.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from gatelet.gateway.method import Method, Resource

ANY_VERBS = frozenset(("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"))
"""Every verb that a method may have, which is what ANY stands for. HEAD is not served by GET."""


@dataclass(frozen=True, slots=True)
class Route:
    """A method of a resource, and the values of the path's parameters (raw; None: the path has none)."""

    resource: Resource
    method: Method
    path_parameters: Mapping[str, str] | None = None


@dataclass(slots=True)
class _Node:
    literals: dict[str, _Node] = field(default_factory=dict)
    parameter: _Node | None = None
    greedy: _Node | None = None
    resource: Resource | None = None
    names: tuple[str, ...] = ()
    routes: dict[str, Route] = field(default_factory=dict)

    def serve(self, verb: str) -> Route | None:
        """The route of the verb itself, or of ANY."""
        if verb in ANY_VERBS:
            return self.routes.get(verb) or self.routes.get("ANY")
        return None


class Router:
    """The routes of one deployed API."""

    __slots__ = ("_exact", "_root")

    def __init__(self, resources: Iterable[tuple[Resource, Mapping[str, Method]]]) -> None:
        self._root = _Node()
        self._exact: dict[str, _Node] = {}
        for resource, methods in resources:
            node, names = self._node(resource.path)
            node.resource, node.names = resource, names
            node.routes = {verb: Route(resource, method) for verb, method in methods.items()}
            if not names:
                self._exact[resource.path] = node

    def match(self, verb: str, raw_path: str) -> Route | None:
        """The route of a raw path (after the stage), or None: 403 Missing Authentication Token.

        Leading slashes collapse and trailing ones are ignored; values are not decoded.
        """
        node = self._exact.get(raw_path)
        if node is not None:
            route = node.serve(verb)
            if route is not None:
                return route
        path = raw_path.strip("/")
        segments = path.split("/") if path else []
        return _walk(self._root, segments, 0, verb, ())

    def candidates(self, raw_path: str) -> list[tuple[str, tuple[str, ...]]]:
        """The resources that a path leads to, from the most to the least specific, each with its verbs."""
        path = raw_path.strip("/")
        nodes = _matching(self._root, path.split("/") if path else [], 0)
        return [(node.resource.path, tuple(node.routes)) for node in nodes if node.resource is not None]

    def _node(self, path: str) -> tuple[_Node, tuple[str, ...]]:
        node, names = self._root, []
        for segment in path.strip("/").split("/") if path != "/" else ():
            if segment.startswith("{") and segment.endswith("+}"):
                names.append(segment[1:-2])
                node.greedy = node = node.greedy or _Node()
            elif segment.startswith("{") and segment.endswith("}"):
                names.append(segment[1:-1])
                node.parameter = node = node.parameter or _Node()
            else:
                node = node.literals.setdefault(segment, _Node())
        return node, tuple(names)


def _walk(node: _Node, segments: list[str], index: int, verb: str, values: tuple[str, ...]) -> Route | None:
    """The best route below a node; every node is seen at most once, as it stands at one depth only."""
    if index == len(segments):
        return _bind(node, verb, values)
    segment = segments[index]
    child = node.literals.get(segment)
    if child is None and "%" in segment:
        # RFC 3986 section 2.3: clients may encode what a literal is spelled with (``users%3Abatch``).
        child = node.literals.get(unquote(segment))
    if child is not None:
        route = _walk(child, segments, index + 1, verb, values)
        if route is not None:
            return route
    if node.parameter is not None and segment:
        route = _walk(node.parameter, segments, index + 1, verb, (*values, segment))
        if route is not None:
            return route
    if node.greedy is not None:
        return _bind(node.greedy, verb, (*values, "/".join(segments[index:])))
    return None


def _matching(node: _Node, segments: list[str], index: int) -> Iterator[_Node]:
    """The nodes of a path whatever they serve, in the order of ``_walk``."""
    if index == len(segments):
        yield node
        return
    segment = segments[index]
    child = node.literals.get(segment) or node.literals.get(unquote(segment))
    if child is not None:
        yield from _matching(child, segments, index + 1)
    if node.parameter is not None and segment:
        yield from _matching(node.parameter, segments, index + 1)
    if node.greedy is not None:
        yield node.greedy


def _bind(node: _Node, verb: str, values: tuple[str, ...]) -> Route | None:
    route = node.serve(verb)
    if route is None or not values:
        return route
    return Route(route.resource, route.method, dict(zip(node.names, values, strict=True)))
