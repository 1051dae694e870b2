"""The response of a function URL in the mode RESPONSE_STREAM. Reference: lambda-execution sections 3 and 11."""

from __future__ import annotations

from collections.abc import AsyncIterator

import orjson

from gatelet.aws.clock import Clock
from gatelet.aws.quotas import STREAMED_FREE_BYTES
from gatelet.functions.response_stream import ResponseStream
from gatelet.functions.urls.reply import InvalidReply, UrlReply, url_reply
from gatelet.gateway.pace import Paced
from gatelet.gateway.stream_prelude import CONTENT_TYPE, read_prelude, remainder


async def begin(stream: ResponseStream, clock: Clock) -> tuple[UrlReply, AsyncIterator[bytes]]:
    """Status and headers, and the body that still comes.

    A runtime that says so sends them ahead of the body; without that it is a 200 with the bytes as they come.
    Raises InvalidReply, PreludeMissing: it is no response, or the function failed before it was one.
    """
    try:
        reply, first = await _head(stream)
    except BaseException:
        await stream.aclose()
        raise
    return reply, Paced(remainder(first, stream), clock, free=STREAMED_FREE_BYTES)


async def _head(stream: ResponseStream) -> tuple[UrlReply, bytes]:
    if stream.content_type == CONTENT_TYPE:
        metadata, rest = await read_prelude(stream)
        return url_reply(orjson.dumps({"statusCode": 200, **metadata, "body": None})), rest
    first = await anext(stream, b"")
    if not first and stream.error is not None:
        raise InvalidReply
    return UrlReply(200, b"", [("Content-Type", stream.content_type)]), first
