"""Who may refresh what a stage's cache keeps (apigateway-authorization-limits section 10)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.unit.gateway.cached import ON, Cached, live
from tests.unit.gateway.guarded import Signed, policy
from tests.unit.gateway.world import API, SCOPE, header

from gatelet.gateway.caching import cache_namespace
from gatelet.wire.signing import sign


class TestInvalidation:
    """``Cache-Control: max-age=0`` is the only form."""

    @pytest.mark.parametrize(
        ("value", "refreshes"),
        [("max-age=0", True), ("no-store, max-age=0", True), ("no-cache", False), ("max-age=1", False)],
    )
    def test_without_authorization_everybody_may(self, value: str, refreshes: bool) -> None:
        async def story(cached: Cached) -> None:
            assert await cached.body() == "1"
            assert await cached.body(**{"Cache-Control": value}) == ("2" if refreshes else "1")
            assert await cached.body() == ("2" if refreshes else "1")

        live(story)

    @pytest.mark.parametrize(
        ("strategy", "status", "warned"),
        [
            ("FAIL_WITH_403", 403, False),
            ("SUCCEED_WITH_RESPONSE_HEADER", 200, True),
            ("SUCCEED_WITHOUT_RESPONSE_HEADER", 200, False),
        ],
    )
    def test_who_may_not_is_treated_as_the_stage_says(self, strategy: str, status: int, warned: bool) -> None:
        settings = {
            **ON,
            "requireAuthorizationForCacheControl": True,
            "unauthorizedCacheControlHeaderStrategy": strategy,
        }

        async def story(cached: Cached) -> None:
            assert await cached.body() == "1"
            response = await cached.get(**{"Cache-Control": "max-age=0"})
            assert (response.status, header(response, "Warning") is not None) == (status, warned)
            assert await cached.body() == "1"

        live(story, stage_members={"cacheClusterEnabled": True, "methodSettings": {"*/*": settings}})

    @pytest.mark.parametrize(("text", "calls"), [(None, 2), (policy(("Deny", "POST/*", "*")), 2)])
    def test_a_signer_whose_policies_allow_it_may(self, text: str | None, calls: int) -> None:
        settings = {**ON, "requireAuthorizationForCacheControl": True}
        members = {"cacheClusterEnabled": True, "methodSettings": {"*/*": settings}}
        signed = Signed(stage_members=members, **({} if text is None else {"policy": text}))
        headers = sign(
            "GET",
            f"/_aws/execute-api/{API}/dev/users",
            headers={"Host": "127.0.0.1:4566"},
            body=b"",
            access_key_id=SCOPE.account,
            secret_access_key="test",
            session_token=None,
            region=SCOPE.region,
            service="execute-api",
            now=signed.world.clock.at,
        )
        sent = [(name, value) for name, value in headers.items() if name != "Host"]
        assert signed.send(sent) == 200
        assert signed.send([*sent, ("Cache-Control", "max-age=0")]) == 200
        assert len(signed.world.invoker.events) == calls

    def test_a_signer_of_another_account_may_not(self) -> None:
        settings = {**ON, "requireAuthorizationForCacheControl": True}
        members = {"cacheClusterEnabled": True, "methodSettings": {"*/*": settings}}
        everything = policy(("Allow", "*", "*")).replace("execute-api:Invoke", "execute-api:*")
        signed = Signed(stage_members=members, policy=everything)
        sending = signed.send
        assert signed.call(key="000000000000") == 200
        signed.send = lambda headers: sending([*headers, ("Cache-Control", "max-age=0")])  # type: ignore[method-assign]
        assert signed.call(key="000000000000") == 200
        assert len(signed.world.invoker.events) == 1
        assert signed.call(key=SCOPE.account) == 200
        assert len(signed.world.invoker.events) == 2

    def test_an_answer_in_the_making_is_flushed_too(self) -> None:
        async def story(cached: Cached) -> None:
            invoke = cached.world.invoker.invoke_proxy

            async def flushed_meanwhile(*args: Any, **members: Any) -> Any:
                reply = await invoke(*args, **members)
                await cached.world.ports.responses.flush(cache_namespace(SCOPE, API, "dev"))
                return reply

            cached.world.invoker.invoke_proxy = flushed_meanwhile  # type: ignore[method-assign]
            assert await cached.body() == "1"
            cached.world.invoker.invoke_proxy = invoke  # type: ignore[method-assign]
            assert [await cached.body(), await cached.body()] == ["2", "2"]

        live(story)

    def test_who_leaves_in_the_middle_holds_nobody_up(self) -> None:
        async def story(cached: Cached) -> None:
            invoke, stuck = cached.world.invoker.invoke_proxy, asyncio.Event()

            async def stay(*args: Any, **members: Any) -> Any:
                stuck.set()
                await asyncio.Event().wait()

            cached.world.invoker.invoke_proxy = stay  # type: ignore[method-assign]
            first = asyncio.create_task(cached.get())
            await stuck.wait()
            waiting = [asyncio.create_task(cached.body()) for _ in range(3)]
            await asyncio.sleep(0)
            cached.world.invoker.invoke_proxy = invoke  # type: ignore[method-assign]
            first.cancel()
            assert await asyncio.gather(*waiting) == ["1", "1", "1"]
            assert await cached.body() == "1"

        live(story)

    def test_a_flush_forgets_the_stage(self) -> None:
        async def story(cached: Cached) -> None:
            assert await cached.body() == "1"
            await cached.world.ports.responses.cache.flush(cache_namespace(SCOPE, API, "dev"))
            assert await cached.body() == "2"

        live(story)
