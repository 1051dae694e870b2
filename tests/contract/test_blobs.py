"""The Blobs port (storage/ports.py)."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any, Protocol

import pytest

from gatelet.storage.ports import Storage

ABSENT = "0" * 64


class Driver(Protocol):
    def run(self, story: Any) -> None: ...


@pytest.mark.parametrize("data", [b"", b"code", bytes(range(256)) * 20_000], ids=["empty", "small", "5 MB"])
def test_bytes_are_found_at_the_digest_of_their_content(driver: Driver, data: bytes) -> None:
    async def story(storage: Storage) -> None:
        address = await storage.blobs.put(data)
        assert address == hashlib.sha256(data).hexdigest()
        assert await storage.blobs.get(address) == data
        path = await storage.blobs.path(address)
        assert path is not None
        assert path.read_bytes() == data

    driver.run(story)


def test_the_same_bytes_may_be_put_again_at_the_same_time(driver: Driver) -> None:
    async def story(storage: Storage) -> None:
        addresses = await asyncio.gather(*(storage.blobs.put(b"same") for _ in range(10)))
        assert len(set(addresses)) == 1
        assert await storage.blobs.get(addresses[0]) == b"same"

    driver.run(story)


def test_what_is_absent_or_no_address_is_none(driver: Driver) -> None:
    async def story(storage: Storage) -> None:
        for address in (ABSENT, "", "../../lock", "ab/" * 21 + "a", ABSENT.replace("0", "G"), ABSENT + "\n"):
            assert await storage.blobs.get(address) is None
            assert await storage.blobs.path(address) is None
            await storage.blobs.delete(address)

    driver.run(story)


def test_deleted_bytes_are_gone_and_may_come_back(driver: Driver) -> None:
    async def story(storage: Storage) -> None:
        address = await storage.blobs.put(b"x")
        await storage.blobs.delete(address)
        assert await storage.blobs.get(address) is None
        assert await storage.blobs.put(b"x") == address
        assert await storage.blobs.get(address) == b"x"

    driver.run(story)


def test_bytes_are_there_after_reopening(driver: Driver) -> None:
    async def before(storage: Storage) -> None:
        await storage.blobs.put(b"kept")

    async def after(storage: Storage) -> None:
        assert await storage.blobs.get(hashlib.sha256(b"kept").hexdigest()) == b"kept"

    driver.run(before)
    driver.run(after)
