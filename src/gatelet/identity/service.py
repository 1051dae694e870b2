"""The identity organ as the others see it."""

from __future__ import annotations

from dataclasses import dataclass

from gatelet.identity.authorization import Authorizer
from gatelet.identity.credentials import SessionKey
from gatelet.identity.directory import Directory
from gatelet.identity.signers import Signers
from gatelet.identity.user_pools.service import UserPools
from gatelet.identity.vault import Vault


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is who (``directory``), whose signature it is (``signers``), and what they may do (``authorizer``).

    ``user_pools`` are Cognito's: the users of an application, who are nobody's principals.
    """

    directory: Directory
    authorizer: Authorizer
    signers: Signers
    session_key: SessionKey
    vault: Vault
    user_pools: UserPools
