"""Which channel driver this host has."""

from __future__ import annotations

import asyncio
import sys

from gatelet.functions.channel import Channel
from gatelet.functions.packet_channel import PacketChannel
from gatelet.functions.socket_channel import SocketChannel


def new_channel(loop: asyncio.AbstractEventLoop) -> Channel:
    """Packets where the kernel has them (Linux), a stream elsewhere."""
    return PacketChannel(loop) if sys.platform == "linux" else SocketChannel(loop)
