"""Managed policies on roles: attach, detach, list. Reference: identity section 3."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

from gatelet.aws import quotas
from gatelet.aws.arn import Arn, InvalidArn
from gatelet.aws.errors import AwsError
from gatelet.control.iam.entities import edit_role, find_policy, read_role
from gatelet.control.iam.errors import LimitExceeded, NoSuchEntity, no_such_policy
from gatelet.control.iam.paging import page
from gatelet.control.operation import Call, Response, operation
from gatelet.identity.aws_policies import AWS_POLICIES

if TYPE_CHECKING:
    from types_boto3_iam.type_defs import (
        AttachRolePolicyRequestTypeDef,
        DetachRolePolicyRequestTypeDef,
        ListAttachedRolePoliciesRequestTypeDef,
    )


@operation("iam", "AttachRolePolicy")
async def attach_role_policy(call: Call, request: AttachRolePolicyRequestTypeDef) -> Response:
    """Attach a managed policy; attaching it again changes nothing."""
    arn = request["PolicyArn"]
    _check_arn(arn)
    async with edit_role(call, request["RoleName"]) as document:
        if arn not in AWS_POLICIES and await find_policy(call, arn) is None:
            raise NoSuchEntity(f"Policy {arn} does not exist or is not attachable.")
        if arn not in document["attached"]:
            document["attached"].append(arn)
        if len(document["attached"]) > quotas.POLICIES_PER_ROLE:
            raise LimitExceeded(f"Cannot exceed quota for PoliciesPerRole: {quotas.POLICIES_PER_ROLE}")
    return {}


@operation("iam", "DetachRolePolicy")
async def detach_role_policy(call: Call, request: DetachRolePolicyRequestTypeDef) -> Response:
    """Detach a managed policy."""
    arn = request["PolicyArn"]
    _check_arn(arn)
    async with edit_role(call, request["RoleName"]) as document:
        if arn not in document["attached"]:
            raise no_such_policy(arn)
        document["attached"].remove(arn)
    return {}


@operation("iam", "ListAttachedRolePolicies")
async def list_attached_role_policies(call: Call, request: ListAttachedRolePoliciesRequestTypeDef) -> Response:
    """The managed policies of a role."""
    document = await read_role(call, request["RoleName"])
    prefix = request.get("PathPrefix") or "/"
    attached = [
        {"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn}
        for arn in document["attached"]
        if Arn.parse(arn).resource.removeprefix("policy").startswith(prefix)
    ]
    return page(attached, request, "AttachedPolicies", itemgetter("PolicyArn"))


def _check_arn(arn: str) -> None:
    try:
        Arn.parse(arn)
    except InvalidArn:
        # Two spaces: that is how AWS writes it.
        raise AwsError("ValidationException", "Invalid ARN:  Could not be parsed!", status=400) from None
