"""Media types and bodies: which template is chosen, what is binary, and what contentHandling makes of a body.

Reference: apigateway-data-plane sections 9.5 and 10.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode

from gatelet.gateway.errors import ApiConfigurationError
from gatelet.gateway.mapping.plan import TO_BINARY, TO_TEXT
from gatelet.gateway.response_types import DEFAULT_TEMPLATE_TYPE

DEFAULT_TYPE = DEFAULT_TEMPLATE_TYPE


def media_type_of(header: str | None) -> str:
    """The first media type of a Content-Type or Accept header, in lower case and without parameters."""
    if header is None:
        return DEFAULT_TYPE
    return header.partition(",")[0].partition(";")[0].strip().lower() or DEFAULT_TYPE


def handle_request(body: bytes, *, binary: bool, handling: str | None) -> tuple[bytes, bool]:
    """The body as the integration request begins with it, and whether it is binary still.

    Raises ApiConfigurationError for a body that is not the base64 that it must be.
    """
    if binary:
        return (b64encode(body), False) if handling == TO_TEXT else (body, True)
    if handling == TO_BINARY:
        return _from_base64(body, "request"), True
    return (body if body.isascii() else _as_text(body)), False


def handle_response(body: bytes, *, binary: bool, wanted: bool, handling: str | None) -> tuple[bytes, bool]:
    """The body as the integration response begins with it, and whether it is binary still.

    ``binary``: the integration's Content-Type is a binary type; ``wanted``: the client's Accept is one.
    Raises ApiConfigurationError.
    """
    if binary:
        raw = handling == TO_BINARY or (handling is None and wanted)
        return (body, True) if raw else (b64encode(body), False)
    if handling == TO_BINARY or (handling is None and wanted):
        return _from_base64(body, "response"), True
    return (body if body.isascii() else _as_text(body)), False


def _as_text(body: bytes) -> bytes:
    """UTF-8, with U+FFFD in place of what is none."""
    return body.decode("utf-8", "replace").encode()


def _from_base64(body: bytes, what: str) -> bytes:
    try:
        return b64decode(body, validate=True)
    except binascii.Error:
        raise ApiConfigurationError(f"Unable to base64 decode the {what} body.") from None
