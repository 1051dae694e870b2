"""One session ends: it is written down until its tokens would have expired by themselves."""

from __future__ import annotations

from typing import Final

from gatelet.control.cognito_idp.client_rules import seconds_of
from gatelet.control.cognito_idp.documents import Client, Pool
from gatelet.control.operation import Call
from gatelet.identity.user_pools.model import REVOCATIONS
from gatelet.identity.user_pools.tokens import Session
from gatelet.storage.ports import Delete, Put

_SWEPT: Final = 20
_DAY: Final = 86_400


async def revoke(call: Call, pool: Pool, client: Client, session: Session) -> None:
    """The session is over; some revocations that nobody needs any more go with it."""
    now = call.ports.clock.now()
    until = session.auth_time + seconds_of(client.settings, "Refresh") + _DAY
    old = await call.ports.records.list(REVOCATIONS, pool.id, limit=_SWEPT)
    writes: list[Put | Delete] = [Delete(row.key) for row in old if row.value["until"] <= now]
    writes.append(Put(REVOCATIONS.key(session.origin_jti), {"until": until}, pool.id))
    await call.ports.records.write(*writes)
