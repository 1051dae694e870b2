"""The last requests, kept so that each can be explained: bounded rings, without bodies.

What is kept is what the request knew (its Trace and Snapshot); the story is made when somebody asks
(gatelet.gateway.explain).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gatelet.gateway.authorizers.cache import LARGEST_BYTES

if TYPE_CHECKING:
    from gatelet.gateway.trace import Trace

KEPT = 500
_SHARE_OF_SERVED = 10
"""Of requests that went well fewer are kept: so they never push one out that was refused, and the memory that a
request is kept in is still in the processor's cache when the next takes its place (3 % of a request's time)."""


class Explanations:
    """The newest requests that were refused or failed, at most so many, and a tenth as many others; 0 keeps none."""

    __slots__ = ("_refused", "_served")

    def __init__(self, most: int = KEPT) -> None:
        self._refused: deque[Trace] = deque(maxlen=most)
        self._served: deque[Trace] = deque(maxlen=-(-most // _SHARE_OF_SERVED))

    def keep(self, trace: Trace) -> None:
        """Keep a request that is answered and told.

        It loses its body, the lines of its log and a large answer of an authorizer; its failure what it holds of the
        stack.
        """
        if not self._refused.maxlen:
            return
        trace.request.body, trace.story = b"", None
        if trace.output is not None and trace.output.size > LARGEST_BYTES:
            trace.output = trace.authorizer = None
        if trace.failure is not None:
            trace.failure.__traceback__ = trace.failure.__cause__ = trace.failure.__context__ = None
            self._refused.append(trace)
        else:
            (self._served if trace.status is not None and trace.status < 400 else self._refused).append(trace)

    def __iter__(self) -> Iterator[Trace]:
        """Those that were refused, the newest first, then the others."""
        yield from reversed(self._refused)
        yield from reversed(self._served)

    def find(self, request_id: str) -> Trace | None:
        """The request with that id, or with that extended id; the newest of its kind, if there are several."""
        for trace in self:
            if request_id in (trace.request_id, trace.extended_id):
                return trace
        return None
