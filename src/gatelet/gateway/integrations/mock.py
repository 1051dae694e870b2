"""MOCK: the request template says which integration response is chosen; nothing is called.

Reference: apigateway-data-plane section 9.1.
"""

from __future__ import annotations

import asyncio
from typing import Final

from gatelet.aws import quotas
from gatelet.gateway.errors import ApiConfigurationError
from gatelet.gateway.exchange import Exchange, IntegrationReply, OutgoingRequest
from gatelet.gateway.integrations.mock_request import status_of
from gatelet.gateway.method import Mock
from gatelet.gateway.off_loop import LARGE_BYTES
from gatelet.gateway.steps.map_request import map_request
from gatelet.gateway.steps.map_response import map_response
from gatelet.http.response import Response

_MOST: Final = quotas.MIB
"""Bytes of a mock request; a longer one (a client's body that passes through) counts as malformed."""


async def run(integration: Mock, exchange: Exchange) -> Response:
    """Map, read the status, map. Raises GatewayError."""
    outgoing = await map_request(integration.request, exchange)
    status = await asyncio.to_thread(_status, outgoing) if len(outgoing.body) > LARGE_BYTES else _status(outgoing)
    if status is None:
        raise ApiConfigurationError("statusCode should be an integer which defined in request template")
    reply = IntegrationReply(status, b"", matched=str(status), preferred=status, traced=False)
    return await map_response(integration.responses, reply, exchange)


def _status(outgoing: OutgoingRequest) -> int | None:
    return None if len(outgoing.body) > _MOST else status_of(outgoing.body.decode("utf-8", "replace"))
