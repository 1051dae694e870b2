"""User pool: create, describe, list, update, delete, add custom attributes. Reference: identity section 4.1."""

from __future__ import annotations

from typing import Any

from gatelet.aws import quotas
from gatelet.control.cognito_idp.attributes import schema_with
from gatelet.control.cognito_idp.documents import edit_pool, read_pool
from gatelet.control.cognito_idp.errors import InvalidParameter, LimitExceeded
from gatelet.control.cognito_idp.paging import limit_of, page
from gatelet.control.cognito_idp.pool_rules import check_new, checked
from gatelet.control.cognito_idp.tagging import checked_tags
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.identity.user_pools.keys import new_key
from gatelet.identity.user_pools.model import (
    ALL_OF_A_POOL,
    DOMAINS,
    MEMBERSHIPS,
    POOLS,
    USERS,
    PoolDocument,
    in_scope,
    members_of,
    pool_arn,
)
from gatelet.storage.ports import Delete, Put

_CUSTOM_ID = "_custom_id_"
_BATCH = 500


@operation("cognito-idp", "CreateUserPool")
async def create_user_pool(call: Call, request: Request) -> Response:
    """A pool with keys of its own; the tag ``_custom_id_`` pins what follows the region in its id."""
    check_new(request)
    held = await call.ports.records.list(POOLS, in_scope(call.scope), limit=quotas.USER_POOLS)
    if len(held) >= quotas.USER_POOLS:
        raise LimitExceeded("You have reached the maximum number of user pools.")
    tags = checked_tags(request.get("UserPoolTags"))
    pool_id = _new_id(call, tags)
    if await call.ports.records.get(POOLS.key(pool_id)) is not None:
        raise InvalidParameter(f"User pool {pool_id} exists.")
    now = call.ports.clock.now()
    names = request.get("UsernameConfiguration") or {"CaseSensitive": False}
    pool: dict[str, Any] = {
        "Id": pool_id,
        "Name": request["PoolName"],
        "Arn": pool_arn(call.scope, pool_id),
        "CreationDate": now,
        "LastModifiedDate": now,
        "UsernameConfiguration": names,
        "SchemaAttributes": schema_with(request.get("Schema") or ()),
        "LambdaConfig": {},
    }
    checked(pool, request)
    document = PoolDocument(
        account=call.scope.account,
        region=call.scope.region,
        pool=pool,
        tags=tags,
        id_key=await _key(call, pool_id),
        access_key=await _key(call, pool_id),
    )
    await call.ports.records.write(Put(POOLS.key(pool_id), document, in_scope(call.scope), expected=0))
    return {"UserPool": _shown(document, 0)}


@operation("cognito-idp", "DescribeUserPool")
async def describe_user_pool(call: Call, request: Request) -> Response:
    """One pool."""
    pool = await read_pool(call, request["UserPoolId"])
    users = len(await call.ports.records.list(USERS, pool.id, limit=quotas.POOL_GROUPS))
    shown = _shown(pool.document, users)
    domains = await call.ports.records.list(DOMAINS, pool.id, limit=1)
    if domains:
        shown["Domain"] = domains[0].key.id
    return {"UserPool": shown}


@operation("cognito-idp", "ListUserPools")
async def list_user_pools(call: Call, request: Request) -> Response:
    """The scope's pools, ordered by id."""
    records = await call.ports.records.list(POOLS, in_scope(call.scope))
    shown, token = page(records, lambda row: row.key.id, request.get("NextToken"), limit_of(request, "MaxResults"))
    members = ("Id", "Name", "LambdaConfig", "LastModifiedDate", "CreationDate")
    pools = [{name: record.value["pool"].get(name) for name in members} for record in shown]
    return {"UserPools": pools, "NextToken": token}


