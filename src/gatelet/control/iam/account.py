"""The account: its alias, and what it holds. Reference: IAM API Reference (GetAccountSummary, ListAccountAliases)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gatelet.aws import quotas
from gatelet.control.iam.entities import GROUPS, ROLES, USERS, all_of, policies_of
from gatelet.control.iam.errors import EntityExists, NoSuchEntity
from gatelet.control.iam.paging import page
from gatelet.control.iam.policy_versions import versions_of
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.identity.model import SERVICE
from gatelet.storage.ports import Collection, Delete, Key, Put

if TYPE_CHECKING:
    from types_boto3_iam.type_defs import (
        CreateAccountAliasRequestTypeDef,
        DeleteAccountAliasRequestTypeDef,
        ListAccountAliasesRequestTypeDef,
    )

_ALIAS = "alias"


@operation("iam", "CreateAccountAlias")
async def create_account_alias(call: Call, request: CreateAccountAliasRequestTypeDef) -> Response:
    """The account's one alias, in the place of the one that it had; no other account may have it."""
    alias = request["AccountAlias"]
    for record in await call.ports.records.list_everywhere(SERVICE, "AccountAlias"):
        if record.value[_ALIAS] == alias and record.key.account != call.scope.account:
            raise EntityExists(f"The account alias {alias} already exists.")
    await call.ports.records.write(Put(_key(call), {_ALIAS: alias}))
    return {}


@operation("iam", "ListAccountAliases")
async def list_account_aliases(call: Call, request: ListAccountAliasesRequestTypeDef) -> Response:
    """The alias, if there is one."""
    record = await call.ports.records.get(_key(call))
    return page([] if record is None else [record.value[_ALIAS]], request, "AccountAliases")


@operation("iam", "DeleteAccountAlias")
async def delete_account_alias(call: Call, request: DeleteAccountAliasRequestTypeDef) -> Response:
    """No alias any more."""
    record = await call.ports.records.get(_key(call))
    if record is None or record.value[_ALIAS] != request["AccountAlias"]:
        raise NoSuchEntity(f"The account alias {request['AccountAlias']} cannot be found.")
    await call.ports.records.write(Delete(_key(call)))
    return {}


@operation("iam", "GetAccountSummary")
async def get_account_summary(call: Call, _request: Request) -> Response:
    """How much of what there is, and the quotas that hold here."""
    policies = await policies_of(call)
    summary: dict[str, Any] = {
        "Users": len(await all_of(call, USERS)),
        "Groups": len(await all_of(call, GROUPS)),
        "Roles": len(await all_of(call, ROLES)),
        "Policies": len(policies),
        "PolicyVersionsInUse": sum(len(versions_of(policy)) for policy in policies),
        "AccessKeysPerUserQuota": quotas.ACCESS_KEYS_PER_USER,
        "AssumeRolePolicySizeQuota": quotas.TRUST_POLICY_CHARACTERS,
        "AttachedPoliciesPerGroupQuota": quotas.POLICIES_PER_GROUP,
        "AttachedPoliciesPerRoleQuota": quotas.POLICIES_PER_ROLE,
        "AttachedPoliciesPerUserQuota": quotas.POLICIES_PER_USER,
        "GroupsPerUserQuota": quotas.GROUPS_PER_USER,
        "GroupPolicySizeQuota": quotas.GROUP_INLINE_POLICY_CHARACTERS,
        "RolePolicySizeQuota": quotas.ROLE_INLINE_POLICY_CHARACTERS,
        "UserPolicySizeQuota": quotas.USER_INLINE_POLICY_CHARACTERS,
        "PolicySizeQuota": quotas.MANAGED_POLICY_CHARACTERS,
        "VersionsPerPolicyQuota": quotas.POLICY_VERSIONS,
    }
    return {"SummaryMap": summary}


def _key(call: Call) -> Key:
    return Collection(SERVICE, "AccountAlias", call.scope.account, "").key(_ALIAS)
