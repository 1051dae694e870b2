"""Unpacked code: once for each archive, gone when nobody refers to it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from tests.unit.functions.world import zipped

from gatelet.functions.code import CodeMissing, CodeStore
from gatelet.storage.sqlite.directory import open_data_directory

Story = Callable[[CodeStore, str], Awaitable[None]]


def live(place: Path, story: Story) -> None:
    async def opened() -> None:
        async with open_data_directory(place / "data") as data:
            blob = await data.blobs.put(zipped({"app.py": "x = 1"}))
            await story(CodeStore(place / "code", data.blobs), blob)

    asyncio.run(opened())


def using(*blobs: str) -> Callable[[], Awaitable[set[str]]]:
    async def in_use() -> set[str]:
        return set(blobs)

    return in_use


def test_code_is_unpacked_once(tmp_path: Path) -> None:
    async def story(store: CodeStore, blob: str) -> None:
        assert store.ready(blob) is None
        first, second = await asyncio.gather(store.prepare(blob), store.prepare(blob))
        assert first == second == store.ready(blob) == tmp_path / "code" / blob
        assert (first / "app.py").read_text() == "x = 1"
        assert [path.name for path in first.parent.iterdir()] == [blob]

    live(tmp_path, story)


def test_code_of_an_earlier_process_is_found(tmp_path: Path) -> None:
    async def story(store: CodeStore, blob: str) -> None:
        await store.prepare(blob)
        inode = (tmp_path / "code" / blob).stat().st_ino
        again = CodeStore(tmp_path / "code", store._blobs)
        assert (await again.prepare(blob)).stat().st_ino == inode

    live(tmp_path, story)


def test_unused_code_is_removed_and_can_come_back(tmp_path: Path) -> None:
    async def story(store: CodeStore, blob: str) -> None:
        path = await store.prepare(blob)
        await store.collect_garbage(using(blob))
        assert path.is_dir()
        await store.collect_garbage(using())
        assert list(path.parent.iterdir()) == []
        assert store.ready(blob) is None
        assert await store.prepare(blob) == path
        assert path.is_dir()

    live(tmp_path, story)


def test_a_missing_archive(tmp_path: Path) -> None:
    async def story(store: CodeStore, _: str) -> None:
        with pytest.raises(CodeMissing):
            await store.prepare(hashlib.sha256(b"nothing").hexdigest())

    live(tmp_path, story)


def test_code_that_is_asked_for_during_a_collection_stays(tmp_path: Path) -> None:
    """An environment may start from code while it is looked up what is in use."""

    async def story(store: CodeStore, blob: str) -> None:
        path = await store.prepare(blob)

        async def in_use() -> set[str]:
            assert store.ready(blob) == path
            return set()

        await store.collect_garbage(in_use)
        assert path.is_dir()

    live(tmp_path, story)


def test_collections_disturb_neither_each_other_nor_an_archive_being_unpacked(tmp_path: Path) -> None:
    async def story(store: CodeStore, blob: str) -> None:
        path = await store.prepare(blob)
        being_unpacked = path.parent / ".unpacking-other"
        being_unpacked.mkdir()
        await asyncio.gather(*(store.collect_garbage(using()) for _ in range(3)))
        assert list(path.parent.iterdir()) == [being_unpacked]
        await store.start()
        assert list(path.parent.iterdir()) == []

    live(tmp_path, story)
