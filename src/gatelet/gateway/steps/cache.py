"""Answers from the stage's cache, or runs the method and keeps its answer. One request at a time refills an entry.

Authorization, keys and throttles have run before. What the gateway answers itself is never kept.
Reference: apigateway-authorization-limits section 10.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from functools import lru_cache, partial

import orjson

from gatelet.aws.quotas import CACHED_RESPONSE_BYTES
from gatelet.gateway.caching import CachePlan, pack, unpack
from gatelet.gateway.context import lookup
from gatelet.gateway.errors import AccessDenied
from gatelet.gateway.events.proxy import parse_query
from gatelet.gateway.exchange import Exchange
from gatelet.gateway.steps.authorize import may_invalidate
from gatelet.gateway.steps.own_headers import own_headers
from gatelet.http.response import Response

_WARNING = ("Warning", "199 Cache-control headers were ignored because the caller was unauthorized.")

_PARAMETER = re.compile(r"method\.request\.(?:multivalue)?(querystring|header)\.(.+)", re.DOTALL)

Run = Callable[[], Awaitable[Response]]


async def cached(plan: CachePlan, exchange: Exchange, run: Run) -> Response:
    """The kept answer, or that of ``run``. Raises GatewayError."""
    refresh, warned = _control(plan, exchange)
    store, key = exchange.ports.responses, _key(plan, exchange)
    place = (plan.namespace, key)
    if not refresh:
        kept = await store.get(plan, key, exchange.trace.received)
        if kept is None and (refill := store.refill_of(place)) is not None:
            await asyncio.shield(refill)
            kept = await store.get(plan, key, exchange.ports.clock.now())
            if kept is None:  # it failed, or its answer is not kept: those who waited run side by side
                return await _run(plan, key, exchange, run)
        if kept is not None:
            exchange.trace.cached = True
            response = unpack(kept, partial(_own, exchange))
            if warned:
                response.headers.append(_WARNING)
            return response
    with store.refilling(place):
        return await _run(plan, key, exchange, run)


async def _run(plan: CachePlan, key: str, exchange: Exchange, run: Run) -> Response:
    store = exchange.ports.responses
    exchange.trace.cached, generation = False, await store.generation(plan)
    response = await run()
    packed = pack(response)
    if packed is not None and len(packed) <= CACHED_RESPONSE_BYTES and generation is not None:
        await store.put(plan, key, packed, generation, exchange.ports.clock.now())
    return response


def _own(exchange: Exchange, traced: bool) -> str:
    return own_headers(exchange.trace, exchange.trace_ids[1] if traced else None)


def _key(plan: CachePlan, exchange: Exchange) -> str:
    """Distinct for distinct values of the parameters; those that are not listed do not count."""
    values = [exchange.trace.verb, *(_values(name, exchange) for name in plan.parameters)]
    return f"{plan.prefix} {orjson.dumps(values).decode()}"


def _values(name: str, exchange: Exchange) -> object:
    """Everything that the integration may see of a parameter: of a header in any case, all values of each."""
    if name.startswith("'"):
        return name[1:-1]
    place, wanted = _place(name)
    if not place:
        return lookup(exchange.trace, name)
    if place == "querystring":
        _, values = parse_query(exchange.trace.request.query)
        return () if values is None else values.get(wanted, ())
    wanted = wanted.lower()
    return [(key, values) for key, values in exchange.parameters.headers.items() if key.lower() == wanted]


@lru_cache(maxsize=1_024)
def _place(name: str) -> tuple[str, str]:
    """Of a parameter in the query or a header: ``querystring`` or ``header``, and its name; else empty."""
    found = _PARAMETER.fullmatch(name)
    return ("", "") if found is None else (found[1], found[2])


def _control(plan: CachePlan, exchange: Exchange) -> tuple[bool, bool]:
    """Whether the client makes the entry anew, and whether it is warned that it may not. Raises AccessDenied."""
    asked = exchange.trace.request.values.get("cache-control")
    if asked is None or "max-age=0" not in asked.replace(" ", "").lower().split(","):
        return False, False
    if not plan.authorized_control or may_invalidate(exchange):
        return True, False
    if plan.strategy == "FAIL_WITH_403":
        raise AccessDenied("User is not authorized to invalidate the cache")
    return False, plan.strategy == "SUCCEED_WITH_RESPONSE_HEADER"
