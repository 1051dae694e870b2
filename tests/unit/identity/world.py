"""The identity organ over any Records, without a server."""

from __future__ import annotations

from gatelet.aws.clock import Clock
from gatelet.aws.ids import Ids
from gatelet.identity.authorization import Authorizer
from gatelet.identity.credentials import Credentials, SessionKey
from gatelet.identity.directory import Directory
from gatelet.identity.service import Identity
from gatelet.identity.signers import Signers
from gatelet.identity.user_pools.service import UserPools
from gatelet.identity.vault import Vault
from gatelet.storage.ports import Records


def identity_over(records: Records, clock: Clock, ids: Ids, root: Credentials | None = None) -> Identity:
    """Who is who, by these records; ``root`` is the root key of the secure mode."""
    directory, session_key, vault = Directory(records), SessionKey(b"k" * 32), Vault(b"v" * 32)
    signers = Signers(directory, session_key, vault, root)
    pools = UserPools(records, vault)
    return Identity(directory, Authorizer(directory, clock, ids), signers, session_key, vault, pools)
