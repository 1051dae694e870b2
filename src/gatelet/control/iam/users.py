"""User: create, get, list, update, delete. Reference: identity section 3.

Passwords for a console (login profiles) do not exist here: their operations answer 501.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

from gatelet.aws.errors import AwsError
from gatelet.control.iam.access_key_records import keys_of, moved
from gatelet.control.iam.boundaries import given_boundary, shown_boundary
from gatelet.control.iam.entities import USERS, account_held, all_of, arn_of, create, delete, key_of, read
from gatelet.control.iam.errors import DeleteConflict
from gatelet.control.iam.paging import page_below_path
from gatelet.control.iam.renaming import check_without_policies, renaming, taken
from gatelet.control.iam.tagging import listed, merge, tags_of
from gatelet.control.operation import Call, Response, operation
from gatelet.identity.principals import PrincipalType

if TYPE_CHECKING:
    from types_boto3_iam.type_defs import (
        CreateUserRequestTypeDef,
        DeleteUserRequestTypeDef,
        GetUserRequestTypeDef,
        ListUsersRequestTypeDef,
        UpdateUserRequestTypeDef,
    )


@operation("iam", "CreateUser")
async def create_user(call: Call, request: CreateUserRequestTypeDef) -> Response:
    """A user without keys and policies."""
    name, path = request["UserName"], request.get("Path") or "/"
    tags: dict[str, str] = {}
    merge(tags, tags_of(request.get("Tags")), "User")
    user: dict[str, Any] = {
        "Path": path,
        "UserName": name,
        "UserId": call.ports.ids.unique_id(USERS.id_prefix),
        "Arn": arn_of(call, USERS, path, name),
        "CreateDate": int(call.ports.clock.now()),
    }
    boundary = await given_boundary(call, request)
    document: dict[str, Any] = {"user": user, "tags": tags, "policies": {}, "attached": [], "groups": [], **boundary}
    await create(call, key_of(call, USERS, name), document, taken(USERS, name))
    return {"User": {**user, **shown_boundary(document), "Tags": listed(tags) or None}}


@operation("iam", "GetUser")
async def get_user(call: Call, request: GetUserRequestTypeDef) -> Response:
    """One user with its tags; without a name, the caller."""
    document = await read(call, USERS, user_name(call, request))
    return {"User": {**document["user"], **shown_boundary(document), "Tags": listed(document["tags"]) or None}}


@operation("iam", "ListUsers")
async def list_users(call: Call, request: ListUsersRequestTypeDef) -> Response:
    """The account's users, ordered by name, without their tags."""
    users = [document["user"] for document in await all_of(call, USERS)]
    return page_below_path(users, request, "Users", itemgetter("UserName"))


@operation("iam", "UpdateUser")
async def update_user(call: Call, request: UpdateUserRequestTypeDef) -> Response:
    """Another name or path; keys, groups and policies stay with it."""
    async with account_held(call):
        change = await renaming(call, USERS, request)
        if change.new != change.old:
            change.writes.extend(moved(call, await keys_of(call, change.old), change.new))
        await call.ports.records.write(*change.writes)
    return {}


@operation("iam", "DeleteUser")
async def delete_user(call: Call, request: DeleteUserRequestTypeDef) -> Response:
    """Delete a user that has nothing any more."""
    name = request["UserName"]
    async with account_held(call):
        document = await read(call, USERS, name)
        if await keys_of(call, name):
            raise DeleteConflict("Cannot delete entity, must delete access keys first.")
        check_without_policies(document)
        if document["groups"]:
            raise DeleteConflict("Cannot delete entity, must remove users from group first.")
        await delete(call, key_of(call, USERS, name))
    return {}


def user_name(call: Call, request: Any) -> str:
    """The user that a request is about: the one it names, or the caller. Raises AwsError."""
    if request.get("UserName"):
        return str(request["UserName"])
    if call.principal.type is PrincipalType.USER:
        return call.principal.name
    raise AwsError("ValidationException", "Must specify userName when calling with non-User credentials", status=400)