@operation("cognito-idp", "UpdateUserPool")
async def update_user_pool(call: Call, request: Request) -> Response:
    """Replace a pool's settings: what is not given gets its default again, as on AWS."""
    async with edit_pool(call, request["UserPoolId"]) as pool:
        kept = ("AliasAttributes", "UsernameAttributes", "MfaConfiguration", "UserPoolTier")
        for member in (
            "Policies",
            "AutoVerifiedAttributes",
            "VerificationMessageTemplate",
            "AccountRecoverySetting",
            "AdminCreateUserConfig",
            "DeletionProtection",
            "EmailVerificationMessage",
            "EmailVerificationSubject",
            "UserAttributeUpdateSettings",
        ):
            pool.settings.pop(member, None)
        pool.settings["LambdaConfig"] = {}
        checked(pool.settings, {name: value for name, value in request.items() if name not in kept[:2]})
        if request.get("UserPoolTags") is not None:
            pool.document["tags"] = checked_tags(request["UserPoolTags"])
    return {}


@operation("cognito-idp", "DeleteUserPool")
async def delete_user_pool(call: Call, request: Request) -> Response:
    """Delete a pool with all that belongs to it: its tokens are worth nothing from now on."""
    pool = await read_pool(call, request["UserPoolId"])
    if pool.settings["DeletionProtection"] == "ACTIVE":
        raise InvalidParameter(
            "The user pool cannot be deleted because deletion protection is activated. "
            "Deletion protection must be inactivated first."
        )
    if await call.ports.records.list(DOMAINS, pool.id, limit=1):
        raise InvalidParameter("User pool cannot be deleted. It has a domain configured that should be deleted first.")
    await call.ports.records.write(Delete(POOLS.key(pool.id), expected=pool.revision))
    for collection in ALL_OF_A_POOL:
        while rows := await call.ports.records.list(collection, pool.id, limit=_BATCH):
            writes = [Delete(row.key) for row in rows]
            for row in rows:
                for group in row.value.get("groups", ()) if collection == USERS else ():
                    parent = members_of(pool.id, group)
                    writes.append(Delete(MEMBERSHIPS.key(f"{parent}/{row.key.id.partition('/')[2]}")))
            await call.ports.records.write(*writes)
    return {}


@operation("cognito-idp", "AddCustomAttributes")
async def add_custom_attributes(call: Call, request: Request) -> Response:
    """More attributes; none can be changed or removed."""
    async with edit_pool(call, request["UserPoolId"]) as pool:
        schema = pool.settings["SchemaAttributes"]
        held = {entry["Name"] for entry in schema}
        added = [
            entry for entry in schema_with(request["CustomAttributes"]) if entry["Name"].startswith(("custom:", "dev:"))
        ]
        for entry in added:
            if entry["Name"] in held:
                raise InvalidParameter(f"{entry['Name']}: Existing attribute already has name {entry['Name']}.")
        schema += added
        if sum(entry["Name"].startswith(("custom:", "dev:")) for entry in schema) > quotas.POOL_CUSTOM_ATTRIBUTES:
            raise LimitExceeded(f"A pool has at most {quotas.POOL_CUSTOM_ATTRIBUTES} custom attributes.")
    return {}


def _new_id(call: Call, tags: dict[str, str]) -> str:
    ids = call.ports.ids
    pinned = tags.get(_CUSTOM_ID)
    if pinned is not None:
        region, _, name = pinned.rpartition("_")
        if region not in {"", call.scope.region} or not (name.isascii() and name.isalnum()):
            raise InvalidParameter(f"The tag {_CUSTOM_ID} pins letters and digits, got {pinned!r}.")
        return f"{call.scope.region}_{name}"
    return f"{call.scope.region}_{ids.secret_text(9)}"


async def _key(call: Call, pool_id: str) -> Any:
    pools = call.ports.identity.user_pools
    name = call.ports.ids.secret_bits(256).to_bytes(32, "big")
    return await pools.gate.run(new_key, pool_id, name, pools.vault)


def _shown(document: PoolDocument, users: int) -> dict[str, Any]:
    shown: dict[str, Any] = {**document["pool"], "EstimatedNumberOfUsers": users}
    if document["tags"]:
        shown["UserPoolTags"] = document["tags"]
    return shown
