"""Managed policies on roles, users and groups: attach, detach, list. Reference: identity section 3."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

from gatelet.aws.arn import Arn, InvalidArn
from gatelet.aws.errors import AwsError
from gatelet.control.iam.entities import GROUPS, KINDS, ROLES, USERS, EntityKind, all_of, edit, find_policy, read
from gatelet.control.iam.entities import read_policy as read_managed
from gatelet.control.iam.errors import LimitExceeded, NoSuchEntity, no_such_policy
from gatelet.control.iam.paging import page
from gatelet.control.operation import Call, Response, operation
from gatelet.identity.aws_policies import AWS_POLICIES

if TYPE_CHECKING:
    from types_boto3_iam.type_defs import (
        AttachGroupPolicyRequestTypeDef,
        AttachRolePolicyRequestTypeDef,
        AttachUserPolicyRequestTypeDef,
        DetachGroupPolicyRequestTypeDef,
        DetachRolePolicyRequestTypeDef,
        DetachUserPolicyRequestTypeDef,
        ListAttachedGroupPoliciesRequestTypeDef,
        ListAttachedRolePoliciesRequestTypeDef,
        ListAttachedUserPoliciesRequestTypeDef,
        ListEntitiesForPolicyRequestTypeDef,
    )


@operation("iam", "AttachRolePolicy")
async def attach_role_policy(call: Call, request: AttachRolePolicyRequestTypeDef) -> Response:
    """Attach a managed policy; attaching it again changes nothing."""
    return await _attach(call, ROLES, request)


@operation("iam", "AttachUserPolicy")
async def attach_user_policy(call: Call, request: AttachUserPolicyRequestTypeDef) -> Response:
    """Attach a managed policy; attaching it again changes nothing."""
    return await _attach(call, USERS, request)


@operation("iam", "AttachGroupPolicy")
async def attach_group_policy(call: Call, request: AttachGroupPolicyRequestTypeDef) -> Response:
    """Attach a managed policy; attaching it again changes nothing."""
    return await _attach(call, GROUPS, request)


@operation("iam", "DetachRolePolicy")
async def detach_role_policy(call: Call, request: DetachRolePolicyRequestTypeDef) -> Response:
    """Detach a managed policy."""
    return await _detach(call, ROLES, request)


@operation("iam", "DetachUserPolicy")
async def detach_user_policy(call: Call, request: DetachUserPolicyRequestTypeDef) -> Response:
    """Detach a managed policy."""
    return await _detach(call, USERS, request)


@operation("iam", "DetachGroupPolicy")
async def detach_group_policy(call: Call, request: DetachGroupPolicyRequestTypeDef) -> Response:
    """Detach a managed policy."""
    return await _detach(call, GROUPS, request)


@operation("iam", "ListAttachedRolePolicies")
async def list_attached_role_policies(call: Call, request: ListAttachedRolePoliciesRequestTypeDef) -> Response:
    """The managed policies of a role."""
    return await _list(call, ROLES, request)


@operation("iam", "ListAttachedUserPolicies")
async def list_attached_user_policies(call: Call, request: ListAttachedUserPoliciesRequestTypeDef) -> Response:
    """The managed policies of a user; those of its groups are not among them."""
    return await _list(call, USERS, request)


@operation("iam", "ListAttachedGroupPolicies")
async def list_attached_group_policies(call: Call, request: ListAttachedGroupPoliciesRequestTypeDef) -> Response:
    """The managed policies of a group."""
    return await _list(call, GROUPS, request)


@operation("iam", "ListEntitiesForPolicy")
async def list_entities_for_policy(call: Call, request: ListEntitiesForPolicyRequestTypeDef) -> Response:
    """The roles, users and groups that have a managed policy, or have it as their boundary."""
    arn, wanted = request["PolicyArn"], request.get("EntityFilter")
    await read_managed(call, arn)
    as_boundary = request.get("PolicyUsageFilter") == "PermissionsBoundary"
    prefix = request.get("PathPrefix") or "/"
    found = []
    for kind in KINDS:
        if wanted not in (None, kind.kind):
            continue
        for document in await all_of(call, kind):
            entity = document[kind.word]
            holds = document.get("boundary") == arn if as_boundary else arn in document["attached"]
            if holds and entity["Path"].startswith(prefix):
                found.append((f"{kind.kind}/{entity[kind.member]}", kind, entity))
    answer = page(found, request, "Found", itemgetter(0))
    rows = answer.pop("Found")
    for kind in KINDS:
        answer[f"Policy{kind.kind}s"] = [
            {kind.member: entity[kind.member], f"{kind.kind}Id": entity[f"{kind.kind}Id"]}
            for _, of_kind, entity in rows
            if of_kind is kind
        ]
    return answer


async def _attach(call: Call, kind: EntityKind, request: Any) -> Response:
    arn = request["PolicyArn"]
    check_arn(arn)
    async with edit(call, kind, request[kind.member]) as document:
        await check_attachable(call, arn)
        if arn not in document["attached"]:
            document["attached"].append(arn)
        if len(document["attached"]) > kind.attached_most:
            raise LimitExceeded(f"Cannot exceed quota for PoliciesPer{kind.kind}: {kind.attached_most}")
    return {}


async def _detach(call: Call, kind: EntityKind, request: Any) -> Response:
    arn = request["PolicyArn"]
    check_arn(arn)
    async with edit(call, kind, request[kind.member]) as document:
        if arn not in document["attached"]:
            raise no_such_policy(arn)
        document["attached"].remove(arn)
    return {}


async def _list(call: Call, kind: EntityKind, request: Any) -> Response:
    document = await read(call, kind, request[kind.member])
    prefix = request.get("PathPrefix") or "/"
    attached = [
        {"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn}
        for arn in document["attached"]
        if Arn.parse(arn).resource.removeprefix("policy").startswith(prefix)
    ]
    return page(attached, request, "AttachedPolicies", itemgetter("PolicyArn"))


async def check_attachable(call: Call, arn: str) -> None:
    """Whether the managed policy exists. Raises NoSuchEntity."""
    if arn not in AWS_POLICIES and await find_policy(call, arn) is None:
        raise NoSuchEntity(f"Policy {arn} does not exist or is not attachable.")


def check_arn(arn: str) -> None:
    """Whether it is an ARN at all. Raises AwsError."""
    try:
        Arn.parse(arn)
    except InvalidArn:
        # Two spaces: that is how AWS writes it.
        raise AwsError("ValidationException", "Invalid ARN:  Could not be parsed!", status=400) from None
