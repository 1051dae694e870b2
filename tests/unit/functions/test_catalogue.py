"""What a target means while it changes: lambda-control-plane section 6."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest
from tests.unit.control.plane import DictRecords

from gatelet.aws.scope import Scope
from gatelet.functions.catalogue import Catalogue
from gatelet.functions.invocation import FunctionNotFound, FunctionTarget
from gatelet.functions.model import function_key, version_key
from gatelet.storage.ports import Delete, Key, Put, Record

SCOPE = Scope("000000000000", "us-east-1")
FUNCTION = function_key(SCOPE, "f")
LIVE = FunctionTarget(SCOPE.account, SCOPE.region, "f", "live")


class ChangingRecords(DictRecords):
    """Something happens before the next reading of one key."""

    def __init__(self) -> None:
        super().__init__()
        self.before: tuple[Key, Callable[[], Any]] | None = None

    async def get(self, key: Key) -> Record | None:
        if self.before is not None and self.before[0] == key:
            (_, happen), self.before = self.before, None
            await happen()
        return await super().get(key)


def version(number: str) -> dict[str, Any]:
    configuration = {
        "FunctionName": "f", "Runtime": "python3.12", "Handler": "a.b", "Timeout": 3, "MemorySize": 128, "Role": "r",
        "Version": number, "State": "Active", "LastModified": "now",
    }  # fmt: skip
    return {"configuration": configuration, "code": {"blob": number, "size": 1, "sha256": number}}


def function(live: str) -> dict[str, Any]:
    alias = {"FunctionVersion": live, "Description": "", "RevisionId": live, "weights": {}}
    return {**version("$LATEST"), "serving": None, "tags": {}, "policies": {}, "aliases": {"live": alias}}


async def world() -> tuple[ChangingRecords, Catalogue]:
    records = ChangingRecords()
    await records.write(Put(FUNCTION, function("1")))
    for number in (1, 2):
        await records.write(Put(version_key(SCOPE, "f", number), version(str(number))))
    return records, Catalogue(cast(Any, records))


def test_an_alias_that_moves_while_it_is_read() -> None:
    """The version that it left is deleted: who calls the alias never hears of that."""

    async def story() -> None:
        records, catalogue = await world()

        async def move() -> None:
            await records.write(Put(FUNCTION, function("2")), Delete(version_key(SCOPE, "f", 1)))
            catalogue.serve(FUNCTION, cast(Any, function("2")), None)
            catalogue.forget_versions(SCOPE.account, SCOPE.region, "f")

        records.before = (version_key(SCOPE, "f", 1), move)
        assert (await catalogue.load(LIVE)).version.version == "2"
        known = catalogue.get(LIVE)
        assert known is not None
        assert known.version.version == "2"

    asyncio.run(story())


def test_a_function_that_is_deleted_while_it_is_read() -> None:
    async def story() -> None:
        records, catalogue = await world()

        async def delete() -> None:
            await records.write(Delete(FUNCTION), Delete(version_key(SCOPE, "f", 1)))
            catalogue.serve(FUNCTION, None, None)

        records.before = (version_key(SCOPE, "f", 1), delete)
        with pytest.raises(FunctionNotFound):
            await catalogue.load(LIVE)
        assert catalogue.get(LIVE) is None

    asyncio.run(story())


def test_functions_that_change_all_the_time_are_served_all_the_same() -> None:
    """What was read last is answered, and not kept: it may be old."""

    async def story() -> None:
        records, catalogue = await world()

        async def touch() -> None:
            catalogue.forget_versions(SCOPE.account, SCOPE.region, "another")
            records.before = (version_key(SCOPE, "f", 1), touch)

        records.before = (version_key(SCOPE, "f", 1), touch)
        assert (await catalogue.load(LIVE)).version.version == "1"
        assert catalogue.get(LIVE) is None

    asyncio.run(story())
