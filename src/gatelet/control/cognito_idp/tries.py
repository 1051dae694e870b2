"""Tries at a secret: one at a time for each user, so that none goes uncounted; too many failures lock out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gatelet.control.cognito_idp.documents import Pool
from gatelet.control.cognito_idp.errors import CodeMismatch, NotAuthorized, UserNotFound
from gatelet.control.operation import Call
from gatelet.identity.user_pools.model import SERVICE


@asynccontextmanager
async def one_try(
    call: Call, pool: Pool, name: str, message: str = "Password attempts exceeded"
) -> AsyncIterator[None]:
    """A try by the user of that (folded) name: it failed if the block raises what a wrong secret raises.

    Raises NotAuthorized (with ``message``): the user is locked out.
    """
    attempts, clock = call.ports.identity.user_pools.attempts, call.ports.clock
    async with call.ports.editing.hold((SERVICE, "try", pool.id, name)):
        if attempts.locked(pool.id, name, clock.now()):
            raise NotAuthorized(message)
        try:
            yield
        except (NotAuthorized, CodeMismatch, UserNotFound):
            attempts.failed(pool.id, name, clock.now())
            raise
        attempts.succeeded(pool.id, name)
