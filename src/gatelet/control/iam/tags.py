"""TagRole, UntagRole, ListRoleTags. Reference: identity section 3."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

from gatelet.control.iam.entities import edit_role, read_role
from gatelet.control.iam.paging import page
from gatelet.control.iam.tagging import listed, merge, remove, tags_of
from gatelet.control.operation import Call, Response, operation

if TYPE_CHECKING:
    from types_boto3_iam.type_defs import (
        ListRoleTagsRequestTypeDef,
        TagRoleRequestTypeDef,
        UntagRoleRequestTypeDef,
    )


@operation("iam", "TagRole")
async def tag_role(call: Call, request: TagRoleRequestTypeDef) -> Response:
    """Add or replace tags."""
    tags = tags_of(request["Tags"])
    async with edit_role(call, request["RoleName"]) as document:
        merge(document["tags"], tags, "Role")
    return {}


@operation("iam", "UntagRole")
async def untag_role(call: Call, request: UntagRoleRequestTypeDef) -> Response:
    """Remove tags."""
    async with edit_role(call, request["RoleName"]) as document:
        remove(document["tags"], request["TagKeys"])
    return {}


@operation("iam", "ListRoleTags")
async def list_role_tags(call: Call, request: ListRoleTagsRequestTypeDef) -> Response:
    """The role's tags."""
    document = await read_role(call, request["RoleName"])
    return page(listed(document["tags"]), request, "Tags", itemgetter("Key"))
