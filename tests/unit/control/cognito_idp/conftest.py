from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from tests.unit.control.cognito_idp.pools import Pool


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    """One pool for a module: making keys and hashing takes time. Each test has users of its own."""
    with asyncio.Runner() as runner:
        yield Pool(runner, AutoVerifiedAttributes=["email"])
