"""Keys of this installation: made once from the kernel's random source, kept in its storage."""

from __future__ import annotations

import os
from typing import Any

from gatelet.aws.ids import Ids
from gatelet.identity.credentials import Credentials, SessionKey
from gatelet.storage.ports import Collection, Put, Records, RevisionConflict

_SECRETS = Collection("gatelet", "Secret", "", "")


async def session_key(records: Records) -> SessionKey:
    """The key that signs the sessions of roles."""
    value = await _once(records, "session-key", {"key": os.urandom(32).hex()})
    return SessionKey(bytes.fromhex(value["key"]))


async def root_credentials(records: Records, ids: Ids) -> Credentials:
    """The root key of the secure mode, generated at first start."""
    fresh = {"access_key_id": ids.access_key_id(), "secret_access_key": ids.secret_access_key()}
    value = await _once(records, "root-credentials", fresh)
    return Credentials(value["access_key_id"], value["secret_access_key"])


async def _once(records: Records, name: str, fresh: dict[str, Any]) -> dict[str, Any]:
    key = _SECRETS.key(name)
    record = await records.get(key)
    if record is None:
        try:
            await records.write(Put(key, fresh, expected=0))
        except RevisionConflict:
            record = await records.get(key)
    return fresh if record is None else record.value
