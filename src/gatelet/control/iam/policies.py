"""Managed policies: create, get, list, delete. Reference: identity section 3.

Those of AWS (``aws_policies``) can be read and attached, as on AWS.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from gatelet.aws.errors import AwsError
from gatelet.control.iam.documents import check_managed_policy
from gatelet.control.iam.entities import (
    KINDS,
    account_held,
    all_of,
    create,
    delete,
    policies_of,
    policy_key,
    read_policy,
)
from gatelet.control.iam.errors import DeleteConflict, EntityExists
from gatelet.control.iam.paging import page
from gatelet.control.iam.policy_versions import versions_of
from gatelet.control.iam.tagging import listed, merge, tags_of
from gatelet.control.operation import Call, Response, operation
from gatelet.identity.aws_policies import AWS_POLICIES
from gatelet.identity.model import PolicyDocument

if TYPE_CHECKING:
    from types_boto3_iam.type_defs import (
        CreatePolicyRequestTypeDef,
        DeletePolicyRequestTypeDef,
        GetPolicyRequestTypeDef,
        ListPoliciesRequestTypeDef,
    )

_UNUSED: Mapping[str, int] = {"AttachmentCount": 0, "PermissionsBoundaryUsageCount": 0}
_COUNTED: Mapping[str, str] = {
    "PermissionsPolicy": "AttachmentCount",
    "PermissionsBoundary": "PermissionsBoundaryUsageCount",
}
"""By PolicyUsageFilter."""


@operation("iam", "CreatePolicy")
async def create_policy(call: Call, request: CreatePolicyRequestTypeDef) -> Response:
    """A managed policy with its version v1; the answer has no Description."""
    check_managed_policy(request["PolicyDocument"])
    name, path = request["PolicyName"], request.get("Path") or "/"
    tags: dict[str, str] = {}
    merge(tags, tags_of(request.get("Tags")), "Policy")
    now = int(call.ports.clock.now())
    policy: dict[str, Any] = {
        "PolicyName": name,
        "PolicyId": call.ports.ids.unique_id("ANPA"),
        "Arn": f"arn:{call.scope.partition}:iam::{call.scope.account}:policy{path}{name}",
        "Path": path,
        "DefaultVersionId": "v1",
        "PermissionsBoundaryUsageCount": 0,
        "IsAttachable": True,
        "CreateDate": now,
        "UpdateDate": now,
    }
    stored = {**policy, **({"Description": request["Description"]} if request.get("Description") else {})}
    document: PolicyDocument = {"policy": stored, "document": request["PolicyDocument"], "tags": tags}
    taken = EntityExists(f"A policy called {name} already exists. Duplicate names are not allowed.")
    await create(call, policy_key(call, name), document, taken)
    return {"Policy": {**policy, "AttachmentCount": 0, "Tags": listed(tags) or None}}


@operation("iam", "GetPolicy")
async def get_policy(call: Call, request: GetPolicyRequestTypeDef) -> Response:
    """One managed policy."""
    document = await read_policy(call, request["PolicyArn"])
    uses = (await uses_of(call)).get(request["PolicyArn"], _UNUSED)
    return {"Policy": {**document["policy"], **uses, "Tags": listed(document["tags"]) or None}}


@operation("iam", "ListPolicies")
async def list_policies(call: Call, request: ListPoliciesRequestTypeDef) -> Response:
    """Managed policies, ordered by ARN: the account's, then AWS's; without descriptions and tags."""
    scope, prefix = request.get("Scope") or "All", request.get("PathPrefix") or "/"
    documents: list[PolicyDocument] = []
    if scope in ("All", "AWS"):
        documents += AWS_POLICIES.values()
    if scope in ("All", "Local"):
        documents += await policies_of(call)
    uses = await uses_of(call)
    items = [
        {
            **{member: value for member, value in document["policy"].items() if member != "Description"},
            **uses.get(document["policy"]["Arn"], _UNUSED),
        }
        for document in documents
        if document["policy"]["Path"].startswith(prefix)
    ]
    counted = _COUNTED.get(request.get("PolicyUsageFilter") or "")
    if request.get("OnlyAttached") or counted:
        items = [item for item in items if item[counted or "AttachmentCount"]]
    return page(items, request, "Policies", itemgetter("Arn"))


@operation("iam", "DeletePolicy")
async def delete_policy(call: Call, request: DeletePolicyRequestTypeDef) -> Response:
    """Delete a managed policy of the account that is attached nowhere."""
    arn = request["PolicyArn"]
    if arn in AWS_POLICIES:
        raise AwsError(
            "AccessDeniedException",
            f"User: {call.principal.arn} is not authorized to perform: iam:DeletePolicy on resource: policy {arn}",
            status=403,
        )
    async with account_held(call):
        document = await read_policy(call, arn)
        if arn in await uses_of(call):
            raise DeleteConflict("Cannot delete a policy attached to entities.")
        if len(versions_of(document)) > 1:
            raise DeleteConflict(
                "This policy has more than one version. Before you delete a policy, you must delete the policy's "
                "versions. The default version is deleted with the policy."
            )
        await delete(call, policy_key(call, document["policy"]["PolicyName"]))
    return {}


async def uses_of(call: Call) -> dict[str, dict[str, int]]:
    """Of each managed policy that is in use: how many entities have it attached, and how many as their boundary."""
    uses: dict[str, dict[str, int]] = {}
    for kind in KINDS:
        for document in await all_of(call, kind):
            for arn in document["attached"]:
                uses.setdefault(arn, dict(_UNUSED))["AttachmentCount"] += 1
            if "boundary" in document:
                uses.setdefault(document["boundary"], dict(_UNUSED))["PermissionsBoundaryUsageCount"] += 1
    return uses
