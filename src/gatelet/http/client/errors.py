"""Why an exchange with an endpoint failed.

    Exception
    └── ClientError
        ├── InvalidTarget       the URL is none that may be asked: scheme, host, port, or a character in it
        │   └── AddressRefused  the host's addresses are closed to integrations (guard.py)
        ├── InvalidOutgoing     a method or header that cannot stand in a request: nothing was sent
        ├── NetworkFailure      no answer came
        │   ├── ConnectFailed   no such name, nobody listens, or TLS failed: nothing was sent
        │   ├── ConnectionLost  the connection ended before the answer did
        │   └── TooBusy         no room for another connection
        ├── ClientTimeout       the time was up
        └── BadAnswer           not HTTP/1.x as the RFCs draw it
            └── AnswerTooLarge  its header or its body is over the bound

Texts are for logs; they name hosts, never headers or bodies.
"""

from __future__ import annotations


class ClientError(Exception):
    """The exchange gave no answer."""


class InvalidTarget(ClientError):
    """A URL that no request goes to."""


class AddressRefused(InvalidTarget):
    """Every address of the host is closed to integrations."""


class InvalidOutgoing(ClientError):
    """A request that must not reach the wire."""


class NetworkFailure(ClientError):
    """No answer came."""


class ConnectFailed(NetworkFailure):
    """No connection could be made; nothing was sent."""


class ConnectionLost(NetworkFailure):
    """The connection ended before the answer did. ``unanswered``: not one byte of an answer had come."""

    def __init__(self, text: str, *, unanswered: bool = False) -> None:
        super().__init__(text)
        self.unanswered = unanswered


class TooBusy(NetworkFailure):
    """All connections that may be open are in use, and too many requests wait already."""


class ClientTimeout(ClientError):
    """The time was up."""


class BadAnswer(ClientError):
    """The answer is malformed."""


class AnswerTooLarge(BadAnswer):
    """The answer is over a bound."""
