"""A request as it came off the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


def first_values(headers: Sequence[tuple[str, str]]) -> Mapping[str, str]:
    """The first value of every header by its name in lower case."""
    values = {name.lower(): value for name, value in headers}
    if len(values) != len(headers):
        values = {name.lower(): value for name, value in reversed(headers)}
    return values


@dataclass(slots=True)
class Request:
    """One complete HTTP request. Nothing is decoded, lower-cased or reordered.

    ``path`` and ``query`` are the raw halves of the target (``%2F`` stays ``%2F``; no ``?``). Text is
    Latin-1, byte for byte. ``peer`` is the socket's peer address, never taken from a header.
    """

    method: str
    path: str
    query: str
    headers: list[tuple[str, str]]
    values: Mapping[str, str]
    """``first_values`` of the headers."""
    body: bytes
    peer: str
    scheme: str = "http"
    port: int = 80
    """The local port that the request came in on (``X-Forwarded-Port``)."""

    @classmethod
    def of(
        cls,
        method: str,
        path: str,
        query: str,
        headers: list[tuple[str, str]],
        body: bytes,
        peer: str,
        scheme: str = "http",
        port: int = 80,
    ) -> Request:
        """A request that did not come off a wire."""
        return cls(method, path, query, headers, first_values(headers), body, peer, scheme, port)

    def header(self, name: str) -> str | None:
        """The first value of a header, whatever the case of its name (``name`` in lower case)."""
        return self.values.get(name)
