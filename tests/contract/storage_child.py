"""Writes without end until it is killed; says on standard output what was acknowledged, line by line."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from gatelet.storage.ports import Collection, Put, Storage
from gatelet.storage.sqlite.directory import open_data_directory

LEFT = Collection("test", "Left", "000000000000", "us-east-1")
RIGHT = Collection("test", "Right", "000000000000", "us-east-1")
WRITERS = 16


async def write_without_end(storage: Storage, round_number: int, writer: int) -> None:
    """Each write is two records; every tenth is a blob first, and records that name it."""
    number = 0
    while True:
        name = f"{round_number}-{writer}-{number}"
        value = {"name": name}
        if number % 10 == 0:
            value["blob"] = await storage.blobs.put(f"blob {name}".encode() * 50)
        await storage.records.write(Put(LEFT.key(name), value, expected=0), Put(RIGHT.key(name), value, expected=0))
        os.write(1, f"{name} {value.get('blob', '-')}\n".encode())
        number += 1


async def main(place: Path, round_number: int) -> None:
    """Run until killed."""
    async with open_data_directory(place) as storage:
        await asyncio.gather(*(write_without_end(storage, round_number, writer) for writer in range(WRITERS)))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
