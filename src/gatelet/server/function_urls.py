"""Function URLs served: from a request to the function's answer.

Failures, as AWS words them (lambda-execution section 11): 403 for a URL that does not exist or may not be called (and
for an invalid signature, with AuthType AWS_IAM), 413
for a request over 6 MB, 429 without concurrency, 502 for a function that failed or answered nonsense.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace

import orjson

from gatelet.aws import quotas
from gatelet.aws.clock import Clock
from gatelet.aws.ids import Ids
from gatelet.functions.invocation import (
    FunctionNotFound,
    Invocation,
    InvocationRefused,
    InvocationResult,
    PayloadTooLarge,
    PermissionDenied,
    TooManyRequests,
)
from gatelet.functions.permissions import NO_AUTHENTICATION
from gatelet.functions.service import Functions
from gatelet.functions.urls.address import UrlAddress, aws_domain
from gatelet.functions.urls.cors import without_cors
from gatelet.functions.urls.directory import FunctionUrl, UrlDirectory
from gatelet.functions.urls.event import UrlRequest, url_event
from gatelet.functions.urls.reply import InvalidReply, UrlReply, url_reply
from gatelet.gateway.forwarded import Client, Networks, identify_client
from gatelet.gateway.header_rules import rewrite_block
from gatelet.gateway.stream_prelude import PreludeMissing
from gatelet.gateway.trace_header import complete_trace
from gatelet.http.request import Request
from gatelet.http.response import Response
from gatelet.identity.request_keys import Circumstances
from gatelet.identity.service import Identity
from gatelet.server.url_callers import UrlCaller, caller_of
from gatelet.server.url_streams import begin
from gatelet.wire.errors import Unauthenticated

_log = logging.getLogger(__name__)

_LARGE = 64 * quotas.KIB
"""Bodies and answers above this are written and read by a thread: the event loop is not held."""
_FORBIDDEN = (
    "Forbidden. For troubleshooting Function URL authorization issues, see: "
    "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"
)


class FunctionUrls:
    """Answers requests to function URLs. Raises nothing."""

    __slots__ = ("_clock", "_directory", "_functions", "_identity", "_ids", "_trusted")

    def __init__(
        self,
        directory: UrlDirectory,
        functions: Functions,
        identity: Identity,
        clock: Clock,
        ids: Ids,
        trusted: Networks = (),
    ) -> None:
        self._directory = directory
        self._identity = identity
        self._functions = functions
        self._clock = clock
        self._ids = ids
        self._trusted = trusted

    async def serve(self, request: Request, address: UrlAddress) -> Response:
        """The answer, with CORS as the URL is configured."""
        request_id = self._ids.uuid()
        url = self._directory.find(address.url_id)
        if url is None:
            return _refused(403, "AccessDeniedException", None, request_id)
        origin = request.header("origin")
        if url.cors is not None and request.method == "OPTIONS" and origin is not None:
            asked = request.header("access-control-request-method")
            if asked is not None:
                return Response(200, [("x-amzn-RequestId", request_id), *url.cors.preflight(origin, asked)])
        try:
            response = await self._answer(request, address, url, request_id)
        except InvocationRefused as refused:
            response = _refusal(refused, url, request_id)
        except Unauthenticated as unknown:
            response = _unauthenticated(unknown, request_id)
        except Exception:  # noqa: BLE001 - a fault of ours: told by its id, and never by its text to the client
            _log.exception("request %s to a function URL failed: a fault of Gatelet", request_id)
            response = _bad_gateway(request_id)
        if url.cors is not None:
            response.headers.extend(url.cors.response(origin))
        return response

    async def _answer(self, request: Request, address: UrlAddress, url: FunctionUrl, request_id: str) -> Response:
        if len(request.body) > quotas.INVOKE_PAYLOAD_BYTES:
            raise PayloadTooLarge(len(request.body))
        client = identify_client(request, self._trusted)
        caller = None if url.auth_type == NO_AUTHENTICATION else await self._caller(request, url, client)
        claimed_trace = request.values.get("x-amzn-trace-id")
        shown_trace, trace_id = complete_trace(claimed_trace, self._ids.trace_id(self._clock.now()))
        asked = self._url_request(request, address, url, client, shown_trace, request_id)
        if caller is not None:
            asked = replace(asked, owner=url.target.account, caller=caller.principal)
        large = len(request.body) > _LARGE
        payload = await asyncio.to_thread(_event, asked) if large else _event(asked)
        invocation = Invocation(
            url.target, payload, request_id, trace_id, url_auth_type=url.auth_type, url_caller=caller
        )
        if url.streams:
            stream = await self._functions.invoke_stream(invocation)
            try:
                reply, body = await begin(stream, self._clock)
            except (InvalidReply, PreludeMissing):
                return _bad_gateway(request_id)
            return _shaped(reply, body, url, request_id, trace_id)
        result = await self._functions.invoke(invocation)
        if result.function_error is not None:
            return _bad_gateway(request_id)
        return await _response(result, url, request_id, trace_id)

    async def _caller(self, request: Request, url: FunctionUrl, client: Client) -> UrlCaller:
        """Who signed the request. Raises Unauthenticated, and PermissionDenied if nobody did."""
        seen = Circumstances(
            now=self._clock.now(),
            source_ip=client.source_ip,
            region=url.target.region,
            secure_transport=client.scheme == "https",
            user_agent=request.header("user-agent") or "",
            referer=request.header("referer") or "",
        )
        caller = await caller_of(request, url, self._identity, seen)
        if caller is None:
            raise PermissionDenied(url.id)
        return caller

    def _url_request(
        self,
        request: Request,
        address: UrlAddress,
        url: FunctionUrl,
        client: Client,
        trace_id: str,
        request_id: str,
    ) -> UrlRequest:
        return UrlRequest(
            method=request.method,
            path=address.path,
            query=request.query,
            headers=request.headers,
            body=request.body,
            url_id=url.id,
            domain=address.domain or aws_domain(url.id, url.target.region),
            source_ip=client.source_ip,
            forwarded_for=client.chain,
            forwarded_port=client.port,
            forwarded_proto=client.scheme,
            trace_id=trace_id,
            request_id=request_id,
            moment=self._clock.now(),
        )


def _event(asked: UrlRequest) -> bytes:
    return orjson.dumps(url_event(asked))


async def _response(result: InvocationResult, url: FunctionUrl, request_id: str, trace_id: str) -> Response:
    try:
        large = len(result.payload) > _LARGE
        reply = await asyncio.to_thread(url_reply, result.payload) if large else url_reply(result.payload)
    except InvalidReply:
        return _bad_gateway(request_id)
    return _shaped(reply, reply.body, url, request_id, trace_id)


def _shaped(
    reply: UrlReply, body: bytes | AsyncIterator[bytes], url: FunctionUrl, request_id: str, trace_id: str
) -> Response:
    block = _header_block(reply if url.cors is None else UrlReply(reply.status, b"", without_cors(reply.headers)))
    if block is None:
        return _bad_gateway(request_id)
    own = f"x-amzn-RequestId: {request_id}\r\nX-Amzn-Trace-Id: {trace_id}\r\n"
    return Response(reply.status, body=body, raw_headers=own.encode("ascii") + block)


def _header_block(reply: UrlReply) -> bytes | None:
    """The function's header lines, checked and renamed as the gateway does; None: they are none."""
    if any(":" in name or "\r" in name + value or "\n" in name + value for name, value in reply.headers):
        return None
    lines = "".join(f"{name}: {value}\r\n" for name, value in reply.headers)
    return rewrite_block(lines.encode("latin-1", "replace"))


