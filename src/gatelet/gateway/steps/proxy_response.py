"""Makes the response of a function's answer: status, header rules, binary rule, the gateway's own headers.

Nothing that a worker sends is trusted: status, header lines and size are checked on every answer.
Reference: apigateway-data-plane sections 7, 8.1 and 8.3.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from functools import lru_cache

from gatelet.aws.quotas import INVOKE_RESPONSE_BYTES
from gatelet.gateway.errors import ApiConfigurationError, FunctionFailed, MalformedProxyResponse
from gatelet.gateway.events.proxy import is_binary
from gatelet.gateway.header_rules import rewrite_block
from gatelet.gateway.ports import ProxyReply
from gatelet.gateway.snapshot import Snapshot
from gatelet.gateway.steps.own_headers import own_headers
from gatelet.gateway.trace import Trace
from gatelet.http.response import Response

_CACHED_BLOCK_BYTES = 4_096
_cached_rewrite = lru_cache(maxsize=1_024)(rewrite_block)
"""Functions send the same few header blocks again and again."""


def proxy_response(snapshot: Snapshot, trace: Trace, reply: ProxyReply, trace_id: str) -> Response:
    """The response of a function's answer. Raises MalformedProxyResponse, FunctionFailed, ApiConfigurationError."""
    status, block, body = reply.status, reply.headers, reply.body
    # 1xx would be an interim answer to the client (RFC 9110 section 15.2), which would wait on: refused.
    if not 200 <= status <= 599:
        raise MalformedProxyResponse
    headers = _cached_rewrite(block) if len(block) <= _CACHED_BLOCK_BYTES else rewrite_block(block)
    if headers is None:
        raise MalformedProxyResponse
    if len(body) > INVOKE_RESPONSE_BYTES:
        raise FunctionFailed("Execution failed due to configuration error: Lambda response body size is too long")
    if reply.base64 and accepts_binary(snapshot, trace.request.header("accept")):
        body = _decode(body)
    own = own_headers(trace, trace_id)
    return Response(status, body=body, raw_headers=own.encode("ascii") + headers)


def accepts_binary(snapshot: Snapshot, accept: str | None) -> bool:
    """Whether a base64 body is decoded: Accept's first media type is one of the API's binary types.

    Reference: apigateway-data-plane section 7 (``isBase64Encoded``).
    """
    types = snapshot.binary_media_types
    return bool(types) and is_binary(types, accept.partition(",")[0] if accept else None)


def _decode(body: bytes) -> bytes:
    try:
        return b64decode(body, validate=True)
    except binascii.Error:
        raise ApiConfigurationError("Unable to base64 decode the body.") from None
