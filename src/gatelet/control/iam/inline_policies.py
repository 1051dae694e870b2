"""Inline policies of roles, users and groups: put, get, list, delete. Reference: identity section 3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gatelet.control.iam.documents import check_inline_policies, url_encoded
from gatelet.control.iam.entities import GROUPS, ROLES, USERS, EntityKind, edit, read
from gatelet.control.iam.errors import NoSuchEntity
from gatelet.control.iam.paging import page
from gatelet.control.operation import Call, Response, operation

if TYPE_CHECKING:
    from types_boto3_iam.type_defs import (
        DeleteGroupPolicyRequestTypeDef,
        DeleteRolePolicyRequestTypeDef,
        DeleteUserPolicyRequestTypeDef,
        GetGroupPolicyRequestTypeDef,
        GetRolePolicyRequestTypeDef,
        GetUserPolicyRequestTypeDef,
        ListGroupPoliciesRequestTypeDef,
        ListRolePoliciesRequestTypeDef,
        ListUserPoliciesRequestTypeDef,
        PutGroupPolicyRequestTypeDef,
        PutRolePolicyRequestTypeDef,
        PutUserPolicyRequestTypeDef,
    )


@operation("iam", "PutRolePolicy")
async def put_role_policy(call: Call, request: PutRolePolicyRequestTypeDef) -> Response:
    """Add or replace an inline policy."""
    return await _put(call, ROLES, request)


@operation("iam", "PutUserPolicy")
async def put_user_policy(call: Call, request: PutUserPolicyRequestTypeDef) -> Response:
    """Add or replace an inline policy."""
    return await _put(call, USERS, request)


@operation("iam", "PutGroupPolicy")
async def put_group_policy(call: Call, request: PutGroupPolicyRequestTypeDef) -> Response:
    """Add or replace an inline policy."""
    return await _put(call, GROUPS, request)


@operation("iam", "GetRolePolicy")
async def get_role_policy(call: Call, request: GetRolePolicyRequestTypeDef) -> Response:
    """One inline policy."""
    return await _get(call, ROLES, request)


@operation("iam", "GetUserPolicy")
async def get_user_policy(call: Call, request: GetUserPolicyRequestTypeDef) -> Response:
    """One inline policy."""
    return await _get(call, USERS, request)


@operation("iam", "GetGroupPolicy")
async def get_group_policy(call: Call, request: GetGroupPolicyRequestTypeDef) -> Response:
    """One inline policy."""
    return await _get(call, GROUPS, request)


@operation("iam", "ListRolePolicies")
async def list_role_policies(call: Call, request: ListRolePoliciesRequestTypeDef) -> Response:
    """The names of the inline policies."""
    return await _list(call, ROLES, request)


@operation("iam", "ListUserPolicies")
async def list_user_policies(call: Call, request: ListUserPoliciesRequestTypeDef) -> Response:
    """The names of the inline policies."""
    return await _list(call, USERS, request)


@operation("iam", "ListGroupPolicies")
async def list_group_policies(call: Call, request: ListGroupPoliciesRequestTypeDef) -> Response:
    """The names of the inline policies."""
    return await _list(call, GROUPS, request)


@operation("iam", "DeleteRolePolicy")
async def delete_role_policy(call: Call, request: DeleteRolePolicyRequestTypeDef) -> Response:
    """Delete an inline policy."""
    return await _delete(call, ROLES, request)


@operation("iam", "DeleteUserPolicy")
async def delete_user_policy(call: Call, request: DeleteUserPolicyRequestTypeDef) -> Response:
    """Delete an inline policy."""
    return await _delete(call, USERS, request)


@operation("iam", "DeleteGroupPolicy")
async def delete_group_policy(call: Call, request: DeleteGroupPolicyRequestTypeDef) -> Response:
    """Delete an inline policy."""
    return await _delete(call, GROUPS, request)


async def _put(call: Call, kind: EntityKind, request: Any) -> Response:
    name, text = request["PolicyName"], request["PolicyDocument"]
    async with edit(call, kind, request[kind.member]) as document:
        check_inline_policies(kind, request[kind.member], name, text, document["policies"])
        document["policies"][name] = text
    return {}


async def _get(call: Call, kind: EntityKind, request: Any) -> Response:
    document = await read(call, kind, request[kind.member])
    name = request["PolicyName"]
    if name not in document["policies"]:
        raise _missing(kind, name)
    return {
        kind.member: request[kind.member],
        "PolicyName": name,
        "PolicyDocument": url_encoded(document["policies"][name]),
    }


async def _list(call: Call, kind: EntityKind, request: Any) -> Response:
    document = await read(call, kind, request[kind.member])
    return page(document["policies"], request, "PolicyNames")


async def _delete(call: Call, kind: EntityKind, request: Any) -> Response:
    async with edit(call, kind, request[kind.member]) as document:
        if document["policies"].pop(request["PolicyName"], None) is None:
            raise _missing(kind, request["PolicyName"])
    return {}


def _missing(kind: EntityKind, name: str) -> NoSuchEntity:
    return NoSuchEntity(f"The {kind.word} policy with name {name} cannot be found.")
