"""User pools as the others see them: the pools in memory, and what of them is not stored.

It follows the committed changes, so that a method's authorizer knows a pool's keys without a read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatelet.aws.scope import Scope
from gatelet.identity.user_pools.attempts import Attempts
from gatelet.identity.user_pools.gate import Gate
from gatelet.identity.user_pools.jws import public_key
from gatelet.identity.user_pools.keys import SigningKeys
from gatelet.identity.user_pools.model import POOL, POOLS, SERVICE, PoolDocument, issuer_of, pool_arn
from gatelet.identity.vault import Vault
from gatelet.storage.ports import Change, Records

if TYPE_CHECKING:
    from gatelet.identity.user_pools.jws import PublicKey


@dataclass(slots=True)
class KnownPool:
    """A pool that exists, with the public halves of its keys."""

    id: str
    arn: str
    issuer: str
    jwks: tuple[dict[str, str], ...]
    keys: dict[str, PublicKey] | None = None
    """By ``kid``; made when first asked for."""


class UserPools:
    """Looks pools up in memory; holds the counters and keys that go with them."""

    __slots__ = ("_pools", "_records", "attempts", "gate", "signing", "vault")

    def __init__(self, records: Records, vault: Vault) -> None:
        self._records = records
        self._pools: dict[str, KnownPool] = {}
        self.vault = vault
        self.attempts = Attempts()
        self.gate = Gate()
        self.signing = SigningKeys(vault)

    async def start(self) -> None:
        """Load what is stored."""
        for record in await self._records.list_everywhere(SERVICE, POOL):
            self._pools[record.key.id] = _known(record.key.id, record.value)  # type: ignore[arg-type]

    async def apply(self, change: Change) -> None:
        """Take over one committed change."""
        if POOLS.key(change.key.id) != change.key:
            return
        record = None if change.deleted else await self._records.get(change.key)
        if record is None:
            self._pools.pop(change.key.id, None)
        else:
            self._pools[change.key.id] = _known(change.key.id, record.value)  # type: ignore[arg-type]

    def find(self, pool_id: str) -> KnownPool | None:
        """The pool of that id."""
        return self._pools.get(pool_id)

    def by_arn(self, arn: str) -> KnownPool | None:
        """The pool of that ARN."""
        pool = self._pools.get(arn.rpartition("/")[2])
        return pool if pool is not None and pool.arn == arn else None

    def key(self, pool_id: str, kid: str) -> PublicKey | None:
        """A pool's public key."""
        pool = self._pools.get(pool_id)
        if pool is None:
            return None
        if pool.keys is None:
            made = ((jwk["kid"], public_key(jwk)) for jwk in pool.jwks)
            pool.keys = {name: key for name, key in made if key is not None}
        return pool.keys.get(kid)


def _known(pool_id: str, document: PoolDocument) -> KnownPool:
    scope = Scope(document["account"], document["region"])
    keys = (document["id_key"]["jwk"], document["access_key"]["jwk"])
    return KnownPool(pool_id, pool_arn(scope, pool_id), issuer_of(pool_id), keys)
