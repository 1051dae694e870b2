"""The bounds of the HTTP server: every byte, second and connection that a client can take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from gatelet.aws import quotas

BodyLimit: TypeAlias = Callable[[str, str, list[tuple[str, str]]], int]
"""``(method, path, headers) -> bytes``: the body limit of one request, asked once its header is complete."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes are bytes, times are seconds. Reference: apigateway-data-plane section 13."""

    header_bytes: int = quotas.GATEWAY_HEADER_BYTES
    """Request line and header lines with their line ends. Also bounds chunk extensions and trailers."""
    url_characters: int = quotas.GATEWAY_URL_CHARACTERS
    body_bytes: int = quotas.GATEWAY_BODY_BYTES
    """Where no ``BodyLimit`` says otherwise."""
    header_timeout: float = 20.0
    """From the first byte of a request (or from the accept) to the end of its header; also the TLS handshake."""
    body_timeout: float = 30.0
    write_timeout: float = 30.0
    """A body must come, and an answer must be taken, at ``bytes_per_second`` over each of these two."""
    bytes_per_second: int = 1_024
    idle_timeout: float = quotas.GATEWAY_IDLE_SECONDS
    linger_timeout: float = 5.0
    """How long a refused client may go on sending, so that it can read its answer."""
    max_connections: int = 16_384
    read_ahead_bytes: int = 65_536
    """Pipelined bytes kept while a request is served; beyond it the socket is not read."""
    bodies_in_flight: int = 512 * quotas.MIB
    """Request bodies held in memory at once, over all connections."""
