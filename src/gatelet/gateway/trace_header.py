"""X-Amzn-Trace-Id: what the client sent is forwarded, what is missing is generated.

Reference: apigateway-data-plane section 8.1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from gatelet.metrics.spans import read_traceparent, write_amazon

_ROOT = re.compile(r"1-[0-9a-fA-F]{8}-[0-9a-fA-F]{24}")
_MAX_CHARACTERS = 256


def incoming_trace(values: Mapping[str, str]) -> str | None:
    """What the client sent: X-Amzn-Trace-Id, or else W3C's traceparent written as one (gatelet.metrics.spans).

    ``values`` are its headers by their names in lower case.
    """
    given = values.get("x-amzn-trace-id")
    if given is None and "traceparent" in values:
        context = read_traceparent(values["traceparent"])
        return None if context is None else write_amazon(context)
    return given


def complete_trace(incoming: str | None, generated: str) -> tuple[str, str]:
    """The value that the event shows, and the full one (``Root=..;Parent=..;Sampled=..``).

    ``generated`` is a full value (gatelet.aws.ids.Ids.trace_id). A client's value counts if it has a valid Root;
    with a Parent it goes on unchanged, without one a Parent is generated.
    """
    if incoming is None:
        return generated.partition(";")[0], generated
    parts = dict(part.strip().partition("=")[::2] for part in incoming.split(";"))
    wrong = len(incoming) > _MAX_CHARACTERS or not incoming.isascii() or not incoming.isprintable()
    if wrong or not _ROOT.fullmatch(parts.get("Root", "")):
        return generated.partition(";")[0], generated
    if "Parent" in parts:
        return incoming, incoming if "Sampled" in parts else f"{incoming};Sampled=0"
    parent = generated.split(";")[1]
    return incoming, f"Root={parts['Root']};{parent};Sampled={parts.get('Sampled', '0')}"
