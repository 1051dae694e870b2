"""Where the meters of quotas survive a crash: one record a meter (gatelet.counters.ports.QuotaLedger)."""

from __future__ import annotations

from gatelet.counters.errors import CountersUnavailable
from gatelet.counters.ports import Usage
from gatelet.storage.ports import Collection, Delete, Key, Put, Records, StorageFull


class RecordedQuotas:
    """Meters in Records."""

    __slots__ = ("_records",)

    def __init__(self, records: Records) -> None:
        self._records = records

    async def load(self, meter: str) -> Usage | None:
        """What was saved last."""
        record = await self._records.get(_key(meter))
        return None if record is None else Usage(**record.value)

    async def save(self, meter: str, usage: Usage) -> None:
        """Returns once it is on disk. Raises CountersUnavailable when the disk is full."""
        value = {"period": usage.period, "used": usage.used, "extra": usage.extra, "days": dict(usage.days)}
        try:
            await self._records.write(Put(_key(meter), value))
        except StorageFull as full:
            raise CountersUnavailable("no space is left for the quota's meter") from full

    async def delete(self, meter: str) -> None:
        """Forget a meter."""
        await self._records.write(Delete(_key(meter)))


def _key(meter: str) -> Key:
    account, region, name = meter.split("/", 2)
    return Collection("gatelet", "Meter", account, region).key(name)
