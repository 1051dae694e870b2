"""Spans: what took how long within one traced request. Pure; who exports them is a port."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?")
_ROOT = re.compile(r"1-([0-9a-fA-F]{8})-([0-9a-fA-F]{24})")
_SPAN = re.compile(r"[0-9a-fA-F]{16}")


@dataclass(frozen=True, slots=True)
class Span:
    """Something that ended. Ids are hexadecimal (32 and 16 digits); moments are epoch seconds.

    ``kind``: ``server``, ``client`` or ``internal``. ``error``: why it failed, empty if it did not.
    """

    trace_id: str
    span_id: str
    parent_id: str
    name: str
    kind: str
    began: float
    ended: float
    attributes: Mapping[str, str | int] = field(default_factory=dict)
    error: str = ""


class Spans(Protocol):
    """Where spans go."""

    def finished(self, span: Span) -> None:
        """Take a span. Never waits; what is too much is dropped."""


class TraceContext(NamedTuple):
    """What a trace header says. ``sampled``: None where it leaves that open."""

    trace_id: str
    parent_id: str
    sampled: bool | None


def read_amazon(header: str) -> TraceContext | None:
    """``Root=1-{8 hex}-{24 hex};Parent={16 hex};Sampled=1``: the trace id is the Root's 32 digits (X-Ray)."""
    parts = dict(part.strip().partition("=")[::2] for part in header.split(";"))
    root = _ROOT.fullmatch(parts.get("Root", ""))
    if root is None:
        return None
    parent = parts.get("Parent", "")
    sampled = {"1": True, "0": False}.get(parts.get("Sampled", ""))
    return TraceContext((root[1] + root[2]).lower(), parent.lower() if _SPAN.fullmatch(parent) else "", sampled)


def read_traceparent(header: str) -> TraceContext | None:
    """``00-{trace}-{parent}-{flags}`` (W3C Trace Context, section 3.2); None if it is none."""
    match = _TRACEPARENT.fullmatch(header)
    if match is None or not int(match[1], 16) or not int(match[2], 16) or (header[:2] == "00" and len(header) != 55):
        return None
    return TraceContext(match[1], match[2], bool(int(match[3], 16) & 1))


def write_amazon(context: TraceContext) -> str:
    """As X-Amzn-Trace-Id: the first 8 digits of the trace id stand where X-Ray has the time."""
    return (
        f"Root=1-{context.trace_id[:8]}-{context.trace_id[8:]};Parent={context.parent_id};"
        f"Sampled={int(bool(context.sampled))}"
    )


def write_traceparent(context: TraceContext) -> str:
    """As W3C Trace Context has it."""
    return f"00-{context.trace_id}-{context.parent_id}-{int(bool(context.sampled)):02x}"
