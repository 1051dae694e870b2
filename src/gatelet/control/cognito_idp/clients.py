"""App client: create, describe, list, update, delete. Reference: identity section 4.1."""

from __future__ import annotations

from typing import Any

from gatelet.aws import quotas
from gatelet.aws.errors import AwsError
from gatelet.control.cognito_idp.client_rules import settings_of
from gatelet.control.cognito_idp.documents import Client, Pool, client_owner, read_client, read_pool
from gatelet.control.cognito_idp.errors import InvalidParameter, LimitExceeded
from gatelet.control.cognito_idp.paging import limit_of, page
from gatelet.control.cognito_idp.resource_servers import scopes_of
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.identity.user_pools.model import CLIENTS, ClientDocument
from gatelet.storage.ports import Delete, Put


@operation("cognito-idp", "CreateUserPoolClient")
async def create_user_pool_client(call: Call, request: Request) -> Response:
    """A client; its secret, if it has one, is shown whenever it is described, as on AWS."""
    pool = await read_pool(call, request["UserPoolId"])
    held = await call.ports.records.list(CLIENTS, pool.id, limit=quotas.POOL_CLIENTS)
    if len(held) >= quotas.POOL_CLIENTS:
        raise LimitExceeded("You have reached the maximum number of clients of this user pool.")
    secret = _secret(call, request)
    settings = await _settings(call, pool, request)
    if "client_credentials" in settings.get("AllowedOAuthFlows", ()) and secret is None:
        raise AwsError(
            "InvalidOAuthFlowException",
            "client_credentials flow can not be selected if client does not have a client secret.",
            status=400,
        )
    now = call.ports.clock.now()
    client_id = call.ports.ids.secret_lower_alnum(26)
    settings |= {"ClientId": client_id, "UserPoolId": pool.id, "CreationDate": now, "LastModifiedDate": now}
    document = ClientDocument(pool_id=pool.id, client=settings)
    if secret is not None:
        document["secret"] = call.ports.identity.vault.seal(secret, client_owner(client_id))
    await call.ports.records.write(Put(CLIENTS.key(client_id), document, pool.id, expected=0))
    return {"UserPoolClient": _shown(call, Client(client_id, pool.id, document, 1))}


@operation("cognito-idp", "DescribeUserPoolClient")
async def describe_user_pool_client(call: Call, request: Request) -> Response:
    """One client."""
    pool = await read_pool(call, request["UserPoolId"])
    return {"UserPoolClient": _shown(call, await read_client(call, pool.id, request["ClientId"]))}


@operation("cognito-idp", "ListUserPoolClients")
async def list_user_pool_clients(call: Call, request: Request) -> Response:
    """Ids and names, ordered by id."""
    pool = await read_pool(call, request["UserPoolId"])
    records = await call.ports.records.list(CLIENTS, pool.id)
    limit = limit_of(request, "MaxResults")
    shown, token = page(records, lambda row: row.key.id, request.get("NextToken"), limit)
    rows = [{name: row.value["client"][name] for name in ("ClientId", "UserPoolId", "ClientName")} for row in shown]
    return {"UserPoolClients": rows, "NextToken": token}


@operation("cognito-idp", "UpdateUserPoolClient")
async def update_user_pool_client(call: Call, request: Request) -> Response:
    """Replace a client's settings: what is not given gets its default again, as on AWS."""
    pool = await read_pool(call, request["UserPoolId"])
    client = await read_client(call, pool.id, request["ClientId"])
    settings = await _settings(call, pool, {"ClientName": client.settings["ClientName"], **request})
    kept = ("ClientId", "UserPoolId", "CreationDate")
    settings |= {name: client.settings[name] for name in kept} | {"LastModifiedDate": call.ports.clock.now()}
    client.document["client"] = settings
    await call.ports.records.write(Put(CLIENTS.key(client.id), client.document, pool.id, expected=client.revision))
    return {"UserPoolClient": _shown(call, client)}


@operation("cognito-idp", "DeleteUserPoolClient")
async def delete_user_pool_client(call: Call, request: Request) -> Response:
    """Delete a client; its refresh tokens are worth nothing from now on."""
    pool = await read_pool(call, request["UserPoolId"])
    client = await read_client(call, pool.id, request["ClientId"])
    await call.ports.records.write(Delete(CLIENTS.key(client.id), expected=client.revision))
    return {}


async def _settings(call: Call, pool: Pool, request: Any) -> dict[str, Any]:
    names = {entry["Name"] for entry in pool.settings["SchemaAttributes"]}
    return settings_of(request, await scopes_of(call, pool.id), names)


def _secret(call: Call, request: Any) -> str | None:
    given: str | None = request.get("ClientSecret")
    if given is not None and request.get("GenerateSecret"):
        raise InvalidParameter("GenerateSecret and ClientSecret exclude each other.")
    return call.ports.ids.secret_lower_alnum(52) if request.get("GenerateSecret") else given


def _shown(call: Call, client: Client) -> dict[str, Any]:
    secret = client.secret(call)
    return client.settings if secret is None else {**client.settings, "ClientSecret": secret}
