"""Tries at a secret: one at a time for each user, so that none goes uncounted; too many failures lock out.

The failures of users are stored: neither a restart nor another process gives a guesser more tries.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gatelet.control.cognito_idp.documents import Pool
from gatelet.control.cognito_idp.errors import CodeMismatch, NotAuthorized, UserNotFound
from gatelet.control.operation import Call
from gatelet.identity.user_pools.attempts import Failures
from gatelet.identity.user_pools.model import SERVICE, failures_key
from gatelet.storage.ports import Delete, Put


@asynccontextmanager
async def one_try(
    call: Call, pool: Pool, name: str, message: str = "Password attempts exceeded", *, known: bool = True
) -> AsyncIterator[None]:
    """A try by the user of that (folded) name: it failed if the block raises what a wrong secret raises.

    ``known``: whether there is such a user. Raises NotAuthorized (with ``message``): the user is locked out.
    """
    clock, key = call.ports.clock, failures_key(pool.id, name)
    attempts = call.ports.identity.user_pools.attempts
    async with call.ports.editing.hold((SERVICE, "try", pool.id, name)):
        record = await call.ports.records.get(key) if known else None
        failures = attempts.of(pool.id, name) if record is None else Failures(**record.value)
        if failures.locks(clock.now()):
            raise NotAuthorized(message)
        try:
            yield
        except (NotAuthorized, CodeMismatch, UserNotFound):
            if known:
                more = failures.with_one_more(clock.now())
                await call.ports.records.write(Put(key, more._asdict(), pool.id))
            else:
                attempts.failed(pool.id, name, clock.now())
            raise
        if record is not None:
            await call.ports.records.write(Delete(key))


async def forget_failures(call: Call, pool: Pool, name: str) -> None:
    """Nothing is held against the user any more."""
    await call.ports.records.write(Delete(failures_key(pool.id, name)))
