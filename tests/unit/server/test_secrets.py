"""The keys of an installation: made once, kept, the root key's secret shown until it was."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from gatelet.aws.ids import Ids
from gatelet.server.secrets import root_key, root_key_was_shown, session_key
from gatelet.storage.ports import Records
from gatelet.storage.sqlite.directory import open_data_directory

T = TypeVar("T")


def with_records(path: Path, work: Callable[[Records], Awaitable[T]]) -> T:
    async def main() -> T:
        async with open_data_directory(path) as data:
            return await work(data.records)

    return asyncio.run(main())


def test_the_root_key_stays_and_is_shown_once(tmp_path: Path) -> None:
    first = with_records(tmp_path, lambda records: root_key(records, Ids()))
    again = with_records(tmp_path, lambda records: root_key(records, Ids()))
    assert first == again
    assert not again.shown
    with_records(tmp_path, root_key_was_shown)
    later = with_records(tmp_path, lambda records: root_key(records, Ids()))
    assert later.credentials == first.credentials
    assert later.shown


def test_two_starts_at_once_agree(tmp_path: Path) -> None:
    async def both(records: Records) -> None:
        one, other = await asyncio.gather(root_key(records, Ids()), root_key(records, Ids()))
        assert one == other

    with_records(tmp_path, both)


def test_the_key_of_sessions_stays(tmp_path: Path) -> None:
    from gatelet.identity.credentials import RoleSession

    session = RoleSession("000000000000", "role", "function", 2_000_000_000, "ASIA0000000000000000")
    issued = with_records(tmp_path, session_key).issue(session)
    read, own = with_records(tmp_path, session_key).read(issued.session_token or "")
    assert (read, own) == (session, issued)
