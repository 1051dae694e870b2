"""Reading pools and app clients, with AWS's answers where they do not exist."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

from gatelet.aws.scope import Scope
from gatelet.control.cognito_idp.errors import no_such_client, no_such_pool
from gatelet.control.operation import Call
from gatelet.identity.user_pools.model import CLIENTS, POOLS, SERVICE, ClientDocument, PoolDocument, issuer_of
from gatelet.storage.ports import Put


@dataclass(slots=True)
class Pool:
    """A user pool that was read."""

    id: str
    document: PoolDocument
    revision: int

    @property
    def settings(self) -> dict[str, Any]:
        """AWS's members (UserPoolType)."""
        return self.document["pool"]

    @property
    def scope(self) -> Scope:
        """Where the pool lives."""
        return Scope(self.document["account"], self.document["region"])

    @property
    def short_name(self) -> str:
        """What SRP calls the pool: its id behind the underscore."""
        return self.id.partition("_")[2]

    @property
    def issuer(self) -> str:
        """The issuer of its tokens."""
        return issuer_of(self.id)

    def fold(self, username: str) -> str:
        """A username as it is looked up."""
        sensitive = self.settings["UsernameConfiguration"]["CaseSensitive"]
        return username if sensitive else username.lower()


@dataclass(slots=True)
class Client:
    """An app client that was read."""

    id: str
    pool_id: str
    document: ClientDocument
    revision: int

    @property
    def settings(self) -> dict[str, Any]:
        """AWS's members (UserPoolClientType) without the secret."""
        return self.document["client"]

    @property
    def hides_existence(self) -> bool:
        """Whether answers must not tell which users exist."""
        return bool(self.settings.get("PreventUserExistenceErrors") == "ENABLED")

    def secret(self, call: Call) -> str | None:
        """The client's secret, if it has one."""
        sealed = self.document.get("secret")
        return None if sealed is None else call.ports.identity.vault.open(sealed, client_owner(self.id))


def client_owner(client_id: str) -> str:
    """For whom the secret of a client is sealed."""
    return f"cognito-idp/client/{client_id}"


async def read_pool(call: Call, pool_id: str) -> Pool:
    """The caller's pool. Raises ResourceNotFound."""
    pool = await find_pool(call, pool_id)
    if pool is None or pool.scope != call.scope:
        raise no_such_pool(pool_id)
    return pool


async def find_pool(call: Call, pool_id: str) -> Pool | None:
    """The pool of that id, whoever asks."""
    record = await call.ports.records.get(POOLS.key(pool_id))
    return None if record is None else Pool(pool_id, cast(PoolDocument, record.value), record.revision)


@asynccontextmanager
async def edit_pool(call: Call, pool_id: str) -> AsyncIterator[Pool]:
    """The caller's pool, written when the block ends well. Raises ResourceNotFound."""
    async with call.ports.editing.hold((SERVICE, pool_id)):
        pool = await read_pool(call, pool_id)
        yield pool
        pool.settings["LastModifiedDate"] = call.ports.clock.now()
        parent = f"{pool.document['account']}:{pool.document['region']}"
        await call.ports.records.write(Put(POOLS.key(pool_id), pool.document, parent, expected=pool.revision))


async def read_client(call: Call, pool_id: str, client_id: str) -> Client:
    """A client of a pool. Raises ResourceNotFound."""
    client = await find_client(call, client_id)
    if client is None or client.pool_id != pool_id:
        raise no_such_client(client_id)
    return client


async def find_client(call: Call, client_id: str) -> Client | None:
    """The client of that id, in whichever pool."""
    record = await call.ports.records.get(CLIENTS.key(client_id))
    if record is None:
        return None
    document = cast(ClientDocument, record.value)
    return Client(client_id, document["pool_id"], document, record.revision)


async def public_client(call: Call, client_id: str) -> tuple[Pool, Client]:
    """The client that a public operation names, and its pool. Raises ResourceNotFound."""
    client = await find_client(call, client_id)
    pool = None if client is None else await find_pool(call, client.pool_id)
    if client is None or pool is None:
        raise no_such_client(client_id)
    return pool, client


async def pool_and_client(call: Call, pool_id: str, client_id: str) -> tuple[Pool, Client]:
    """For the operations of administrators. Raises ResourceNotFound."""
    pool = await read_pool(call, pool_id)
    return pool, await read_client(call, pool_id, client_id)
