"""The parameters of a request as templates and mappings see them.

Reference: apigateway-mapping-templates section 2, apigateway-data-plane sections 6, 8.2 and 11.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import final
from urllib.parse import unquote

from gatelet.gateway.events.proxy import SPELLING_AND_ADDED, parse_query, read_headers
from gatelet.gateway.router import Route
from gatelet.http.request import Request


@final
class RequestParameters:
    """All values of every parameter, in order; each kind is read when it is first asked for.

    ``added``: the headers that the gateway sets itself.
    """

    __slots__ = ("_added", "_headers", "_path", "_query", "_request", "_route")

    def __init__(self, request: Request, route: Route, added: Callable[[], Mapping[str, str]]) -> None:
        self._request = request
        self._route = route
        self._added = added
        self._path: Mapping[str, str] | None = None
        self._query: Mapping[str, list[str]] | None = None
        self._headers: Mapping[str, list[str]] | None = None

    @property
    def path(self) -> Mapping[str, str]:
        """Percent-decoded (?): the proxy event has them raw."""
        if self._path is None:
            raw = self._route.path_parameters
            self._path = {name: unquote(value) for name, value in raw.items()} if raw else {}
        return self._path

    @property
    def query(self) -> Mapping[str, list[str]]:
        """The query string's, form-decoded."""
        if self._query is None:
            self._query = (parse_query(self._request.query)[1] if self._request.query else None) or {}
        return self._query

    @property
    def headers(self) -> Mapping[str, list[str]]:
        """Header names keep the client's case, as in the event."""
        if self._headers is None:
            _, headers = read_headers(self._request.headers, SPELLING_AND_ADDED)
            headers.update((name, [value]) for name, value in self._added().items())
            self._headers = headers
        return self._headers

    def value(self, place: str, name: str) -> str | None:
        """The last value of a parameter; ``place`` is ``path``, ``querystring`` or ``header``."""
        if place == "path":
            return self.path.get(name)
        values = (self.query if place == "querystring" else self.headers).get(name)
        return values[-1] if values else None
