"""What IAM's operations need. Reference: Service Authorization Reference, "AWS Identity and Access Management".

The resource is the entity that a member names; what lists or counts is asked for on the root of its kind
(``arn:aws:iam::A:user/``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from gatelet.control.authorization import Asking, Need, action_of
from gatelet.control.operation import Call
from gatelet.identity.model import GROUP, ROLE, USER
from gatelet.identity.request_keys import resource_tag_keys, tag_keys

_MEMBERS: Final[Mapping[str, tuple[str, str, str]]] = {
    "RoleName": (ROLE, "role", "role"),
    "GroupName": (GROUP, "group", "group"),
    "UserName": (USER, "user", "user"),
}
"""Member that names the entity: its kind, its word in ARNs, and its member in the stored document. The first
that a call has counts: AddUserToGroup is about the group."""
_OWN_USER: Final = frozenset(
    {
        *("GetUser", "ListAccessKeys", "CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey"),
        *("ChangePassword", "ListSigningCertificates", "ListMFADevices"),
    }
)
"""Without a UserName they are about the caller's own user."""
_KINDS: Final[Mapping[str, str]] = {
    "ListUsers": "user/",
    "ListRoles": "role/",
    "ListGroups": "group/",
    "ListPolicies": "policy/",
    "ListInstanceProfiles": "instance-profile/",
}
_SUBJECTS_OF_SIMULATION: Final = "PolicySourceArn"


def needs(call: Call, asking: Asking) -> Sequence[Need]:
    """The needs of one call."""
    params, action = asking.params, action_of(asking)
    keys = _keys(params)
    prefix = f"arn:{call.scope.partition}:iam::{call.scope.account}:"
    for member, (kind, word, stored) in _MEMBERS.items():
        if params.get(member):
            document = call.ports.identity.directory.document(kind, call.scope.account, params[member])
            if document is not None and document[stored][member] == params[member]:
                own = {**keys, **resource_tag_keys(document["tags"])}
                return [Need(action, document[stored]["Arn"], own), *_renamed(params, member, document[stored], action)]
            return [Need(action, f"{prefix}{word}{params.get('Path') or '/'}{params[member]}", keys)]
    if asking.operation in _OWN_USER and call.principal.name:
        return [Need(action, call.principal.identity_arn, keys)]
    if asking.operation == "CreatePolicy":
        return [Need(action, f"{prefix}policy{params.get('Path') or '/'}{params['PolicyName']}", keys)]
    if params.get("PolicyArn"):
        return [Need(action, params["PolicyArn"], keys, shown=f"policy {params['PolicyArn']}")]
    if params.get(_SUBJECTS_OF_SIMULATION):
        return [Need(action, params[_SUBJECTS_OF_SIMULATION], keys)]
    if asking.operation in _KINDS:
        return [Need(action, f"{prefix}{_KINDS[asking.operation]}", keys)]
    return [Need(action, keys=keys)]


def _renamed(params: Mapping[str, Any], member: str, entity: Mapping[str, Any], action: str) -> list[Need]:
    """A new name or path must be allowed as well as the old one (IAM User Guide, "Rename an IAM user")."""
    name, path = params.get(f"New{member}"), params.get("NewPath")
    if not name and not path:
        return []
    before = entity["Arn"].removesuffix(f"{entity['Path']}{entity[member]}")
    return [Need(action, f"{before}{path or entity['Path']}{name or entity[member]}")]


def _keys(params: Mapping[str, Any]) -> dict[str, Any]:
    """The condition keys of IAM that the members give."""
    keys: dict[str, Any] = tag_keys({tag["Key"]: tag["Value"] for tag in params.get("Tags") or ()})
    if params.get("TagKeys"):
        keys["aws:TagKeys"] = list(params["TagKeys"])
    if params.get("PermissionsBoundary"):
        keys["iam:PermissionsBoundary"] = params["PermissionsBoundary"]
    if params.get("PolicyArn"):
        keys["iam:PolicyARN"] = params["PolicyArn"]
    if params.get("AWSServiceName"):
        keys["iam:AWSServiceName"] = params["AWSServiceName"]
    return keys
