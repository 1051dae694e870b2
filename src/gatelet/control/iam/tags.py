"""Tags of roles, users and managed policies: tag, untag, list. Reference: identity section 3."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

from gatelet.control.iam.entities import ROLES, USERS, EntityKind, edit, edit_policy, read, read_policy
from gatelet.control.iam.paging import page
from gatelet.control.iam.tagging import listed, merge, remove, tags_of
from gatelet.control.operation import Call, Response, operation

if TYPE_CHECKING:
    from types_boto3_iam.type_defs import (
        ListPolicyTagsRequestTypeDef,
        ListRoleTagsRequestTypeDef,
        ListUserTagsRequestTypeDef,
        TagPolicyRequestTypeDef,
        TagRoleRequestTypeDef,
        TagUserRequestTypeDef,
        UntagPolicyRequestTypeDef,
        UntagRoleRequestTypeDef,
        UntagUserRequestTypeDef,
    )


@operation("iam", "TagRole")
async def tag_role(call: Call, request: TagRoleRequestTypeDef) -> Response:
    """Add or replace tags."""
    return await _tag(call, ROLES, request)


@operation("iam", "TagUser")
async def tag_user(call: Call, request: TagUserRequestTypeDef) -> Response:
    """Add or replace tags."""
    return await _tag(call, USERS, request)


@operation("iam", "TagPolicy")
async def tag_policy(call: Call, request: TagPolicyRequestTypeDef) -> Response:
    """Add or replace tags."""
    tags = tags_of(request["Tags"])
    async with edit_policy(call, request["PolicyArn"]) as document:
        merge(document["tags"], tags, "Policy")
    return {}


@operation("iam", "UntagRole")
async def untag_role(call: Call, request: UntagRoleRequestTypeDef) -> Response:
    """Remove tags."""
    return await _untag(call, ROLES, request)


@operation("iam", "UntagUser")
async def untag_user(call: Call, request: UntagUserRequestTypeDef) -> Response:
    """Remove tags."""
    return await _untag(call, USERS, request)


@operation("iam", "UntagPolicy")
async def untag_policy(call: Call, request: UntagPolicyRequestTypeDef) -> Response:
    """Remove tags."""
    async with edit_policy(call, request["PolicyArn"]) as document:
        remove(document["tags"], request["TagKeys"])
    return {}


@operation("iam", "ListRoleTags")
async def list_role_tags(call: Call, request: ListRoleTagsRequestTypeDef) -> Response:
    """The role's tags."""
    document = await read(call, ROLES, request["RoleName"])
    return page(listed(document["tags"]), request, "Tags", itemgetter("Key"))


@operation("iam", "ListUserTags")
async def list_user_tags(call: Call, request: ListUserTagsRequestTypeDef) -> Response:
    """The user's tags."""
    document = await read(call, USERS, request["UserName"])
    return page(listed(document["tags"]), request, "Tags", itemgetter("Key"))


@operation("iam", "ListPolicyTags")
async def list_policy_tags(call: Call, request: ListPolicyTagsRequestTypeDef) -> Response:
    """The policy's tags."""
    document = await read_policy(call, request["PolicyArn"])
    return page(listed(document["tags"]), request, "Tags", itemgetter("Key"))


async def _tag(call: Call, kind: EntityKind, request: Any) -> Response:
    tags = tags_of(request["Tags"])
    async with edit(call, kind, request[kind.member]) as document:
        merge(document["tags"], tags, kind.kind)
    return {}


async def _untag(call: Call, kind: EntityKind, request: Any) -> Response:
    async with edit(call, kind, request[kind.member]) as document:
        remove(document["tags"], request["TagKeys"])
    return {}
