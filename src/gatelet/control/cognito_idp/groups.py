"""Group: create, get, list, update, delete, and who belongs to it. Reference: identity section 4.2."""

from __future__ import annotations

from typing import Any

from gatelet.aws import quotas
from gatelet.control.cognito_idp.documents import Pool, read_pool
from gatelet.control.cognito_idp.errors import GroupExists, LimitExceeded, ResourceNotFound
from gatelet.control.cognito_idp.new_users import shown
from gatelet.control.cognito_idp.paging import after_of, limit_of, page
from gatelet.control.cognito_idp.user_store import edit_user, find_user, membership_key, read_user
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.identity.user_pools.model import GROUPS, MEMBERSHIPS, SERVICE, group_key, members_of
from gatelet.storage.ports import Delete, Put, Record, RevisionConflict
from gatelet.wire.paging import encode_position

_OPTIONAL = ("Description", "RoleArn", "Precedence")


@operation("cognito-idp", "CreateGroup")
async def create_group(call: Call, request: Request) -> Response:
    """A group without users."""
    pool = await read_pool(call, request["UserPoolId"])
    if len(await call.ports.records.list(GROUPS, pool.id, limit=quotas.POOL_GROUPS)) >= quotas.POOL_GROUPS:
        raise LimitExceeded("You have reached the maximum number of groups of this user pool.")
    now, name = call.ports.clock.now(), request["GroupName"]
    group = {"GroupName": name, "UserPoolId": pool.id, "LastModifiedDate": now, "CreationDate": now}
    group |= {member: request[member] for member in _OPTIONAL if request.get(member) is not None}
    try:
        await call.ports.records.write(Put(group_key(pool.id, name), group, pool.id, expected=0))
    except RevisionConflict:
        raise GroupExists from None
    return {"Group": group}


@operation("cognito-idp", "GetGroup")
async def get_group(call: Call, request: Request) -> Response:
    """One group."""
    pool = await read_pool(call, request["UserPoolId"])
    return {"Group": (await _read(call, pool, request["GroupName"])).value}


@operation("cognito-idp", "ListGroups")
async def list_groups(call: Call, request: Request) -> Response:
    """The pool's groups, ordered by name."""
    pool = await read_pool(call, request["UserPoolId"])
    records = await call.ports.records.list(GROUPS, pool.id)
    shown_rows, token = page(records, lambda row: row.key.id, request.get("NextToken"), limit_of(request, "Limit"))
    return {"Groups": [row.value for row in shown_rows], "NextToken": token}


@operation("cognito-idp", "UpdateGroup")
async def update_group(call: Call, request: Request) -> Response:
    """Another description, role, precedence."""
    pool = await read_pool(call, request["UserPoolId"])
    record = await _read(call, pool, request["GroupName"])
    group = record.value
    group |= {member: request[member] for member in _OPTIONAL if request.get(member) is not None}
    group["LastModifiedDate"] = call.ports.clock.now()
    await call.ports.records.write(Put(record.key, group, pool.id, expected=record.revision))
    return {"Group": group}


@operation("cognito-idp", "DeleteGroup")
async def delete_group(call: Call, request: Request) -> Response:
    """Delete a group; its users belong to it no more."""
    pool = await read_pool(call, request["UserPoolId"])
    name = request["GroupName"]
    async with call.ports.editing.hold((SERVICE, pool.id, "group", name)):
        record = await _read(call, pool, name)
        for row in await call.ports.records.list(MEMBERSHIPS, members_of(pool.id, name)):
            await _leave(call, pool, row.value["user"], name)
        await call.ports.records.write(Delete(record.key, expected=record.revision))
    return {}


@operation("cognito-idp", "AdminAddUserToGroup")
async def admin_add_user_to_group(call: Call, request: Request) -> Response:
    """Join; joining again changes nothing."""
    pool = await read_pool(call, request["UserPoolId"])
    name = request["GroupName"]
    async with call.ports.editing.hold((SERVICE, pool.id, "group", name)):
        await _read(call, pool, name)
        async with edit_user(call, pool, request["Username"]) as user:
            groups = user.document["groups"]
            if name not in groups:
                groups.append(name)
            if len(groups) > quotas.GROUPS_PER_POOL_USER:
                raise LimitExceeded("You have reached the maximum number of groups of this user.")
            membership = Put(membership_key(pool.id, name, user.id), {"user": user.id}, members_of(pool.id, name))
            await call.ports.records.write(membership)
    return {}


@operation("cognito-idp", "AdminRemoveUserFromGroup")
async def admin_remove_user_from_group(call: Call, request: Request) -> Response:
    """Leave; leaving a group that one is not in changes nothing."""
    pool = await read_pool(call, request["UserPoolId"])
    name = request["GroupName"]
    async with call.ports.editing.hold((SERVICE, pool.id, "group", name)):
        await _read(call, pool, name)
        user = await read_user(call, pool, request["Username"])
        await _leave(call, pool, user.id, name)
    return {}


@operation("cognito-idp", "AdminListGroupsForUser")
async def admin_list_groups_for_user(call: Call, request: Request) -> Response:
    """The groups of a user."""
    pool = await read_pool(call, request["UserPoolId"])
    user = await read_user(call, pool, request["Username"])
    records = [await _read(call, pool, name) for name in sorted(user.document["groups"])]
    rows, token = page(records, lambda row: row.key.id, request.get("NextToken"), limit_of(request, "Limit"))
    return {"Groups": [row.value for row in rows], "NextToken": token}


@operation("cognito-idp", "ListUsersInGroup")
async def list_users_in_group(call: Call, request: Request) -> Response:
    """The users of a group, ordered by name."""
    pool = await read_pool(call, request["UserPoolId"])
    await _read(call, pool, request["GroupName"])
    limit, after = limit_of(request, "Limit"), after_of(request.get("NextToken"))
    parent = members_of(pool.id, request["GroupName"])
    rows = await call.ports.records.list(MEMBERSHIPS, parent, after=after, limit=limit + 1)
    users: list[dict[str, Any]] = []
    for row in rows[:limit]:
        user = await find_user(call, pool, row.value["user"])
        if user is not None and request["GroupName"] in user.document["groups"]:
            users.append(shown(user.document))
    token = encode_position(rows[limit - 1].key.id) if len(rows) > limit else None
    return {"Users": users, "NextToken": token}


async def _leave(call: Call, pool: Pool, user_id: str, group: str) -> None:
    if await find_user(call, pool, user_id) is not None:
        async with edit_user(call, pool, user_id) as user:
            user.document["groups"] = [name for name in user.document["groups"] if name != group]
    await call.ports.records.write(Delete(membership_key(pool.id, group, user_id)))


async def _read(call: Call, pool: Pool, name: str) -> Record:
    record = await call.ports.records.get(group_key(pool.id, name))
    if record is None:
        raise ResourceNotFound("Group not found.")
    return record
