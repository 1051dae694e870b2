"""The last requests, kept so that each can be explained: a bounded ring, without bodies.

What is kept is what the request knew (its Trace and Snapshot); the story is made when somebody asks
(gatelet.gateway.explain).
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from gatelet.gateway.authorizers.cache import LARGEST_BYTES

if TYPE_CHECKING:
    from gatelet.gateway.trace import Trace

KEPT = 500


class Explanations:
    """The newest requests, at most so many; 0 keeps none."""

    __slots__ = ("_kept",)

    def __init__(self, most: int = KEPT) -> None:
        self._kept: deque[Trace] = deque(maxlen=most)

    def keep(self, trace: Trace) -> None:
        """Keep a request that is answered and told.

        It loses its body, the lines of its log and a large answer of an authorizer; its failure what it holds of the
        stack.
        """
        if not self._kept.maxlen:
            return
        trace.request.body, trace.story = b"", None
        if trace.output is not None and trace.output.size > LARGEST_BYTES:
            trace.output = trace.authorizer = None
        if trace.failure is not None:
            trace.failure.__traceback__ = trace.failure.__cause__ = trace.failure.__context__ = None
        self._kept.append(trace)

    def find(self, request_id: str) -> Trace | None:
        """The request with that id, or with that extended id; the newest, if there are several."""
        for trace in reversed(self._kept):
            if request_id in (trace.request_id, trace.extended_id):
                return trace
        return None
