"""Chooses the integration response for what an integration answered.

Reference: apigateway-data-plane sections 9.1 (MOCK) and 9.4.
"""

from __future__ import annotations

from gatelet.aws import quotas
from gatelet.gateway.errors import ApiConfigurationError
from gatelet.gateway.exchange import Exchange, IntegrationReply
from gatelet.gateway.jsonpath import Allowance, LimitExceeded
from gatelet.gateway.mapping.plan import ResponseMapping, ResponseMappings
from gatelet.gateway.off_loop import Effort

_LARGE_TEXT = 4 * quotas.KIB


async def select(responses: ResponseMappings, reply: IntegrationReply, exchange: Exchange) -> ResponseMapping | None:
    """The integration response: the first whose pattern matches, by status; else the default, if there is one.

    Raises ApiConfigurationError for patterns that take too long.
    """

    def work(effort: Effort) -> ResponseMapping | None:
        return _match(responses, reply, Allowance(effort.visits))

    try:
        matched = await exchange.ports.off_loop.run(work, large=len(reply.matched) > _LARGE_TEXT)
    except LimitExceeded as exceeded:
        raise ApiConfigurationError(f"A selection pattern takes too long: {exceeded}") from exceeded
    return matched or responses.default


def _match(responses: ResponseMappings, reply: IntegrationReply, allowance: Allowance) -> ResponseMapping | None:
    found = None
    for response in responses.by_status:
        if response.pattern is not None and response.pattern.matches(reply.matched, allowance.spend):
            if reply.preferred is None or response.status == reply.preferred:
                return response
            found = found or response
    return found
