"""The bounds of the HTTP client: every byte, second and connection that an endpoint can take."""

from __future__ import annotations

from dataclasses import dataclass

from gatelet.aws import quotas


@dataclass(frozen=True, slots=True)
class ClientLimits:
    """Sizes are bytes, times are seconds. Reference: apigateway-data-plane section 13."""

    head_bytes: int = 65_536
    """Status line and header lines of an answer. Also bounds chunk extensions and trailers."""
    body_bytes: int = quotas.GATEWAY_BODY_BYTES
    """Of an answer that is read whole."""
    bodies_in_flight: int = 256 * quotas.MIB
    """Bytes of answers in the making, over all connections."""
    read_ahead_bytes: int = 65_536
    """Of a streamed answer, kept beyond what its reader has taken."""
    interim_answers: int = 16
    """1xx answers before the final one."""
    connections: int = 1_024
    connections_per_host: int = 256
    waiting: int = 1_024
    """Requests that wait for a connection, over all hosts."""
    connect_timeout: float = 10.0
    """Name resolution, TCP and TLS together."""
    idle_timeout: float = 30.0
    """How long a connection that nobody uses stays open."""
    trusted_idle: float = 1.0
    """How long a connection may have been idle to carry what must not be sent twice: many servers close after 2 s."""
    stream_idle_timeout: float = quotas.STREAM_IDLE_SECONDS
    """Between two parts of a streamed answer."""
