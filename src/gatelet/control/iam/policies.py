"""Managed policies: create, get, list, delete, and the one version of each. Reference: identity section 3.

Those of AWS (``aws_policies``) can be read and attached, as on AWS.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

from gatelet.aws.errors import AwsError
from gatelet.control.iam.documents import check_managed_policy, url_encoded
from gatelet.control.iam.entities import (
    account_held,
    create,
    delete,
    find_policy,
    policies_of,
    policy_key,
    roles_of,
)
from gatelet.control.iam.errors import DeleteConflict, EntityExists, NoSuchEntity, no_such_policy
from gatelet.control.iam.paging import page
from gatelet.control.iam.tagging import listed, merge, tags_of
from gatelet.control.operation import Call, Response, operation
from gatelet.identity.aws_policies import AWS_POLICIES
from gatelet.identity.model import PolicyDocument

if TYPE_CHECKING:
    from types_boto3_iam.type_defs import (
        CreatePolicyRequestTypeDef,
        DeletePolicyRequestTypeDef,
        GetPolicyRequestTypeDef,
        GetPolicyVersionRequestTypeDef,
        ListPoliciesRequestTypeDef,
        ListPolicyVersionsRequestTypeDef,
    )


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
    document = await _read(call, request["PolicyArn"])
    count = (await _attachments(call)).get(request["PolicyArn"], 0)
    return {"Policy": {**document["policy"], "AttachmentCount": count, "Tags": listed(document["tags"]) or None}}


@operation("iam", "GetPolicyVersion")
async def get_policy_version(call: Call, request: GetPolicyVersionRequestTypeDef) -> Response:
    """A version with its document."""
    document = await _read(call, request["PolicyArn"])
    version = _version(document)
    if request["VersionId"] != version["VersionId"]:
        raise NoSuchEntity(
            f"Policy {request['PolicyArn']} version {request['VersionId']} does not exist or is not attachable."
        )
    return {"PolicyVersion": {"Document": url_encoded(document["document"]), **version}}


@operation("iam", "ListPolicyVersions")
async def list_policy_versions(call: Call, request: ListPolicyVersionsRequestTypeDef) -> Response:
    """The versions, without their documents."""
    document = await _read(call, request["PolicyArn"])
    return page([_version(document)], request, "Versions", itemgetter("VersionId"))


@operation("iam", "ListPolicies")
async def list_policies(call: Call, request: ListPoliciesRequestTypeDef) -> Response:
    """Managed policies, ordered by ARN: the account's, then AWS's; without descriptions and tags."""
    scope, prefix = request.get("Scope") or "All", request.get("PathPrefix") or "/"
    documents: list[PolicyDocument] = []
    if scope in ("All", "AWS"):
        documents += AWS_POLICIES.values()
    if scope in ("All", "Local"):
        documents += await policies_of(call)
    if request.get("PolicyUsageFilter") == "PermissionsBoundary":
        documents = []
    counts = await _attachments(call)
    items = [
        {
            **{member: value for member, value in document["policy"].items() if member != "Description"},
            "AttachmentCount": counts.get(document["policy"]["Arn"], 0),
        }
        for document in documents
        if document["policy"]["Path"].startswith(prefix)
    ]
    if request.get("OnlyAttached"):
        items = [item for item in items if item["AttachmentCount"]]
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
        document = await _read(call, arn)
        if (await _attachments(call)).get(arn):
            raise DeleteConflict("Cannot delete a policy attached to entities.")
        await delete(call, policy_key(call, document["policy"]["PolicyName"]))
    return {}


async def _read(call: Call, arn: str) -> PolicyDocument:
    document = AWS_POLICIES.get(arn) or await find_policy(call, arn)
    if document is None:
        raise no_such_policy(arn)
    return document


async def _attachments(call: Call) -> dict[str, int]:
    """How many roles of the account each managed policy is attached to."""
    counts: dict[str, int] = {}
    for role in await roles_of(call):
        for arn in role["attached"]:
            counts[arn] = counts.get(arn, 0) + 1
    return counts


def _version(document: PolicyDocument) -> dict[str, Any]:
    policy = document["policy"]
    return {"VersionId": policy["DefaultVersionId"], "IsDefaultVersion": True, "CreateDate": policy["UpdateDate"]}
