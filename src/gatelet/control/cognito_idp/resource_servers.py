"""Resource server: create, describe, list, update, delete, and the scopes of all. Reference: identity section 4.4."""

from __future__ import annotations

from typing import Any

from gatelet.aws import quotas
from gatelet.control.cognito_idp.documents import read_pool
from gatelet.control.cognito_idp.errors import InvalidParameter, LimitExceeded, ResourceNotFound
from gatelet.control.cognito_idp.paging import limit_of, page
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.identity.user_pools.model import RESOURCE_SERVERS
from gatelet.storage.ports import Delete, Key, Put, Record


@operation("cognito-idp", "CreateResourceServer")
async def create_resource_server(call: Call, request: Request) -> Response:
    """A resource server with its scopes."""
    pool = await read_pool(call, request["UserPoolId"])
    held = await call.ports.records.list(RESOURCE_SERVERS, pool.id)
    if len(held) >= quotas.POOL_RESOURCE_SERVERS:
        raise LimitExceeded("You have reached the maximum number of resource servers of this user pool.")
    key = _key(pool.id, request["Identifier"])
    if any(record.key == key for record in held):
        raise InvalidParameter(f"{request['Identifier']} already exists in user pool {pool.id}.")
    server = _server(pool.id, request)
    await call.ports.records.write(Put(key, server, pool.id, expected=0))
    return {"ResourceServer": server}


@operation("cognito-idp", "DescribeResourceServer")
async def describe_resource_server(call: Call, request: Request) -> Response:
    """One resource server."""
    return {"ResourceServer": (await _read(call, request)).value}


@operation("cognito-idp", "ListResourceServers")
async def list_resource_servers(call: Call, request: Request) -> Response:
    """The pool's resource servers, ordered by identifier."""
    pool = await read_pool(call, request["UserPoolId"])
    records = await call.ports.records.list(RESOURCE_SERVERS, pool.id)
    limit = limit_of(request, "MaxResults", 50)
    shown, token = page(records, lambda row: row.key.id, request.get("NextToken"), limit)
    return {"ResourceServers": [row.value for row in shown], "NextToken": token}


@operation("cognito-idp", "UpdateResourceServer")
async def update_resource_server(call: Call, request: Request) -> Response:
    """Another name, other scopes."""
    record = await _read(call, request)
    server = _server(request["UserPoolId"], request)
    await call.ports.records.write(Put(record.key, server, record.parent, expected=record.revision))
    return {"ResourceServer": server}


@operation("cognito-idp", "DeleteResourceServer")
async def delete_resource_server(call: Call, request: Request) -> Response:
    """Delete a resource server; clients that name its scopes get them no more."""
    record = await _read(call, request)
    await call.ports.records.write(Delete(record.key, expected=record.revision))
    return {}


async def scopes_of(call: Call, pool_id: str) -> list[str]:
    """Every scope of the pool's resource servers: ``identifier/scope``."""
    records = await call.ports.records.list(RESOURCE_SERVERS, pool_id)
    return [
        f"{record.value['Identifier']}/{scope['ScopeName']}" for record in records for scope in record.value["Scopes"]
    ]


def _server(pool_id: str, request: Any) -> dict[str, Any]:
    scopes = request.get("Scopes") or []
    if len(scopes) > quotas.RESOURCE_SERVER_SCOPES:
        raise LimitExceeded(f"A resource server has at most {quotas.RESOURCE_SERVER_SCOPES} scopes.")
    if len({scope["ScopeName"] for scope in scopes}) != len(scopes):
        raise InvalidParameter("Scope names must be unique.")
    return {
        "UserPoolId": pool_id,
        "Identifier": request["Identifier"],
        "Name": request["Name"],
        "Scopes": scopes,
    }


def _key(pool_id: str, identifier: str) -> Key:
    return RESOURCE_SERVERS.key(f"{pool_id}/{identifier}")


async def _read(call: Call, request: Any) -> Record:
    pool = await read_pool(call, request["UserPoolId"])
    record = await call.ports.records.get(_key(pool.id, request["Identifier"]))
    if record is None:
        raise ResourceNotFound("Resource server not found.")
    return record
