"""The latch that stops the process when durability can no longer be promised."""

from __future__ import annotations

import asyncio

from gatelet.storage.ports import StorageFailed


class Failure:
    """Set once, from any thread; every writer asks it before it goes on.

    ``told`` is completed in the event loop with the failure: whoever runs the process waits for it.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.reason: str | None = None
        self.told: asyncio.Future[StorageFailed] = loop.create_future()

    def check(self) -> None:
        """Raises StorageFailed once the store has failed."""
        if self.reason is not None:
            raise StorageFailed(self.reason)

    def report(self, reason: str) -> StorageFailed:
        """The store has failed: nothing more is written. The error to raise."""
        if self.reason is None:
            self.reason = reason
            self._loop.call_soon_threadsafe(self._tell)
        return StorageFailed(self.reason)

    def _tell(self) -> None:
        if not self.told.done():
            self.told.set_result(StorageFailed(self.reason or ""))
