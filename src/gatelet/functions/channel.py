"""The channel between the gateway and one worker: what every driver gives (tests/contract).

A driver moves whole frames (``runtimes.python.frames``), in order, both ways. It never blocks the loop:
what the worker does not take yet is kept, up to one frame of the largest size.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Protocol

OnFrame = Callable[[int, bytes], None]
"""``(kind, payload)`` of one frame from the worker."""

OnClosed = Callable[[], None]
"""The channel ended: the worker is gone, or it broke the protocol."""


class Channel(Protocol):
    """The gateway's end."""

    def open(self, on_frame: OnFrame, on_closed: OnClosed) -> socket.socket:
        """Begin: the worker's end, to be handed to its process and then closed by the caller."""

    def send(self, frame: bytes, *, at_once: bool = False) -> None:
        """Send one encoded frame; nothing happens on a closed channel.

        A driver may gather frames until the end of the loop's round, unless it is to send them at once.
        """

    def take_back(self) -> int:
        """Take back the frames that the worker has not taken: how many. Each is run by one side alone.

        A driver without that gives 0. A frame over ``frames.PACKET_BYTES`` must not be among them.
        """

    def say_goodbye(self) -> None:
        """Send no more: the worker may end in its own time, and is heard until ``close``."""

    def pause(self) -> None:
        """Read no more until ``resume``: the worker is not to send faster than somebody takes."""

    def resume(self) -> None:
        """Read again."""

    def drain(self) -> None:
        """Deliver what the worker has sent so far, now; not what it goes on sending meanwhile."""

    def close(self) -> None:
        """End the channel; ``on_closed`` is not called."""
