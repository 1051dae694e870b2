"""Group: create, get, list, update, delete, and who belongs to it. Reference: identity section 3."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

from gatelet.aws import quotas
from gatelet.control.iam.entities import (
    GROUPS,
    USERS,
    account_held,
    all_of,
    arn_of,
    create,
    delete,
    edit,
    key_of,
    read,
)
from gatelet.control.iam.errors import DeleteConflict, LimitExceeded
from gatelet.control.iam.paging import page, page_below_path
from gatelet.control.iam.renaming import check_without_policies, renaming, taken
from gatelet.control.operation import Call, Response, operation
from gatelet.storage.ports import Put

if TYPE_CHECKING:
    from types_boto3_iam.type_defs import (
        AddUserToGroupRequestTypeDef,
        CreateGroupRequestTypeDef,
        DeleteGroupRequestTypeDef,
        GetGroupRequestTypeDef,
        ListGroupsForUserRequestTypeDef,
        ListGroupsRequestTypeDef,
        RemoveUserFromGroupRequestTypeDef,
        UpdateGroupRequestTypeDef,
    )


@operation("iam", "CreateGroup")
async def create_group(call: Call, request: CreateGroupRequestTypeDef) -> Response:
    """A group without users and policies."""
    name, path = request["GroupName"], request.get("Path") or "/"
    group: dict[str, Any] = {
        "Path": path,
        "GroupName": name,
        "GroupId": call.ports.ids.unique_id(GROUPS.id_prefix),
        "Arn": arn_of(call, GROUPS, path, name),
        "CreateDate": int(call.ports.clock.now()),
    }
    document = {"group": group, "tags": {}, "policies": {}, "attached": []}
    await create(call, key_of(call, GROUPS, name), document, taken(GROUPS, name))
    return {"Group": group}


@operation("iam", "GetGroup")
async def get_group(call: Call, request: GetGroupRequestTypeDef) -> Response:
    """One group with its users."""
    document = await read(call, GROUPS, request["GroupName"])
    users = [user["user"] for user in await _members(call, request["GroupName"])]
    return {"Group": document["group"], **page(users, request, "Users", itemgetter("UserName"))}


@operation("iam", "ListGroups")
async def list_groups(call: Call, request: ListGroupsRequestTypeDef) -> Response:
    """The account's groups, ordered by name."""
    groups = [document["group"] for document in await all_of(call, GROUPS)]
    return page_below_path(groups, request, "Groups", itemgetter("GroupName"))


@operation("iam", "ListGroupsForUser")
async def list_groups_for_user(call: Call, request: ListGroupsForUserRequestTypeDef) -> Response:
    """The groups of a user."""
    document = await read(call, USERS, request["UserName"])
    groups = [(await read(call, GROUPS, name))["group"] for name in document["groups"]]
    return page(groups, request, "Groups", itemgetter("GroupName"))


@operation("iam", "AddUserToGroup")
async def add_user_to_group(call: Call, request: AddUserToGroupRequestTypeDef) -> Response:
    """Join; joining again changes nothing."""
    async with edit(call, USERS, request["UserName"]) as document:
        await read(call, GROUPS, request["GroupName"])
        if request["GroupName"] not in document["groups"]:
            document["groups"].append(request["GroupName"])
        if len(document["groups"]) > quotas.GROUPS_PER_USER:
            raise LimitExceeded(f"Cannot exceed quota for GroupsPerUser: {quotas.GROUPS_PER_USER}")
    return {}


@operation("iam", "RemoveUserFromGroup")
async def remove_user_from_group(call: Call, request: RemoveUserFromGroupRequestTypeDef) -> Response:
    """Leave; leaving a group that one is not in changes nothing."""
    async with edit(call, USERS, request["UserName"]) as document:
        await read(call, GROUPS, request["GroupName"])
        document["groups"] = [name for name in document["groups"] if name != request["GroupName"]]
    return {}


@operation("iam", "UpdateGroup")
async def update_group(call: Call, request: UpdateGroupRequestTypeDef) -> Response:
    """Another name or path; users and policies stay with it."""
    async with account_held(call):
        change = await renaming(call, GROUPS, request)
        for user in await _members(call, change.old) if change.new != change.old else ():
            groups = [change.new if held == change.old else held for held in user["groups"]]
            change.writes.append(Put(key_of(call, USERS, user["user"]["UserName"]), {**user, "groups": groups}))
        await call.ports.records.write(*change.writes)
    return {}


@operation("iam", "DeleteGroup")
async def delete_group(call: Call, request: DeleteGroupRequestTypeDef) -> Response:
    """Delete a group that has nothing any more."""
    name = request["GroupName"]
    async with account_held(call):
        document = await read(call, GROUPS, name)
        if await _members(call, name):
            raise DeleteConflict("Cannot delete entity, must remove users from group first.")
        check_without_policies(document)
        await delete(call, key_of(call, GROUPS, name))
    return {}


async def _members(call: Call, name: str) -> list[dict[str, Any]]:
    return [document for document in await all_of(call, USERS) if name in document["groups"]]
