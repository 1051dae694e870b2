"""Gatelet's own pages: health, and the download of a function's code."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import orjson

from gatelet.http.request import Request
from gatelet.http.response import Response
from gatelet.server.explain_page import PREFIX as EXPLAIN
from gatelet.server.explain_page import ExplainPage
from gatelet.server.health import Health
from gatelet.server.metrics_page import metrics_page
from gatelet.server.observed import Observed
from gatelet.server.top_page import top_page

DownloadCode = Callable[[str, str], Awaitable[bytes | None]]
"""``(path, query) -> zip bytes``, None when the signature or the function is not there."""

# A user's bytes on our origin: a browser may save them, never show them.
_NEVER_SHOWN = [("Content-Disposition", "attachment"), ("X-Content-Type-Options", "nosniff")]


class HousePages:
    """Serves ``/health`` and its like, ``/metrics`` and what is below ``/_gatelet``."""

    __slots__ = ("_code", "_explain", "_health", "_observed")

    def __init__(self, health: Health, code: DownloadCode, explain: ExplainPage, observed: Observed) -> None:
        self._health = health
        self._observed = observed
        self._code = code
        self._explain = explain

    async def serve(self, request: Request) -> Response:
        """The page; reading only."""
        if request.method not in {"GET", "HEAD"}:
            return _json(405, {"message": "Method Not Allowed"})
        if request.path.startswith("/_gatelet/code/"):
            archive = await self._code(request.path, request.query)
            if archive is None:
                return _json(403, {"message": "Request has expired"})
            return Response(200, [*_NEVER_SHOWN, ("Content-Type", "application/zip")], archive)
        if request.path.startswith(EXPLAIN):
            return await self._explain.serve(request)
        if request.path == "/livez":
            return _json(200, {"status": "ok"})
        if request.path == "/readyz":
            reasons = self._health.unready()
            return _json(503 if reasons else 200, {"status": "not ready" if reasons else "ok", "reasons": reasons})
        if request.path == "/metrics":
            return await metrics_page(self._observed)
        if request.path == "/_gatelet/top":
            return _json(200, await top_page(self._observed))
        health = self._health.report()
        return _json(200 if health["status"] == "ok" else 503, health)


def _json(status: int, value: dict[str, Any]) -> Response:
    return Response(status, [("Content-Type", "application/json"), ("Cache-Control", "no-store")], orjson.dumps(value))
