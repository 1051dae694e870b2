"""How an event lies in its queue: a line of JSON, then the payload as it came. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from gatelet.aws.arn import function_arn
from gatelet.aws.scope import Scope
from gatelet.functions.events.rules import Attempts
from gatelet.functions.invocation import FunctionTarget


@dataclass(frozen=True, slots=True)
class AcceptedEvent:
    """An event that was answered with 202. ``accepted`` is epoch seconds; ``payload`` is JSON text."""

    target: FunctionTarget
    request_id: str
    trace_id: str
    accepted: float
    payload: bytes

    @property
    def scope(self) -> Scope:
        """Where the function lives."""
        return Scope(self.target.account, self.target.region)

    @property
    def function_arn(self) -> str:
        """As destinations see it: always qualified."""
        return function_arn(self.scope, self.target.name, self.target.qualifier or "$LATEST")


def queue_of(target: FunctionTarget) -> str:
    """The queue of a function: all of its qualifiers share it."""
    return f"{target.account}/{target.region}/{target.name}"


def encode(event: AcceptedEvent) -> bytes:
    """The body of the queue's message."""
    head = orjson.dumps([event.target.qualifier, event.request_id, event.trace_id, event.accepted])
    return b"%b\n%b" % (head, event.payload)


def decode(queue: str, body: bytes) -> AcceptedEvent:
    """The event of a message in that queue."""
    head, _, payload = body.partition(b"\n")
    qualifier, request_id, trace_id, accepted = orjson.loads(head)
    account, region, name = queue.split("/")
    return AcceptedEvent(FunctionTarget(account, region, name, qualifier), request_id, trace_id, accepted, payload)


def encode_attempts(attempts: Attempts) -> bytes:
    """The state of the queue's message."""
    return orjson.dumps([attempts.errors, attempts.setbacks, attempts.invokes])


def decode_attempts(state: bytes) -> Attempts:
    """What the state tells; empty before the first attempt."""
    return Attempts(*orjson.loads(state)) if state else Attempts()
