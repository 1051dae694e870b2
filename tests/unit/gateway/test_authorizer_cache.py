"""What is remembered of authorizers' answers (apigateway-authorization-limits 4)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.unit.gateway.guarded import (
    ALLOW,
    DENIED,
    DENIED_EXPLICITLY,
    REQUEST,
    TOKEN,
    Guarded,
    answer,
    failed,
    live,
)
from tests.unit.gateway.world import API

from gatelet.gateway.authorizers.cache import AuthorizerCache
from gatelet.gateway.live import LiveGateway
from gatelet.gateway.ports import (
    InvokeReply,
)


class TestCache:
    """Section 4.7."""

    def test_a_kept_answer_is_evaluated_against_each_method(self) -> None:
        async def story(guarded: Guarded) -> None:
            assert (await guarded.call())[0] == 200
            assert await guarded.call("POST") == DENIED
            assert len(guarded.asked) == 1

        live(story, answer(("Allow", "GET/users")))

    @pytest.mark.parametrize("address", ["203.0.113.0/24", "198.51.100.0/24"])
    def test_a_kept_answer_with_a_condition_is_evaluated_for_each_request(self, address: str) -> None:
        reply = answer(("Allow", "*"))
        reply["policyDocument"]["Statement"][0]["Condition"] = {"IpAddress": {"aws:SourceIp": address}}

        async def story(guarded: Guarded) -> None:
            for peer in ("203.0.113.7", "198.51.100.9"):
                response = await guarded.world.call(headers=[("authorization", "t1")], peer=peer)
                inside = peer.rpartition(".")[0] == address.rpartition(".")[0]
                assert response.status == (200 if inside else 403)
            assert len(guarded.asked) == 1

        live(story, reply)

    def test_its_context_comes_with_a_hit(self) -> None:
        async def story(guarded: Guarded) -> None:
            await guarded.call()
            assert (await guarded.call())[1] == {"principalId": "user|42", "tier": "gold", "integrationLatency": 0}

        live(story, {**ALLOW, "context": {"tier": "gold"}})

    @pytest.mark.parametrize(("ttl", "wait", "calls"), [(None, 299, 1), (None, 300, 2), (10, 11, 2), (0, 0, 2)])
    def test_it_is_kept_for_its_time(self, ttl: int | None, wait: int, calls: int) -> None:
        async def story(guarded: Guarded) -> None:
            await guarded.call()
            guarded.world.clock.at += wait
            await guarded.call()
            assert len(guarded.asked) == calls

        live(story, authorizer=TOKEN if ttl is None else {**TOKEN, "authorizerResultTtlInSeconds": ttl})

    def test_each_token_has_an_answer_of_its_own(self) -> None:
        async def story(guarded: Guarded) -> None:
            for token in ("t1", "t2", "t1"):
                await guarded.call(token=token)
            assert len(guarded.asked) == 2

        live(story)

    @pytest.mark.parametrize("reply", [failed("Unauthorized"), failed("x"), {"principalId": "u"}])
    def test_failures_are_not_kept_but_denials_are(self, reply: Any) -> None:
        async def story(guarded: Guarded) -> None:
            await guarded.call()
            await guarded.call()
            assert len(guarded.asked) == 2
            guarded.reply = answer(("Deny", "*"))
            assert await guarded.call() == DENIED_EXPLICITLY
            assert await guarded.call() == DENIED_EXPLICITLY
            assert len(guarded.asked) == 3

        live(story, reply)

    @pytest.mark.parametrize("query", ["user=a&user=b", "user=b&user=a", "user=b"])
    def test_an_answer_is_that_of_all_values_of_a_source(self, query: str) -> None:
        """A function sees every value: who repeats another's has no part in that one's answer."""

        async def story(guarded: Guarded) -> None:
            await guarded.call(query="user=a")
            await guarded.call(query=query)
            assert len(guarded.asked) == 2

        live(story, authorizer=REQUEST)

    def test_another_set_up_asks_anew(self) -> None:
        async def story(guarded: Guarded) -> None:
            await guarded.call(query="user=a", token="a")
            for record in guarded.world.records.stored.values():
                if "document" in record:
                    source = "method.request.header.Authorization"
                    record["document"]["authorizers"]["au1"] = {**REQUEST, "identitySource": source}
            guarded.world.live = LiveGateway(guarded.world.records)
            await guarded.world.live.start()
            await guarded.call(query="user=a", token="a")
            assert len(guarded.asked) == 2

        live(story, authorizer=REQUEST)

    def test_what_was_asked_before_a_flush_is_not_kept_after_it(self) -> None:
        async def story(guarded: Guarded) -> None:
            ask, cache = guarded._ask, guarded.world.ports.authorizer_cache

            async def flushed_meanwhile(*args: Any, **call: Any) -> InvokeReply:
                cache.flush(API, "dev")
                return await ask(*args, **call)

            guarded.world.invoker.invoke = flushed_meanwhile  # type: ignore[method-assign]
            await guarded.call()
            guarded.world.invoker.invoke = ask  # type: ignore[method-assign]
            await guarded.call()
            assert len(guarded.asked) == 2

        live(story)

    def test_it_holds_no_more_than_its_bytes(self) -> None:
        async def story(guarded: Guarded) -> None:
            guarded.world.ports = replace(guarded.world.ports, authorizer_cache=AuthorizerCache(most_bytes=5_000))
            for token in ("t1", "t2", "t1", "t2"):
                await guarded.call(token=token)
            assert len(guarded.asked) == 4
            guarded.reply = ALLOW
            for token in ("t3", "t4", "t3", "t4"):
                await guarded.call(token=token)
            assert len(guarded.asked) == 6

        live(story, {**ALLOW, "context": {"large": "x" * 3_000}})

    def test_a_very_large_answer_is_not_kept(self) -> None:
        async def story(guarded: Guarded) -> None:
            await guarded.call()
            await guarded.call()
            assert len(guarded.asked) == 2

        live(story, {**ALLOW, "context": {"large": "x" * 300_000}})

    def test_a_flush_forgets_and_a_full_cache_asks_again(self) -> None:
        async def story(guarded: Guarded) -> None:
            guarded.world.ports = replace(guarded.world.ports, authorizer_cache=AuthorizerCache(most=2))
            await guarded.call()
            guarded.world.ports.authorizer_cache.flush(API, "dev")
            await guarded.call()
            assert len(guarded.asked) == 2
            for token in ("t2", "t3", "t1"):
                await guarded.call(token=token)
            assert len(guarded.asked) == 5

        live(story)
