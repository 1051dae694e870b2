"""The edge: one handler for every request that the HTTP server has read."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

import orjson

from gatelet.aws.clock import Clock
from gatelet.aws.errors import AwsError
from gatelet.aws.ids import Ids
from gatelet.control.dispatch import ControlPlane
from gatelet.functions.urls.address import UrlAddress
from gatelet.gateway.invoke_url import InvokeAddress
from gatelet.http.request import Request
from gatelet.http.response import Response
from gatelet.server.authenticate import Authenticator
from gatelet.server.door import ControlCall, Door, House
from gatelet.server.hosted_ui_address import PoolPage
from gatelet.server.house import HousePages
from gatelet.server.services import service_of

_log = logging.getLogger(__name__)

Serve = Callable[[Request, InvokeAddress], Awaitable[Response]]
"""The data plane: gatelet.gateway.pipeline.serve with its snapshots and ports."""

ServeUrl = Callable[[Request, UrlAddress], Awaitable[Response]]
"""Function URLs: gatelet.server.function_urls.FunctionUrls.serve."""

ServePage = Callable[[Request, PoolPage], Awaitable[Response]]
"""The pages of user pools: gatelet.server.hosted_ui.HostedUi.serve."""


class Listener:
    """What a listener answers: the edge port has everything, the invoke port the data plane alone."""

    __slots__ = (
        "_authenticator",
        "_clock",
        "_control",
        "_door",
        "_house",
        "_ids",
        "_serve",
        "_serve_page",
        "_serve_url",
    )

    def __init__(
        self,
        door: Door,
        serve: Serve,
        serve_url: ServeUrl,
        serve_page: ServePage,
        *,
        control: ControlPlane,
        authenticator: Authenticator,
        house: HousePages,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._door = door
        self._serve = serve
        self._serve_url = serve_url
        self._serve_page = serve_page
        self._control = control
        self._authenticator = authenticator
        self._house = house
        self._clock = clock
        self._ids = ids

    def handle(self, request: Request) -> Awaitable[Response]:
        """The answer to a request; invoke URLs go straight to the data plane."""
        destination = self._door.decide(request)
        if isinstance(destination, InvokeAddress):
            return self._serve(request, destination)
        if isinstance(destination, UrlAddress):
            return self._serve_url(request, destination)
        if isinstance(destination, PoolPage):
            return self._serve_page(request, destination)
        return self._answer(request, destination)

    async def _answer(self, request: Request, destination: object) -> Response:
        request_id = self._ids.uuid()
        if isinstance(destination, ControlCall):
            return await self._control_call(request, request_id)
        if isinstance(destination, House):
            return await self._house.serve(request)
        reason = getattr(destination, "reason", "")
        _log.warning("refused %s %s from %s: %s", request.method, request.path, request.peer, reason)
        return _plain(403, "ForbiddenException", f"Forbidden: {reason}", request_id)

    async def _control_call(self, request: Request, request_id: str) -> Response:
        signing_name = self._authenticator.signing_name(request)
        service = service_of(request, signing_name)
        if service is None:
            what = f"the service {signing_name!r}" if signing_name else "a request that names no AWS service"
            if signing_name is None and not self._authenticator.is_signed(request):
                return _plain(403, "MissingAuthenticationTokenException", "Missing Authentication Token", request_id)
            return _plain(501, "NotImplementedException", f"Gatelet does not support {what} yet.", request_id)
        try:
            principal, scope = await self._authenticator.authenticate(request, service, self._clock.now())
            answer = await self._control.serve(
                request,
                service,
                principal,
                scope,
                request_id=request_id,
                endpoint=f"{request.scheme}://{request.header('host') or ''}",
                source_ip=request.peer,
            )
        except AwsError as error:
            answer = self._control.refuse(service, error, request_id=request_id)
        except Exception:  # noqa: BLE001 - the listener: a fault of ours is an answer in the service's protocol
            _log.exception("request %s to %s failed: a fault of Gatelet", request_id, service)
            answer = self._control.refuse(service, _FAULT, request_id=request_id)
        return Response(answer.status, answer.headers, answer.body)


_FAULT = AwsError("InternalFailure", "The request failed inside Gatelet; its log tells why.", status=500)


def _plain(status: int, code: str, message: str, request_id: str) -> Response:
    body = orjson.dumps({"message": message})
    headers = [("Content-Type", "application/json"), ("x-amzn-ErrorType", code), ("x-amzn-RequestId", request_id)]
    return Response(status, headers, body)
