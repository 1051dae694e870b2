"""A request as it came off the wire."""

from __future__ import annotations

from dataclasses import dataclass


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
    body: bytes
    peer: str
    scheme: str = "http"
    port: int = 80
    """The local port that the request came in on (``X-Forwarded-Port``)."""

    def header(self, name: str) -> str | None:
        """The first value of a header, whatever the case of its name (``name`` in lower case)."""
        for key, value in self.headers:
            if len(key) == len(name) and key.lower() == name:
                return value
        return None
