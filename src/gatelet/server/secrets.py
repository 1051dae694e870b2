"""Keys of this installation: made once from the kernel's random source, kept in its storage."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from gatelet.aws.ids import Ids
from gatelet.identity.credentials import Credentials, SessionKey
from gatelet.identity.vault import Vault
from gatelet.storage.ports import Collection, Key, Put, Records, RevisionConflict

_SECRETS = Collection("gatelet", "Secret", "", "")
_SESSION_KEY = _SECRETS.key("session-key")
_VAULT_KEY = _SECRETS.key("vault-key")
_ROOT_KEY = _SECRETS.key("root-credentials")
_ROOT_KEY_SHOWN = _SECRETS.key("root-credentials-shown")


@dataclass(frozen=True, slots=True)
class RootKey:
    """The root key of the secure mode. Its secret is shown once: until ``shown``, each start prints it."""

    credentials: Credentials
    shown: bool


async def session_key(records: Records) -> SessionKey:
    """The key that signs the sessions of roles."""
    value = await _once(records, _SESSION_KEY, {"key": os.urandom(32).hex()})
    return SessionKey(bytes.fromhex(value["key"]))


async def vault(records: Records) -> Vault:
    """Where the secrets of access keys are sealed."""
    value = await _once(records, _VAULT_KEY, {"key": os.urandom(32).hex()})
    return Vault(bytes.fromhex(value["key"]))


async def root_key(records: Records, ids: Ids) -> RootKey:
    """The root key, generated at the first start in the secure mode."""
    fresh = {"access_key_id": ids.access_key_id(), "secret_access_key": ids.secret_access_key()}
    value = await _once(records, _ROOT_KEY, fresh)
    shown = await records.get(_ROOT_KEY_SHOWN) is not None
    return RootKey(Credentials(value["access_key_id"], value["secret_access_key"]), shown)


async def root_key_was_shown(records: Records) -> None:
    """Remember that the secret was printed: no later start prints it."""
    await records.write(Put(_ROOT_KEY_SHOWN, {}))


async def _once(records: Records, key: Key, fresh: Mapping[str, Any]) -> Mapping[str, Any]:
    record = await records.get(key)
    while record is None:
        with suppress(RevisionConflict):  # another start was first: its value counts
            await records.write(Put(key, dict(fresh), expected=0))
        record = await records.get(key)
    value: Mapping[str, Any] = record.value
    return value
