"""Passwords of users: set and compared, in threads. Nothing keeps a password."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from gatelet.aws.errors import AwsError
from gatelet.control.cognito_idp.documents import Pool
from gatelet.control.cognito_idp.errors import InvalidPassword
from gatelet.control.operation import Call
from gatelet.identity.user_pools import passwords, srp
from gatelet.identity.user_pools.gate import Busy
from gatelet.identity.user_pools.model import PasswordDocument, UserDocument

_T = TypeVar("_T")
_SALT_BITS = 128


async def in_thread(call: Call, function: Callable[..., _T], *arguments: object) -> _T:
    """Raises AwsError (TooManyRequestsException): too many wait."""
    try:
        return await call.ports.identity.user_pools.gate.run(function, *arguments)
    except Busy:
        raise AwsError("TooManyRequestsException", "Too many requests", status=400) from None


def check_policy(pool: Pool, password: str) -> None:
    """Raises InvalidPassword."""
    fault = passwords.fault_of(password, pool.settings["Policies"]["PasswordPolicy"])
    if fault is not None:
        raise InvalidPassword(fault)


async def set_password(call: Call, pool: Pool, user: UserDocument, password: str) -> None:
    """Keep the password's hash and its SRP verifier. Raises InvalidPassword."""
    check_policy(pool, password)
    ids, vault = call.ports.ids, call.ports.identity.vault
    salt, srp_salt = ids.secret_bits(_SALT_BITS).to_bytes(16, "big"), ids.secret_bits(_SALT_BITS)
    hashed = await in_thread(call, passwords.hash_password, password, salt)
    verifier = await in_thread(call, srp.verifier, pool.short_name, user["username"], password, srp_salt)
    user["password"] = PasswordDocument(
        hash=hashed, srp_salt=f"{srp_salt:x}", verifier=vault.seal(f"{verifier:x}", srp_owner(user["sub"]))
    )
    user.pop("temporary_until", None)


async def is_password(call: Call, user: UserDocument | None, password: str) -> bool:
    """Whether it is the user's; a user that does not exist takes as long to tell."""
    held = None if user is None else user["password"]
    if held is None:
        await in_thread(call, passwords.waste_time, password)
        return False
    return await in_thread(call, passwords.matches, password, held["hash"])


def srp_owner(sub: str) -> str:
    """For whom an SRP verifier is sealed."""
    return f"cognito-idp/srp/{sub}"