def _refusal(refused: InvocationRefused, url: FunctionUrl, request_id: str) -> Response:
    match refused:
        case PermissionDenied():
            return _refused(403, "AccessDeniedException", _FORBIDDEN, request_id)
        case FunctionNotFound():  # its alias is gone
            return _refused(403, "AccessDeniedException", None, request_id)
        case TooManyRequests():
            return _refused(429, "TooManyRequestsException", "Rate Exceeded.", request_id)
        case PayloadTooLarge():
            message = (
                f"Request must be smaller than {quotas.INVOKE_PAYLOAD_BYTES} bytes for the InvokeFunction operation"
            )
            return _refused(413, "RequestEntityTooLargeException", message, request_id)
        case _:
            _log.warning("request %s to the URL of %s was not run: %s", request_id, url.target.name, refused)
            return _bad_gateway(request_id)


def _unauthenticated(unknown: Unauthenticated, request_id: str) -> Response:
    kind, message = unknown.code, unknown.message
    headers = [("Content-Type", "application/json"), ("x-amzn-RequestId", request_id), ("x-amzn-ErrorType", kind)]
    return Response(403, headers, orjson.dumps({"message": message}))


def _refused(status: int, kind: str, message: str | None, request_id: str) -> Response:
    headers = [("Content-Type", "application/json"), ("x-amzn-RequestId", request_id), ("x-amzn-ErrorType", kind)]
    return Response(status, headers, orjson.dumps({"Message": message}))


def _bad_gateway(request_id: str) -> Response:
    headers = [("Content-Type", "text/plain"), ("x-amzn-RequestId", request_id)]
    return Response(502, headers, b"Internal Server Error")
