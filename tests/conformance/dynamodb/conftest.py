"""One world for a module, and the tables that most of its tests use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.conformance.dynamodb.world import World


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = World(tmp_path_factory.mktemp("dynamodb") / "data")
    world.open()
    yield world
    world.close()
    world.runner.close()


@pytest.fixture(scope="package")
def dynamodb(world: World) -> Any:
    return world.client()


def make_table(client: Any, name: str, keys: str = "id:S", **more: Any) -> str:
    """A table on demand; ``keys`` are ``name:type``, the sort key after a comma."""
    attributes = [part.split(":") for part in keys.split(",")]
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": t} for n, t in attributes]
        + more.pop("AttributeDefinitions", []),
        KeySchema=[
            {"AttributeName": n, "KeyType": kind} for (n, _), kind in zip(attributes, ("HASH", "RANGE"), strict=False)
        ],
        **more,
    )
    return name


@pytest.fixture
def table(world: World, dynamodb: Any) -> str:
    """A table with the partition key ``id`` (S)."""
    return make_table(dynamodb, world.name())


@pytest.fixture(scope="module")
def shared(world: World, dynamodb: Any) -> str:
    """The same for a whole module: for what leaves nothing that others see."""
    return make_table(dynamodb, world.name())


@pytest.fixture(scope="module")
def sorted_table(world: World, dynamodb: Any) -> str:
    """A table with the partition key ``pk`` (S) and the sort key ``sk`` (N), for a whole module."""
    return make_table(dynamodb, world.name(), "pk:S,sk:N")
