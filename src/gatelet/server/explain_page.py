"""``GET /_gatelet/requests/{id}``: why a request went as it did. For signed callers who may know.

The root user may, and whoever has a policy that allows ``gatelet:ExplainRequest``: about the APIs of its own account.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from gatelet.aws.clock import Clock
from gatelet.aws.errors import AwsError
from gatelet.aws.scope import DEFAULT_ACCOUNT
from gatelet.http.request import Request
from gatelet.http.response import Response
from gatelet.identity.denials import denial
from gatelet.identity.service import Identity
from gatelet.server.authenticate import Authenticator

SERVICE = "gatelet"
ACTION = "gatelet:ExplainRequest"
PREFIX = "/_gatelet/requests/"

Explain = Callable[[str], dict[str, Any] | None]
"""The story of a request by its id; None: it is not kept (any more)."""


class ExplainPage:
    """Serves explanations."""

    __slots__ = ("_authenticator", "_clock", "_explain", "_identity")

    def __init__(self, authenticator: Authenticator, identity: Identity, explain: Explain, clock: Clock) -> None:
        self._authenticator = authenticator
        self._identity = identity
        self._explain = explain
        self._clock = clock

    async def serve(self, request: Request) -> Response:
        """The story as JSON, or why there is none."""
        if request.method != "GET":
            return _json(405, {"message": "Method Not Allowed"})
        try:
            principal, _ = await self._authenticator.authenticate(request, SERVICE, self._clock.now())
        except AwsError as refusal:
            return _json(403, {"message": refusal.message})
        verdict = self._identity.authorizer.authorize(principal, ACTION, "*")
        if not verdict:
            return _json(403, {"message": denial(principal.arn, ACTION, "*", verdict)})
        story = self._explain(request.path.removeprefix(PREFIX))
        if story is None or story["stage"].get("account", DEFAULT_ACCOUNT) != principal.account:
            return _json(404, {"message": "No request with that id is kept: the newest ones are (explain_requests)."})
        return _json(200, story)


def _json(status: int, value: dict[str, Any]) -> Response:
    headers = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]
    return Response(status, headers, orjson.dumps(value, default=str))
