"""Work behind an answered call is kept, waited for, cancelled, and its faults are told."""

from __future__ import annotations

import asyncio
import gc

import pytest

from gatelet.control.background import Background


def test_work_is_kept_and_waited_for() -> None:
    async def main() -> list[int]:
        done: list[int] = []
        background = Background()

        async def work(number: int) -> None:
            await asyncio.sleep(0)
            gc.collect()
            done.append(number)
            if number < 3:
                background.start(work(number + 1), "more")

        background.start(work(0), "first")
        await background.idle()
        return done

    assert asyncio.run(main()) == [0, 1, 2, 3]


def test_a_fault_is_told(caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        raise ValueError("no")

    async def main() -> None:
        background = Background()
        background.start(fail(), "the work")
        await background.idle()

    asyncio.run(main())
    assert caplog.messages == ["the work failed"]
    assert "ValueError: no" in caplog.text


def test_stop_cancels(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> bool:
        background = Background()
        never = asyncio.Event()
        background.start(_wait(never), "waiting")
        await asyncio.sleep(0)
        await background.stop()
        await background.idle()
        return never.is_set()

    async def _wait(event: asyncio.Event) -> None:
        await event.wait()

    assert asyncio.run(main()) is False
    assert caplog.messages == []
