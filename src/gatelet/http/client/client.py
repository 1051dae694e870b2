"""The client: one request out, one answer back, within a time.

Redirects are not followed, bodies not decoded (apigateway-data-plane 9.2).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from gatelet.http.client.connector import Connector, Resolve, resolve
from gatelet.http.client.errors import ClientTimeout, ConnectionLost
from gatelet.http.client.guard import AddressGuard
from gatelet.http.client.limits import ClientLimits
from gatelet.http.client.message import IDEMPOTENT, Answer, ClientRequest, encode_head
from gatelet.http.client.pool import Pool
from gatelet.http.client.stream import AnswerStream


class HttpClient:
    """Asks endpoints. Make it inside the running event loop; ``close`` it in the end."""

    def __init__(
        self,
        guard: AddressGuard,
        limits: ClientLimits | None = None,
        *,
        ca_file: Path | None = None,
        resolve: Resolve = resolve,
    ) -> None:
        """``ca_file`` holds further certificates to trust, beside the system's."""
        self._limits = limits or ClientLimits()
        self._connector = Connector(guard, ca_file, resolve)
        self._pool = Pool(self._connector.connect, self._limits)
        self._loop = asyncio.get_running_loop()

    @property
    def connections(self) -> int:
        """Connections open now."""
        return self._pool.connections

    def close(self) -> None:
        """Cut every connection."""
        self._pool.close()
        self._connector.close()

    async def send(self, request: ClientRequest, timeout: float) -> Answer:
        """The whole answer, within ``timeout`` seconds. Raises ClientError."""
        head = encode_head(request)
        try:
            async with asyncio.timeout(timeout):
                return await self._exchange(request, head, lambda: None)
        except TimeoutError:
            raise ClientTimeout(f"no answer within {timeout:g} seconds") from None

    async def stream(self, request: ClientRequest, timeout: float) -> Answer:
        """The answer once its header is there; its body comes as it is read, all within ``timeout``.

        The body must be closed (``aclose``). Raises ClientError; so does the body.
        """
        head = encode_head(request)
        limits, deadline = self._limits, self._loop.time() + timeout
        try:
            async with asyncio.timeout_at(deadline):
                return await self._exchange(
                    request,
                    head,
                    lambda: AnswerStream(limits.read_ahead_bytes, limits.stream_idle_timeout, deadline),
                )
        except TimeoutError:
            raise ClientTimeout(f"no answer within {timeout:g} seconds") from None

    async def _exchange(self, request: ClientRequest, head: bytes, stream: Callable[[], AnswerStream | None]) -> Answer:
        """Over an open connection if there is one; one that had died unnoticed is replaced."""
        while True:
            connection = await self._pool.take(request.origin, repeatable=request.method in IDEMPOTENT)
            fresh = connection.exchanges == 0
            answer = connection.exchange(head, request.body, to_head=request.method == "HEAD", stream=stream())
            try:
                return await answer
            except ConnectionLost as lost:
                # RFC 9112 section 9.3.1: an endpoint may close an idle connection at any moment.
                if fresh or not lost.unanswered or request.method not in IDEMPOTENT:
                    raise
            except asyncio.CancelledError:
                connection.abandon(answer)
                if answer.done() and not answer.cancelled() and answer.exception() is None:
                    await close_body(answer.result())  # it came in the moment in which its reader gave up
                raise


async def close_body(answer: Answer) -> None:
    """Let a streamed body go; a whole one needs nothing."""
    if isinstance(answer.body, AnswerStream):
        await answer.body.aclose()
