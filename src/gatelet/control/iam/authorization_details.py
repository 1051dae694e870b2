"""GetAccountAuthorizationDetails: every user, group, role and policy of the account with all that belongs to it.

Reference: IAM API Reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from gatelet.control.iam.boundaries import shown_boundary
from gatelet.control.iam.documents import url_encoded
from gatelet.control.iam.entities import GROUPS, ROLES, USERS, EntityKind, all_of, policies_of
from gatelet.control.iam.paging import page
from gatelet.control.iam.policies import uses_of
from gatelet.control.iam.policy_versions import shown_version, versions_of
from gatelet.control.iam.tagging import listed
from gatelet.control.operation import Call, Response, operation
from gatelet.identity.aws_policies import AWS_POLICIES
from gatelet.identity.model import PolicyDocument

if TYPE_CHECKING:
    from types_boto3_iam.type_defs import GetAccountAuthorizationDetailsRequestTypeDef

_ENTITIES: Final = (USERS, GROUPS, ROLES)
_LOCAL, _OF_AWS = "LocalManagedPolicy", "AWSManagedPolicy"


@operation("iam", "GetAccountAuthorizationDetails")
async def get_account_authorization_details(
    call: Call, request: GetAccountAuthorizationDetailsRequestTypeDef
) -> Response:
    """One page over all kinds; AWS's policies are those that are attached somewhere."""
    wanted: set[str] = {*(request.get("Filter") or ())} or {*(kind.kind for kind in _ENTITIES), _LOCAL, _OF_AWS}
    rows: list[tuple[str, str, dict[str, Any]]] = []
    for kind in _ENTITIES:
        if kind.kind in wanted:
            member = f"{kind.kind}DetailList"
            rows += [(member, f"{member}/{_name(kind, one)}", _entity(kind, one)) for one in await all_of(call, kind)]
    uses = await uses_of(call)
    policies = list(await policies_of(call)) if _LOCAL in wanted else []
    if _OF_AWS in wanted:
        policies += [AWS_POLICIES[arn] for arn in uses if arn in AWS_POLICIES]
    for policy in policies:
        arn = policy["policy"]["Arn"]
        rows.append(("Policies", f"Policies/{arn}", _policy(policy, uses.get(arn, {}))))
    answer = page(rows, request, "Rows", itemgetter(1))
    found: dict[str, Any] = {member: [] for member in (*(f"{kind.kind}DetailList" for kind in _ENTITIES), "Policies")}
    for member, _, detail in answer.pop("Rows"):
        found[member].append(detail)
    return {**answer, **found}


def _name(kind: EntityKind, document: Mapping[str, Any]) -> str:
    return str(document[kind.word][kind.member])


def _entity(kind: EntityKind, document: dict[str, Any]) -> dict[str, Any]:
    entity = document[kind.word]
    detail: dict[str, Any] = {
        **{member: entity[member] for member in ("Path", kind.member, f"{kind.kind}Id", "Arn", "CreateDate")},
        f"{kind.kind}PolicyList": [
            {"PolicyName": name, "PolicyDocument": url_encoded(text)} for name, text in document["policies"].items()
        ],
        "AttachedManagedPolicies": [
            {"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in document["attached"]
        ],
    }
    if kind is GROUPS:
        return detail
    detail |= {"Tags": listed(document["tags"]), **shown_boundary(document)}
    if kind is USERS:
        return {**detail, "GroupList": document["groups"]}
    trust = url_encoded(entity["AssumeRolePolicyDocument"])
    return {**detail, "AssumeRolePolicyDocument": trust, "InstanceProfileList": [], "RoleLastUsed": {}}


def _policy(document: PolicyDocument, uses: Mapping[str, int]) -> dict[str, Any]:
    versions = [
        {**shown_version(document, name), "Document": url_encoded(version["document"])}
        for name, version in versions_of(document).items()
    ]
    return {**document["policy"], "AttachmentCount": 0, **uses, "PolicyVersionList": versions}
