"""From a request to an operation and back: the same few lines for every operation of every service."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from gatelet.aws.errors import AwsError, NotSupported
from gatelet.aws.scope import Scope
from gatelet.control.authorization import Asking, Authorization
from gatelet.control.operation import Call
from gatelet.control.ports import Ports
from gatelet.control.registry import Registry
from gatelet.counters.errors import CountersUnavailable
from gatelet.identity.principals import Principal
from gatelet.identity.request_keys import Circumstances
from gatelet.storage.ports import RevisionConflict, StorageFailed, StorageFull

if TYPE_CHECKING:
    from gatelet.wire.codec import Codec
    from gatelet.wire.message import DecodedCall, WireRequest, WireResponse

_log = logging.getLogger(__name__)

LARGE_BODY_BYTES = 262_144
"""Bodies above this are verified and decoded in a thread: a code archive must not hold the event loop."""


Relay = Callable[["WireRequest", str, Scope], Awaitable["WireResponse"]]
"""Answers an authorised request to a service (botocore's name) in a scope from somewhere else. May raise AwsError."""


class ControlPlane:
    """Serves AWS's operations."""

    __slots__ = ("_authorization", "_codec", "_loaded", "_loading", "_ports", "_registry", "_relays")

    def __init__(
        self, codec: Codec, registry: Registry, ports: Ports, relays: Mapping[str, Relay] | None = None
    ) -> None:
        """``relays`` serve whole services, by name, in place of the operations here."""
        self._relays = relays or {}
        self._codec = codec
        self._registry = registry
        self._ports = ports
        self._authorization = Authorization()
        self._loading: dict[str, asyncio.Task[None]] = {}
        self._loaded: set[str] = set()

    async def serve(
        self,
        request: WireRequest,
        service: str,
        principal: Principal,
        scope: Scope,
        *,
        request_id: str,
        endpoint: str,
        source_ip: str = "",
    ) -> WireResponse:
        """The answer to one authenticated request; every failure is an AWS-shaped answer too."""
        if service not in self._loaded:
            await self._load(service)
        spoken = self._codec.dialect(service, request)
        try:
            decoded = await self._decode(spoken, request)
            relay = self._relays.get(service)
            function = self._registry.find(service, decoded.operation)
            if function is None and relay is None:
                raise NotSupported(f"the operation {service}:{decoded.operation}")
            circumstances = self._circumstances(decoded, scope, source_ip, endpoint)
            call = Call(scope, principal, request_id, endpoint, self._ports, decoded.headers, circumstances)
            await self._authorization.check(call, Asking(service, decoded.operation, decoded.params, request))
            if function is None or relay is not None:
                assert relay is not None
                return await relay(request, service, scope)
            result = await function(call, decoded.params)
            answer = self._codec.encode(spoken, decoded.operation, result, request_id=request_id)
            answer.headers.extend(call.added_headers.items())
            return answer
        except AwsError as error:
            return self._codec.encode_error(spoken, error, request_id=request_id)
        except RevisionConflict:
            return self._codec.encode_error(spoken, _CONFLICT, request_id=request_id)
        except CountersUnavailable:
            _log.exception("the counters' server does not answer: request %s", request_id)
            return self._codec.encode_error(spoken, _NO_COUNTERS, request_id=request_id)
        except StorageFull:
            _log.exception("the disk is full: request %s changed nothing", request_id)
            return self._codec.encode_error(spoken, _FULL, request_id=request_id)
        except StorageFailed:
            _log.exception("storage failed: request %s", request_id)
            return self._codec.encode_error(spoken, _FAULT, request_id=request_id)

    async def _load(self, service: str) -> None:
        """A service's model and operations, at its first call, off the event loop: that takes 30 ms.

        Raises what keeps them from being loaded; the next call tries again.
        """
        loading = self._loading.get(service)
        if loading is None:
            loading = self._loading[service] = asyncio.create_task(asyncio.to_thread(self._load_now, service))
            loading.add_done_callback(lambda _: self._loading.pop(service))
        await asyncio.shield(loading)
        self._loaded.add(service)

    def _load_now(self, service: str) -> None:
        self._codec.load(service)
        self._registry.operations(service)

    def _circumstances(self, decoded: DecodedCall, scope: Scope, source_ip: str, endpoint: str) -> Circumstances:
        return Circumstances(
            self._ports.clock.now(),
            source_ip=source_ip,
            region=scope.region,
            secure_transport=endpoint.startswith("https:"),
            user_agent=decoded.headers.get("user-agent", ""),
            referer=decoded.headers.get("referer", ""),
        )

    async def _decode(self, service: str, request: WireRequest) -> DecodedCall:
        if len(request.body) > LARGE_BODY_BYTES:
            return await asyncio.to_thread(self._codec.decode, service, request)
        return self._codec.decode(service, request)

    def refuse(self, service: str, error: AwsError, *, request_id: str) -> WireResponse:
        """The answer to a request that is refused before its operation is known."""
        return self._codec.encode_error(service, error, request_id=request_id)


# apigateway-control-plane section 1.1: AWS's words for a lost race
_CONFLICT = AwsError(
    "ConflictException",
    "Unable to complete operation due to concurrent modification. Please try again later.",
    status=409,
)
_NO_COUNTERS = AwsError(
    "ServiceUnavailableException", "The server of quotas and caches does not answer. Please try again.", status=503
)
_FULL = AwsError("ServiceUnavailableException", "No space is left in Gatelet's data directory.", status=503)
_FAULT = AwsError("InternalFailure", "Gatelet could not store the change.", status=500)
