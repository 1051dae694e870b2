"""Puts messages, takes them and acknowledges most, until it is killed; says on standard output what was done."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from gatelet.storage.ports import Storage
from gatelet.storage.queue import Message, QueueBounds
from gatelet.storage.sqlite.directory import open_data_directory

BOUNDS = QueueBounds(10**6, 10**9, 10**6, 10**9)
QUEUES = 4
FOREVER = 10**15


async def put_without_end(storage: Storage, round_number: int, queue: str) -> None:
    """``put NAME`` once a message is acknowledged to us."""
    number = 0
    while True:
        name = f"{round_number}-{queue}-{number}"
        await storage.queue.put(Message(queue, number, name.encode()), BOUNDS)
        os.write(1, f"put {name}\n".encode())
        number += 1


async def work_without_end(storage: Storage, queue: str) -> None:
    """``done NAME`` once the queue has forgotten it; every third message is left to the lease."""
    while True:
        for leased in await storage.queue.take(queue, now=FOREVER, until=2 * FOREVER, limit=3):
            name = leased.message.body.decode()
            if int(name.rpartition("-")[2]) % 3:
                follower = Message("followers", 0, name.encode())
                os.write(1, f"begun {name}\n".encode())
                await storage.queue.acknowledge(leased.lease, [follower])
                os.write(1, f"done {name}\n".encode())
        await asyncio.sleep(0)


async def main(place: Path, round_number: int) -> None:
    """Run until killed."""
    async with open_data_directory(place) as storage:
        names = [f"q{number}" for number in range(QUEUES)]
        putting = [put_without_end(storage, round_number, name) for name in names]
        await asyncio.gather(*putting, *(work_without_end(storage, name) for name in names))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
