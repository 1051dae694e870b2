"""The metadata ahead of a streamed response: a JSON object, eight NULs, and then the body.

Reference: apigateway-data-plane section 14, lambda-execution section 3 (Streaming).

Exception
├── PreludeMissing     the stream does not begin so, or not soon enough
└── ResponseCut        the function failed in the middle of its response: the client learns that by the cut
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import orjson

from gatelet.aws.quotas import STREAM_PRELUDE_BYTES
from gatelet.gateway.ports import StreamReply
from gatelet.http.errors import AnswerCut

CONTENT_TYPE = "application/vnd.awslambda.http-integration-response"
"""What a runtime says of a stream with metadata."""
_SEPARATOR = bytes(8)


class PreludeMissing(Exception):
    """There is no metadata at the beginning of the stream."""


class ResponseCut(AnswerCut):
    """The function failed in the middle of its response."""

    def __init__(self, request_id: str) -> None:
        super().__init__(f"the function failed while it streamed its response: {request_id}")


async def read_prelude(parts: AsyncIterator[bytes]) -> tuple[dict[str, Any], bytes]:
    """The metadata, and what came of the body with it. Raises PreludeMissing."""
    begun = b""
    async for part in parts:
        begun += part
        head, separator, rest = begun.partition(_SEPARATOR)
        if len(head) > STREAM_PRELUDE_BYTES:
            break
        if separator:
            return _metadata(head), rest
    raise PreludeMissing


async def remainder(first: bytes, stream: StreamReply) -> AsyncIterator[bytes]:
    """``first``, and then what the stream still brings; it is closed in any case. Raises ResponseCut at its end."""
    async with aclosing(stream):
        if first:
            yield first
        async for part in stream:
            yield part
        if stream.error is not None:
            raise ResponseCut(stream.request_id)


def _metadata(text: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise PreludeMissing from None
    if not isinstance(found, dict):
        raise PreludeMissing
    return found
