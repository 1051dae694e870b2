"""Where an authorizer finds the caller's identity: ``method.request.header.X`` and its like. Pure.

Reference: apigateway-authorization-limits section 4.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SOURCE = re.compile(
    r"method\.request\.(?P<place>header|querystring)\.(?P<parameter>[A-Za-z0-9._$-]+)"
    r"|stageVariables\.(?P<variable>[A-Za-z0-9_]+)|context\.(?P<context>[A-Za-z0-9._-]+)"
)


class InvalidSource(ValueError):
    """The text names nothing that an identity can be taken from."""


@dataclass(frozen=True, slots=True)
class IdentitySource:
    """One place: ``header``, ``querystring``, ``stageVariables`` or ``context``, and the name there."""

    place: str
    name: str


def parse_sources(text: str) -> tuple[IdentitySource, ...]:
    """The sources of a comma-separated list. Raises InvalidSource."""
    sources = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        found = _SOURCE.fullmatch(part)
        if found is None:
            raise InvalidSource(part)
        if found["place"]:
            sources.append(IdentitySource(found["place"], found["parameter"]))
        elif found["variable"]:
            sources.append(IdentitySource("stageVariables", found["variable"]))
        else:
            sources.append(IdentitySource("context", found["context"]))
    return tuple(sources)
