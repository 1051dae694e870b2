"""A role's inline policies: put, get, list, delete. Reference: identity section 3."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatelet.control.iam.documents import check_inline_policies, url_encoded
from gatelet.control.iam.entities import edit_role, read_role
from gatelet.control.iam.errors import NoSuchEntity
from gatelet.control.iam.paging import page
from gatelet.control.operation import Call, Response, operation

if TYPE_CHECKING:
    from types_boto3_iam.type_defs import (
        DeleteRolePolicyRequestTypeDef,
        GetRolePolicyRequestTypeDef,
        ListRolePoliciesRequestTypeDef,
        PutRolePolicyRequestTypeDef,
    )


@operation("iam", "PutRolePolicy")
async def put_role_policy(call: Call, request: PutRolePolicyRequestTypeDef) -> Response:
    """Add or replace an inline policy."""
    name, text = request["PolicyName"], request["PolicyDocument"]
    async with edit_role(call, request["RoleName"]) as document:
        check_inline_policies(request["RoleName"], name, text, document["policies"])
        document["policies"][name] = text
    return {}


@operation("iam", "GetRolePolicy")
async def get_role_policy(call: Call, request: GetRolePolicyRequestTypeDef) -> Response:
    """One inline policy."""
    document = await read_role(call, request["RoleName"])
    name = request["PolicyName"]
    if name not in document["policies"]:
        raise _missing(name)
    return {
        "RoleName": request["RoleName"],
        "PolicyName": name,
        "PolicyDocument": url_encoded(document["policies"][name]),
    }


@operation("iam", "ListRolePolicies")
async def list_role_policies(call: Call, request: ListRolePoliciesRequestTypeDef) -> Response:
    """The names of the inline policies."""
    document = await read_role(call, request["RoleName"])
    return page(document["policies"], request, "PolicyNames")


@operation("iam", "DeleteRolePolicy")
async def delete_role_policy(call: Call, request: DeleteRolePolicyRequestTypeDef) -> Response:
    """Delete an inline policy."""
    async with edit_role(call, request["RoleName"]) as document:
        if document["policies"].pop(request["PolicyName"], None) is None:
            raise _missing(request["PolicyName"])
    return {}


def _missing(name: str) -> NoSuchEntity:
    return NoSuchEntity(f"The role policy with name {name} cannot be found.")
