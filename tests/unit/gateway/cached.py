"""A gateway with a cache."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from tests.unit.gateway.world import World, method

ON = {"cachingEnabled": True, "cacheTtlInSeconds": 60, "requireAuthorizationForCacheControl": False}
CACHED = {"cacheClusterEnabled": True, "methodSettings": {"*/*": ON}}
BY_USER = {"cacheKeyParameters": ["method.request.querystring.user"]}


class Cached:
    """A gateway with a cache; its function counts its calls."""

    def __init__(
        self, tree: Any = None, *, handler: Any = None, stage_members: Any = CACHED, **integration: Any
    ) -> None:
        self.calls = 0
        tree = tree or {"/users": {verb: method(integration=integration) for verb in ("GET", "POST")}}
        self.world = World(tree, handler or self._handle, stage_members=stage_members)

    def _handle(self, event: dict[str, Any]) -> dict[str, Any]:
        self.calls += 1
        return {"statusCode": 200, "headers": {"X-Made": "once"}, "body": str(self.calls)}

    async def get(self, query: str = "", verb: str = "GET", path: str = "/users", **headers: str) -> Any:
        sent = [(name.replace("_", "-"), value) for name, value in headers.items()]
        return await self.world.call(verb, path, query, headers=sent)

    async def body(self, *args: Any, **headers: str) -> str:
        response = await self.get(*args, **headers)
        assert response.status == 200
        return str(response.body.decode())


def live(story: Callable[[Cached], Awaitable[None]], *args: Any, **members: Any) -> None:
    async def run() -> None:
        cached = Cached(*args, **members)
        await cached.world.live.start()
        await story(cached)

    asyncio.run(run())
