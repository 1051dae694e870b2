"""What may be used once: it is written down as used until it expires by itself, before it serves."""

from __future__ import annotations

from typing import Final

from gatelet.control.operation import Call
from gatelet.identity.user_pools.model import USED
from gatelet.storage.ports import Delete, Put, RevisionConflict

_SWEPT: Final = 20


async def use_once(call: Call, pool_id: str, name: str, until: float) -> bool:
    """False: it was used before. ``until`` (epoch seconds) is not before it expires.

    Some marks that nobody needs any more go with it: there are never more than what is used within a few minutes.
    """
    now = call.ports.clock.now()
    old = await call.ports.records.list(USED, pool_id, limit=_SWEPT)
    key = USED.key(f"{pool_id}/{name}")
    gone = [Delete(record.key) for record in old if record.value["until"] <= now]
    try:
        await call.ports.records.write(Put(key, {"until": until}, pool_id, expected=0), *gone)
    except RevisionConflict:
        return False
    return True
