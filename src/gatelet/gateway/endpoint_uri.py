"""The URI of an HTTP or AWS service endpoint, with ``{parameters}`` that each request fills in. Pure.

What a client sends stays in the place that the API's owner gave it: a value can add path segments below its place,
never a query, another host or a way up. Reference: apigateway-data-plane section 9.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from gatelet.http.client.errors import InvalidTarget
from gatelet.http.client.target import Origin, split_url

_PARTS: Final = re.compile(r"(https?://[^/?#]*)([^?#]*)(?:\?([^#]*))?", re.IGNORECASE)
_PLACEHOLDER: Final = re.compile(r"\{([^{}]+?)\+?\}")
_HOST_VALUE: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_PATH_SAFE: Final = "/:@!$&'()*+,;=~"
_QUERY_SAFE: Final = "~"
_RAW_QUERY_SAFE: Final = "%/?:@!$'()*+,;=~&"
_DOTS: Final = frozenset((".", ".."))


@dataclass(frozen=True, slots=True)
class EndpointUri:
    """A URI whose stage variables are filled in."""

    authority: str
    """With the scheme: ``https://{host}:8443``."""
    path: str
    query: str
    origin: Origin | None
    """None while the authority has a placeholder."""

    verified: bool = True
    """Whether an https endpoint's certificate is verified."""

    @classmethod
    def parse(cls, uri: str, *, verified: bool = True) -> EndpointUri:
        """The URI that a text spells. Raises InvalidTarget."""
        parts = _PARTS.fullmatch(uri)
        if parts is None:
            raise InvalidTarget("not a URL of an HTTP endpoint")
        authority, path, query = parts[1], parts[2] or "/", parts[3] or ""
        # The rest of the URI must be one that can be sent, whatever values come.
        origin, _ = split_url(f"{_PLACEHOLDER.sub('8080', authority)}{path}{'?' if query else ''}{query}")
        fixed = None if _PLACEHOLDER.search(authority) else origin._replace(verified=verified)
        return cls(authority, path, query, fixed, verified)

    def fill(self, values: Mapping[str, str]) -> tuple[Origin, str, str]:
        """Origin, path and query of one request; what has no value is empty. Raises InvalidTarget."""
        origin = self.origin
        if origin is None:
            origin, _ = split_url(_PLACEHOLDER.sub(lambda found: _host(values.get(found[1], "")), self.authority))
            origin = origin._replace(verified=self.verified)
        return origin, fill_path(self.path, values), fill_query(self.query, values)


def fill_path(template: str, values: Mapping[str, str]) -> str:
    """A path with its placeholders filled in, percent-encoded. Raises InvalidTarget for a way up."""
    if "{" not in template:
        return template
    path = _fill(template, values, _PATH_SAFE)
    if _dots(path) > _dots(template):
        raise InvalidTarget("a path parameter has a . or .. segment")
    return path


def fill_query(template: str, values: Mapping[str, str]) -> str:
    """A query string with its placeholders filled in, percent-encoded."""
    return _fill(template, values, _QUERY_SAFE)


def encode_query(pairs: Iterable[tuple[str, str]]) -> str:
    """Names and values as a query string; those without a value are left out (data-plane 9.2)."""
    return "&".join(
        f"{quote(name, safe=_QUERY_SAFE)}={quote(value, safe=_QUERY_SAFE)}" for name, value in pairs if value
    )


def join_query(*queries: str) -> str:
    """Query strings one after the other."""
    return "&".join(filter(None, queries))


def clean_query(query: str) -> str:
    """A client's query string as it came, with what cannot stand in a URL percent-encoded (it is Latin-1 text)."""
    return quote(query.encode("latin-1", "replace"), safe=_RAW_QUERY_SAFE)


def _fill(template: str, values: Mapping[str, str], safe: str) -> str:
    return _PLACEHOLDER.sub(lambda found: quote(values.get(found[1], ""), safe=safe, errors="replace"), template)


def _host(value: str) -> str:
    if not _HOST_VALUE.fullmatch(value):
        raise InvalidTarget("a parameter in the host is no part of a host name")
    return value


def _dots(path: str) -> int:
    return sum(segment in _DOTS for segment in path.split("/"))
