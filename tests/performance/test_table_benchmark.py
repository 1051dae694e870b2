"""The benchmark of tables asks what it means to ask."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from benchmarks import tables
from tests.conformance.dynamodb.conftest import make_table


def test_requests_are_signed_and_answered(gatelet: Any) -> None:
    client = gatelet.client("dynamodb")
    name = make_table(client, "table-benchmark", "pk:S,sk:N")
    puts = [
        tables.request(gatelet.endpoint, "PutItem", {"TableName": name, "Item": tables.item(at, 0)}) for at in range(20)
    ]
    burst = asyncio.run(tables.send(gatelet.endpoint, puts, 4))
    assert client.scan(TableName=name)["Count"] == 20
    assert burst.requests_per_second > 0


def test_a_refusal_ends_it(gatelet: Any) -> None:
    refused = tables.request(gatelet.endpoint, "DescribeTable", {"TableName": "no-such-table"})
    with pytest.raises(RuntimeError, match="ResourceNotFoundException"):
        asyncio.run(tables.send(gatelet.endpoint, [refused], 1))
