"""Role: create, get, list, update, delete, and its trust policy. Reference: identity section 3."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

from gatelet.control.iam.boundaries import given_boundary, shown_boundary
from gatelet.control.iam.documents import check_trust_policy, url_encoded
from gatelet.control.iam.entities import ROLES, account_held, all_of, arn_of, create, delete, edit, key_of, read
from gatelet.control.iam.paging import page, page_below_path
from gatelet.control.iam.renaming import check_without_policies, taken
from gatelet.control.iam.tagging import listed, merge, tags_of
from gatelet.control.operation import Call, Response, operation

if TYPE_CHECKING:
    from types_boto3_iam.type_defs import (
        CreateRoleRequestTypeDef,
        DeleteRoleRequestTypeDef,
        GetRoleRequestTypeDef,
        ListInstanceProfilesForRoleRequestTypeDef,
        ListRolesRequestTypeDef,
        UpdateAssumeRolePolicyRequestTypeDef,
        UpdateRoleRequestTypeDef,
    )

_DEFAULT_SESSION_SECONDS = 3600
_CREATED = ("Path", "RoleName", "RoleId", "Arn", "CreateDate", "AssumeRolePolicyDocument")


@operation("iam", "CreateRole")
async def create_role(call: Call, request: CreateRoleRequestTypeDef) -> Response:
    """A role; the answer has no MaxSessionDuration and no Description."""
    check_trust_policy(request["AssumeRolePolicyDocument"])
    name, path = request["RoleName"], request.get("Path") or "/"
    tags: dict[str, str] = {}
    merge(tags, tags_of(request.get("Tags")), "Role")
    role: dict[str, Any] = {
        "Path": path,
        "RoleName": name,
        "RoleId": call.ports.ids.unique_id("AROA"),
        "Arn": arn_of(call, ROLES, path, name),
        "CreateDate": int(call.ports.clock.now()),
        "AssumeRolePolicyDocument": request["AssumeRolePolicyDocument"],
        "MaxSessionDuration": request.get("MaxSessionDuration") or _DEFAULT_SESSION_SECONDS,
    }
    if request.get("Description"):
        role["Description"] = request["Description"]
    boundary = await given_boundary(call, request)
    document: dict[str, Any] = {"role": role, "tags": tags, "policies": {}, "attached": [], **boundary}
    await create(call, key_of(call, ROLES, name), document, taken(ROLES, name))
    answer = {member: value for member, value in _shown(role).items() if member in _CREATED}
    return {"Role": {**answer, **shown_boundary(document), "Tags": listed(tags) or None}}


@operation("iam", "GetRole")
async def get_role(call: Call, request: GetRoleRequestTypeDef) -> Response:
    """One role with its tags; when it was last used is not recorded."""
    document = await read(call, ROLES, request["RoleName"])
    tags = listed(document["tags"]) or None
    return {"Role": {**_shown(document["role"]), **shown_boundary(document), "Tags": tags, "RoleLastUsed": {}}}


@operation("iam", "ListRoles")
async def list_roles(call: Call, request: ListRolesRequestTypeDef) -> Response:
    """The account's roles, ordered by name, without their tags."""
    roles = [_shown(document["role"]) for document in await all_of(call, ROLES)]
    return page_below_path(roles, request, "Roles", itemgetter("RoleName"))


@operation("iam", "UpdateRole")
async def update_role(call: Call, request: UpdateRoleRequestTypeDef) -> Response:
    """Another description or maximum session duration."""
    async with edit(call, ROLES, request["RoleName"]) as document:
        if request.get("Description") is not None:
            document["role"]["Description"] = request["Description"]
        if request.get("MaxSessionDuration") is not None:
            document["role"]["MaxSessionDuration"] = request["MaxSessionDuration"]
    return {}


@operation("iam", "UpdateAssumeRolePolicy")
async def update_assume_role_policy(call: Call, request: UpdateAssumeRolePolicyRequestTypeDef) -> Response:
    """Another trust policy."""
    async with edit(call, ROLES, request["RoleName"]) as document:
        check_trust_policy(request["PolicyDocument"])
        document["role"]["AssumeRolePolicyDocument"] = request["PolicyDocument"]
    return {}


@operation("iam", "DeleteRole")
async def delete_role(call: Call, request: DeleteRoleRequestTypeDef) -> Response:
    """Delete a role that has no policies any more."""
    async with account_held(call):
        document = await read(call, ROLES, request["RoleName"])
        check_without_policies(document)
        await delete(call, key_of(call, ROLES, request["RoleName"]))
    return {}


@operation("iam", "ListInstanceProfilesForRole")
async def list_instance_profiles_for_role(call: Call, request: ListInstanceProfilesForRoleRequestTypeDef) -> Response:
    """None: instance profiles cannot be made. Tools ask before they delete a role."""
    await read(call, ROLES, request["RoleName"])
    return page([], request, "InstanceProfiles")


def _shown(role: dict[str, Any]) -> dict[str, Any]:
    return {**role, "AssumeRolePolicyDocument": url_encoded(role["AssumeRolePolicyDocument"])}
