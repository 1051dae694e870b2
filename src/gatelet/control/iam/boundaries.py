"""Permissions boundaries of roles and users: the most that they may do. Reference: identity section 2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gatelet.control.iam.attachments import check_arn, check_attachable
from gatelet.control.iam.entities import ROLES, USERS, EntityKind, edit
from gatelet.control.iam.errors import NoSuchEntity
from gatelet.control.operation import Call, Response, operation

if TYPE_CHECKING:
    from types_boto3_iam.type_defs import (
        DeleteRolePermissionsBoundaryRequestTypeDef,
        DeleteUserPermissionsBoundaryRequestTypeDef,
        PutRolePermissionsBoundaryRequestTypeDef,
        PutUserPermissionsBoundaryRequestTypeDef,
    )


@operation("iam", "PutRolePermissionsBoundary")
async def put_role_permissions_boundary(call: Call, request: PutRolePermissionsBoundaryRequestTypeDef) -> Response:
    """Another boundary."""
    return await _put(call, ROLES, request)


@operation("iam", "PutUserPermissionsBoundary")
async def put_user_permissions_boundary(call: Call, request: PutUserPermissionsBoundaryRequestTypeDef) -> Response:
    """Another boundary."""
    return await _put(call, USERS, request)


@operation("iam", "DeleteRolePermissionsBoundary")
async def delete_role_permissions_boundary(
    call: Call, request: DeleteRolePermissionsBoundaryRequestTypeDef
) -> Response:
    """No boundary any more."""
    return await _delete(call, ROLES, request)


@operation("iam", "DeleteUserPermissionsBoundary")
async def delete_user_permissions_boundary(
    call: Call, request: DeleteUserPermissionsBoundaryRequestTypeDef
) -> Response:
    """No boundary any more."""
    return await _delete(call, USERS, request)


async def given_boundary(call: Call, request: Any) -> dict[str, str]:
    """The member ``boundary`` of a new entity's document. Raises NoSuchEntity."""
    arn = request.get("PermissionsBoundary")
    if not arn:
        return {}
    check_arn(arn)
    await check_attachable(call, arn)
    return {"boundary": arn}


def shown_boundary(document: Any) -> dict[str, Any]:
    """``PermissionsBoundary`` as IAM answers it."""
    if "boundary" not in document:
        return {}
    return {
        "PermissionsBoundary": {
            "PermissionsBoundaryType": "Policy",
            "PermissionsBoundaryArn": document["boundary"],
        }
    }


async def _put(call: Call, kind: EntityKind, request: Any) -> Response:
    async with edit(call, kind, request[kind.member]) as document:
        document.update(await given_boundary(call, request))
    return {}


async def _delete(call: Call, kind: EntityKind, request: Any) -> Response:
    name = request[kind.member]
    async with edit(call, kind, name) as document:
        if document.pop("boundary", None) is None:
            raise NoSuchEntity(f"The {kind.word} with name {name} does not have a permissions boundary.")
    return {}
