"""Why the server refuses a request by itself, before any handler sees it.

    Exception
    ├── Refusal                  answered in plain text, then the connection closes
    │   ├── BadRequest           400: not HTTP/1.x as the RFCs draw it, or a form used for smuggling
    │   ├── RequestTimeout       408: the header or the body did not come in time
    │   ├── BodyTooLarge         413
    │   ├── TargetTooLong        414
    │   ├── ExpectationFailed    417
    │   ├── HeaderTooLarge       431
    │   └── Overloaded           503: no room for another connection or body
    ├── BadResponse              a handler's answer that must not reach the wire: 500, logged
    └── AnswerCut                a streamed answer that ends early, for a reason that any day may bring: one line of log

The texts of 413 and 431 are AWS's (apigateway-data-plane section 13).
"""

from __future__ import annotations

from typing import ClassVar


class Refusal(Exception):
    """A request that the server answers by itself. ``str()`` is the text that the client gets."""

    status: ClassVar[int] = 400


class BadRequest(Refusal):
    """Malformed or ambiguous."""


class RequestTimeout(Refusal):
    """Too slow."""

    status = 408


class BodyTooLarge(Refusal):
    """The body is, or would be, longer than ``limit`` bytes."""

    status = 413

    def __init__(self, limit: int) -> None:
        super().__init__(f"HTTP content length exceeded {limit} bytes.")


class TargetTooLong(Refusal):
    """The request target has too many characters."""

    status = 414

    def __init__(self) -> None:
        super().__init__("Request-URI Too Long")


class ExpectationFailed(Refusal):
    """``Expect`` asks for something other than 100-continue."""

    status = 417

    def __init__(self) -> None:
        super().__init__("Expectation Failed")


class HeaderTooLarge(Refusal):
    """Request line and headers together are longer than ``limit`` bytes."""

    status = 431

    def __init__(self, limit: int) -> None:
        super().__init__(f"HTTP header is larger than {limit} bytes.")


class Overloaded(Refusal):
    """A server-wide bound is reached."""

    status = 503

    def __init__(self) -> None:
        super().__init__("Service Unavailable")


class BadResponse(Exception):
    """A header with CR, LF or NUL, a name that is no token, framing headers, or no such status."""


class AnswerCut(Exception):
    """There is no more of a streamed body, and it is no fault of ours. ``str()`` is the reason for the log."""
