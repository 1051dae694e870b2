"""The chain of functions that led to an invocation, as X-Amzn-Trace-Id carries it. Pure.

``Root=...;Parent=...;Sampled=0;Lineage=a87bd80c:0|68fd508a:5``: for each function of the chain eight digits of a
hash of its ARN, and how often it was invoked again. AWS's clients send the value of ``_X_AMZN_TRACE_ID`` on, so a
function that calls itself, directly or through others, is found. Reference: lambda-execution section 12.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

from gatelet.aws import quotas

_LINEAGE = re.compile(r"[0-9a-f]{8}:[0-9]{1,4}(?:\|[0-9a-f]{8}:[0-9]{1,4})*")
_NAME = "Lineage="
_KEPT = 15
"""Functions of a chain that are remembered, those with the highest counts: the header has 256 characters."""


def advanced(trace_id: str, function_arn: str) -> str:
    """The trace of an invocation of the function that ``trace_id`` asks for. The ARN is unqualified."""
    key = _digits(function_arn)
    if _NAME not in trace_id:  # nearly every invocation begins a chain
        return f"{trace_id};{_NAME}{key}:0"
    parts, counts = _split(trace_id)
    counts[key] = counts.pop(key, -1) + 1
    while len(counts) > _KEPT:
        del counts[min(list(counts)[:-1], key=lambda digits: counts[digits])]
    lineage = "|".join(f"{digits}:{count}" for digits, count in counts.items())
    return ";".join([*parts, f"Lineage={lineage}"])


def loops(trace_id: str, function_arn: str) -> bool:
    """Whether the function has been invoked more often in this chain than Lambda lets pass."""
    if trace_id.count(_NAME) == 1 and trace_id.endswith(f"{_NAME}{_digits(function_arn)}:0"):
        return False
    return _split(trace_id)[1].get(_digits(function_arn), 0) >= quotas.RECURSIVE_INVOCATIONS


def _split(trace_id: str) -> tuple[list[str], dict[str, int]]:
    """The parts without the lineage, and the lineage: empty if it is not one."""
    counts: dict[str, int] = {}
    parts = []
    for part in trace_id.split(";"):
        name, _, value = part.strip().partition("=")
        if name != "Lineage":
            parts.append(part)
        elif _LINEAGE.fullmatch(value):
            for entry in value.split("|"):
                digits, _, count = entry.partition(":")
                counts[digits] = max(int(count), counts.get(digits, 0))
    return parts, counts


@lru_cache(maxsize=1_024)
def _digits(function_arn: str) -> str:
    return hashlib.sha256(function_arn.encode()).hexdigest()[:8]
