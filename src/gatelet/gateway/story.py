"""What happens to one request, line by line, for those who listen: TestInvokeMethod and the execution logs.

Nobody listens to most requests: ``trace.story`` is None and nothing is formatted. AWS's words are in
gatelet.gateway.steps.narrate. Reference: apigateway-data-plane sections 15 and 16.
"""

from __future__ import annotations

from gatelet.aws.clock import Clock, java_date


def told(request_id: str, story: Story) -> str:
    """The log of a test, as its answer holds it (apigateway-data-plane section 15)."""
    lines = [f"{java_date(moment)} : {line}" for moment, line in story.lines]
    return "\n".join([f"Execution log for request {request_id}", *lines, ""])


class Story:
    """The lines of one request, with the moment of each (Unix seconds)."""

    __slots__ = ("_clock", "data", "lines", "secret")

    def __init__(self, clock: Clock, *, data: bool) -> None:
        self._clock = clock
        self.data = data
        """Whether bodies, headers and parameters are told too (``dataTraceEnabled``; always in a test)."""
        self.secret: frozenset[str] = frozenset()
        """In lower case: headers and query parameters whose values are nobody's to read, beside those of AWS."""
        self.lines: list[tuple[float, str]] = []

    def tell(self, line: str) -> None:
        """Add a line."""
        self.lines.append((self._clock.now(), line))
