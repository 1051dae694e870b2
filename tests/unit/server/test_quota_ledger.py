"""Where the meters of quotas survive (design section 6, "a full disk refuses writes while invocations go on")."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from gatelet.counters.errors import CountersUnavailable
from gatelet.counters.memory import MemoryQuotas
from gatelet.counters.ports import Period
from gatelet.server.quota_ledger import RecordedQuotas
from gatelet.storage.ports import StorageFull


class FullDisk:
    """Records that can be read, and not written."""

    async def get(self, key: Any) -> None:
        return None

    async def write(self, *writes: Any) -> None:
        raise StorageFull


def test_a_full_disk_is_a_store_that_does_not_answer() -> None:
    """Whether a request passes then is the operator's to say (quotas_fail_open), and nobody's internal failure."""

    async def story() -> None:
        quotas = MemoryQuotas(RecordedQuotas(cast("Any", FullDisk())))
        with pytest.raises(CountersUnavailable):
            await quotas.charge("210987654321/eu-west-1/plan/key", 10, Period(0, "1970-01-01"))

    asyncio.run(story())
