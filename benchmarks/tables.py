"""Tables: acknowledged puts a second, the latency of a read by key, and of a query as a table grows.

boto3 would be what is measured: requests are signed ahead and sent raw. Run: python -m benchmarks.tables [--items N]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import uvloop

from benchmarks.servers import client_environment, free_port, gatelet_command, running
from gatelet.wire.signing import sign

_TABLE = "benchmark"
_START_SECONDS = 30
_BATCH = 25


@dataclass(frozen=True, slots=True)
class Burst:
    """What one burst of requests took; all of them answered 200."""

    requests_per_second: float
    p50_ms: float
    p99_ms: float


def request(endpoint: str, operation: str, parameters: dict[str, object]) -> bytes:
    """One signed request, ready to be sent."""
    host = urlsplit(endpoint).netloc
    body = json.dumps(parameters).encode()
    headers = sign(
        "POST",
        "/",
        headers={"Host": host, "X-Amz-Target": f"DynamoDB_20120810.{operation}"},
        body=body,
        access_key_id="test",
        secret_access_key="test",
        region="us-east-1",
        service="dynamodb",
        now=time.time(),
    )
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST / HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def answered(reader: asyncio.StreamReader) -> None:
    """Read one answer. Raises RuntimeError for any but 200."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
    body = await reader.readexactly(length)
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(body.decode())


async def send(endpoint: str, requests: Sequence[bytes], connections: int) -> Burst:
    """Send all of them over so many connections, each the next one after an answer. Raises RuntimeError."""
    waiting = iter(requests)
    latencies: list[float] = []

    async def connection() -> None:
        address = urlsplit(endpoint)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        try:
            for one in waiting:
                begun = time.perf_counter()
                writer.write(one)
                await answered(reader)
                latencies.append(time.perf_counter() - begun)
        finally:
            writer.close()
            await writer.wait_closed()

    begun = time.perf_counter()
    await asyncio.gather(*(connection() for _ in range(connections)))
    taken = time.perf_counter() - begun
    ordered = sorted(latencies)
    return Burst(len(requests) / taken, statistics.median(ordered) * 1e3, ordered[int(len(ordered) * 0.99)] * 1e3)


def item(partition: int, sort: int) -> dict[str, object]:
    """An item of some 300 bytes."""
    return {
        "pk": {"S": f"user#{partition:09d}"},
        "sk": {"N": str(sort)},
        "name": {"S": "Ada Lovelace"},
        "email": {"S": "ada@example.com"},
        "tags": {"SS": ["a", "b", "c"]},
        "address": {"M": {"street": {"S": "12 Dorset Street"}, "city": {"S": "London"}}},
        "text": {"S": "x" * 120},
    }


async def measure(endpoint: str, puts: int, items: int) -> dict[str, Burst]:
    """Every number, by its name."""
    await send(endpoint, [request(endpoint, "CreateTable", _SCHEMA)], 1)
    found = {}
    for connections in (1, 16):
        requests = [
            request(endpoint, "PutItem", {"TableName": _TABLE, "Item": item(connections * puts + at, 0)})
            for at in range(puts if connections > 1 else puts // 4)
        ]
        found[f"PutItem, {connections} connections"] = await send(endpoint, requests, connections)
    read = {"TableName": _TABLE, "Key": {"pk": item(16 * puts, 0)["pk"], "sk": {"N": "0"}}}
    for connections in (1, 16):
        requests = [request(endpoint, "GetItem", read)] * puts
        found[f"GetItem, {connections} connections"] = await send(endpoint, requests, connections)
    await _fill(endpoint, 0, 1_000)
    found["Query of 10 in 1,000 items"] = await send(endpoint, _queries(endpoint, 1_000), 1)
    if items > 1_000:
        await _fill(endpoint, 1_000, items)
        found[f"Query of 10 in {items:,} items"] = await send(endpoint, _queries(endpoint, items), 1)
    return found


def _queries(endpoint: str, items: int) -> list[bytes]:
    partitions = items // 10
    return [
        request(
            endpoint,
            "Query",
            {
                "TableName": _TABLE,
                "KeyConditionExpression": "pk = :pk",
                "ExpressionAttributeValues": {":pk": item(at * 7919 % partitions, 0)["pk"]},
                "ConsistentRead": True,
            },
        )
        for at in range(1_000)
    ]


async def _fill(endpoint: str, first: int, last: int) -> None:
    requests = [
        request(
            endpoint,
            "BatchWriteItem",
            {
                "RequestItems": {
                    _TABLE: [{"PutRequest": {"Item": item(n // 10, n % 10)}} for n in range(at, at + _BATCH)]
                }
            },
        )
        for at in range(first, last, _BATCH)
    ]
    await send(endpoint, requests, 4)


_SCHEMA: dict[str, object] = {
    "TableName": _TABLE,
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [
        {"AttributeName": "pk", "AttributeType": "S"},
        {"AttributeName": "sk", "AttributeType": "N"},
    ],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
}


async def _reachable(endpoint: str) -> None:
    address = urlsplit(endpoint)
    for _ in range(_START_SECONDS * 20):
        try:
            _, writer = await asyncio.open_connection(address.hostname, address.port)
        except OSError:
            await asyncio.sleep(0.05)
            continue
        writer.close()
        return
    raise RuntimeError("Gatelet did not start")


def main() -> None:
    """Measure a Gatelet of its own and print the numbers."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tables", description=__doc__)
    parser.add_argument("--puts", type=int, default=5_000, help="puts and reads at 16 connections (default: 5000)")
    parser.add_argument("--items", type=int, default=100_000, help="items of the larger table (default: 100000)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gatelet-bench-") as folder:
        port = free_port()
        endpoint = f"http://127.0.0.1:{port}"
        command = gatelet_command("start", "--port", str(port), "--data-dir", str(Path(folder) / "data"))

        async def measured() -> dict[str, Burst]:
            await _reachable(endpoint)
            return await measure(endpoint, arguments.puts, arguments.items)

        with running(command, client_environment(endpoint)), asyncio.Runner(loop_factory=uvloop.new_event_loop) as loop:
            for name, burst in loop.run(measured()).items():
                print(
                    f"{name:<30} {burst.requests_per_second:>8,.0f}/s"
                    f"  p50 {burst.p50_ms:.3f} ms  p99 {burst.p99_ms:.3f} ms"
                )


if __name__ == "__main__":
    main()
