"""The parameters of a request as templates and mappings see them.

Reference: apigateway-mapping-templates section 2, apigateway-data-plane sections 6, 8.2 and 11.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from gatelet.gateway.events.proxy import SPELLING_AND_ADDED, parse_query, read_headers
from gatelet.gateway.router import Route
from gatelet.http.request import Request


@dataclass(frozen=True, slots=True)
class RequestParameters:
    """All values of every parameter, in order. Header names keep the client's case, as in the event."""

    path: Mapping[str, str]
    """Percent-decoded (?): the proxy event has them raw."""
    query: Mapping[str, list[str]]
    headers: Mapping[str, list[str]]

    @classmethod
    def of(cls, request: Request, route: Route, added: Mapping[str, str]) -> RequestParameters:
        """Read a request's parameters; ``added`` are the headers that the gateway sets itself."""
        path = {name: unquote(value) for name, value in (route.path_parameters or {}).items()}
        _, query = parse_query(request.query) if request.query else (None, None)
        _, headers = read_headers(request.headers, SPELLING_AND_ADDED)
        headers.update((name, [value]) for name, value in added.items())
        return cls(path, query or {}, headers)
