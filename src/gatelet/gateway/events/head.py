"""Writes the head of a request's event; gatelet.gateway.events.proxy documents its layout and reads it.

The half that a method decides is encoded once, when the method is compiled.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from gatelet.gateway.events.proxy import VERSION
from gatelet.gateway.method import Resource

PROTOCOL = "HTTP/1.1"


def fixed_head(
    resource: Resource,
    *,
    account: str,
    stage: str,
    deployment_id: str | None,
    api_id: str,
    variables: Mapping[str, str],
    binary_media_types: tuple[str, ...],
) -> bytes:
    """The fixed half, up to where the request's own half begins."""
    fixed = [
        VERSION,
        resource.path,
        resource.id,
        account,
        stage,
        deployment_id,
        api_id,
        dict(variables) or None,
        binary_media_types or None,
        PROTOCOL,
    ]
    return b"[%b," % orjson.dumps(fixed)


def encode_head(fixed: bytes, request: tuple[Any, ...]) -> bytes:
    """The whole head: ``request`` holds the members of the second array in their order."""
    return b"%b%b]" % (fixed, orjson.dumps(request))
