"""Bodies that would hold the event loop: which they are, and the process that checks them."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from gatelet.aws import quotas
from gatelet.gateway import heavy_validation
from gatelet.gateway.heavy_validation import HeavyValidation, ValidationUnavailable
from gatelet.gateway.validation.model import BodyModel, compile_model

TREE = {
    "anyOf": [
        {"properties": {"a": {"$ref": "#"}}, "required": ["b"]},
        {"properties": {"a": {"$ref": "#"}}, "required": ["c"]},
    ]
}
"""Checking a body takes twice as long for each level of it."""


def model(schema: Any) -> BodyModel:
    return compile_model({"Body": {"schema": json.dumps(schema)}}, "a1b2c3d4e5", "Body")


def nested(depth: int) -> bytes:
    return b'{"a":' * depth + b"1" + b"}" * depth


@pytest.mark.parametrize(
    ("schema", "body", "light"),
    [
        ({"type": "object"}, b"{}", True),
        ({"type": "object"}, b" " * (quotas.VALIDATION_INLINE_BYTES + 1), False),
        (TREE, nested(9), True),
        (TREE, nested(30), False),
        ({"properties": {"next": {"$ref": "#"}}}, nested(30), True),
        ({"oneOf": [{"type": "string"}, {"type": "null"}]}, nested(30), True),
        ({"pattern": "^(?=.*a).*$"}, b'{"password": "secret"}', True),
        ({"items": {"pattern": "^(?=.*a).*$"}}, json.dumps(["secret"] * 20).encode(), False),
        ({"items": {"pattern": "^[a-z]+$"}}, json.dumps(["secret"] * 20).encode(), True),
        ({"patternProperties": {"(a)\\1": {}}}, json.dumps({str(n): n for n in range(20)}).encode(), False),
    ],
    ids=[
        "small",
        "large",
        "shallow",
        "deep",
        "a list",
        "alternatives",
        "one look ahead",
        "many look ahead",
        "many linear",
        "names that look back",
    ],
)
def test_what_is_checked_at_once(schema: Any, body: bytes, light: bool) -> None:
    assert model(schema).is_light(body) == light


def test_definitions_that_double_are_risky() -> None:
    definitions = {f"d{n}": {"allOf": [{"$ref": f"#/definitions/d{n + 1}"}] * 2} for n in range(20)}
    schema = {"$ref": "#/definitions/d0", "definitions": {**definitions, "d20": {"type": "object"}}}
    assert not model(schema).is_light(json.dumps({f"n{n}": n for n in range(20)}).encode())


def test_the_process_says_what_the_gateway_would() -> None:
    schema = {"items": {"type": "integer"}}
    good, bad = json.dumps([1] * 50_000).encode(), json.dumps(["1"]).encode()

    async def run() -> list[str | None]:
        validation = HeavyValidation()
        try:
            return [await validation.check(model(schema), body) for body in (good, bad, b"no json", b"")]
        finally:
            await validation.close()

    expected = [model(schema).check(body) for body in (good, bad, b"no json", b"")]
    assert asyncio.run(run()) == expected
    assert expected[0] is None


def test_what_takes_too_long_is_given_up_and_the_next_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> str | None:
        validation = HeavyValidation()
        try:
            monkeypatch.setattr(heavy_validation, "VALIDATION_SECONDS", 0.4)
            with pytest.raises(ValidationUnavailable, match="takes too long"):
                await validation.check(model(TREE), nested(40))
            monkeypatch.setattr(heavy_validation, "VALIDATION_SECONDS", 20)
            return await validation.check(model(TREE), b'{"b": 1}')
        finally:
            await validation.close()

    assert asyncio.run(run()) is None


def test_only_so_many_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heavy_validation, "VALIDATIONS_WAITING", 2)

    async def run() -> list[str | BaseException | None]:
        validation = HeavyValidation()
        try:
            checks = [validation.check(model({"type": "array"}), b"[]") for _ in range(3)]
            return await asyncio.gather(*checks, return_exceptions=True)
        finally:
            await validation.close()

    first, second, third = asyncio.run(run())
    assert (first, second) == (None, None)
    assert isinstance(third, ValidationUnavailable)


def test_the_process_ends_when_nobody_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heavy_validation, "VALIDATION_IDLE_SECONDS", 0)

    async def run() -> list[str | None]:
        validation = HeavyValidation()
        try:
            first = await validation.check(model({"type": "array"}), b"[]")
            process = validation._process
            assert process is not None
            async with asyncio.timeout(10):
                assert await process.wait() == 0
            return [first, await validation.check(model({"type": "array"}), b"[]")]
        finally:
            await validation.close()

    assert asyncio.run(run()) == [None, None]
