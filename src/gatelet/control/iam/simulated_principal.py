"""The principal of a simulation: a user, a group or a role of the account, as a caller of its own would be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gatelet.aws.arn import Arn
from gatelet.control.operation import Call
from gatelet.identity.principals import Principal, PrincipalType
from gatelet.identity.request_keys import principal_keys
from gatelet.policy.combine import Grants

_SESSION = "simulation"


@dataclass(frozen=True, slots=True)
class Simulated:
    """Its ARN as a caller, its policies, and the condition keys that tell who it is."""

    arn: str
    grants: Grants
    keys: Mapping[str, tuple[str, ...]]


def simulated(call: Call, arn: Arn) -> Simulated | None:
    """Who the ARN names; None if nobody. A group is no caller: it has policies alone."""
    directory = call.ports.identity.directory
    word, _, path = arn.resource.partition("/")
    name = path.rpartition("/")[2]
    if arn.service != "iam" or arn.account != call.scope.account:
        return None
    if word == "group":
        group = directory.group(arn.account, name)
        return None if group is None or group.arn != str(arn) else Simulated("", group.grants, {})
    entity = directory.user(arn.account, name) if word == "user" else directory.role_of(str(arn))
    if entity is None or entity.arn != str(arn):
        return None
    user = word == "user"
    principal = Principal(
        arn.account,
        entity.arn if user else f"arn:{arn.partition}:sts::{arn.account}:assumed-role/{entity.name}/{_SESSION}",
        entity.unique_id if user else f"{entity.unique_id}:{_SESSION}",
        "",
        type=PrincipalType.USER if user else PrincipalType.ROLE,
        name=entity.name,
        identity_arn=entity.arn,
        unique_id=entity.unique_id,
    )
    return Simulated(principal.arn, entity.grants, principal_keys(principal, entity.tags))
