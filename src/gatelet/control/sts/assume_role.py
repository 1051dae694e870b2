"""AssumeRole: a session of a role, if its trust policy and the caller's own policies allow it.

Reference: identity section 2 ("Role trust policy"), section 3 ("STS"); STS API Reference. Unlike on AWS the
root user may assume roles (those that trust its account): in the development mode it is who everybody is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from gatelet.aws import quotas
from gatelet.aws.errors import AwsError
from gatelet.control.authorization import refused
from gatelet.control.operation import Call, Response, operation
from gatelet.control.sts.issuing import issued
from gatelet.control.sts.session_input import SessionInput, session_input
from gatelet.identity.authorization import ASSUME_ROLE
from gatelet.identity.credentials import SESSION_PREFIX, RoleSession
from gatelet.identity.denials import access_denied
from gatelet.identity.directory import Entity
from gatelet.identity.principals import PrincipalType
from gatelet.identity.request_keys import resource_tag_keys, tag_keys
from gatelet.policy.combine import Named
from gatelet.policy.principals import account_of

if TYPE_CHECKING:
    from types_boto3_sts.type_defs import AssumeRoleRequestTypeDef

_ROLE_ARN: Final = re.compile(r"arn:[a-z-]+:iam::[0-9]{12}:role/.+", re.ASCII | re.DOTALL)


@operation("sts", "AssumeRole")
async def assume_role(call: Call, request: AssumeRoleRequestTypeDef) -> Response:
    """Temporary credentials of a role."""
    arn = request["RoleArn"]
    if not _ROLE_ARN.fullmatch(arn):
        raise AwsError("ValidationException", f"{arn} is invalid", status=400)
    if request.get("SerialNumber") or request.get("TokenCode"):
        raise AwsError("AccessDeniedException", "MultiFactorAuthentication failed with invalid MFA one time pass code.")
    account, role = account_of(arn), call.ports.identity.directory.role_of(arn)
    if role is None:
        raise refused(call.principal.arn, ASSUME_ROLE, arn)
    given = session_input(call, request, account)
    source = request.get("SourceIdentity") or call.principal.source_identity
    _authorize(call, request, role, given, source)
    seconds = _duration(call, request.get("DurationSeconds"), role)
    now = int(call.ports.clock.now())
    session = RoleSession(
        account,
        role.name,
        request["RoleSessionName"],
        now + seconds,
        call.ports.ids.access_key_id(SESSION_PREFIX),
        issued=now,
        role_id=role.unique_id,
        policies=given.policies,
        tags=given.tags,
        transitive=given.transitive,
        source_identity=source,
    )
    return {
        "Credentials": issued(call, session),
        "AssumedRoleUser": {"AssumedRoleId": f"{role.unique_id}:{session.session_name}", "Arn": session.arn},
        "PackedPolicySize": given.packed,
        "SourceIdentity": source,
    }


def _authorize(call: Call, request: Any, role: Entity, given: SessionInput, source: str | None) -> None:
    """Every action that the request is, against the caller's policies and the role's trust policy."""
    keys: dict[str, Any] = {"sts:RoleSessionName": request["RoleSessionName"], **resource_tag_keys(role.tags)}
    keys.update(tag_keys({tag["Key"]: tag["Value"] for tag in request.get("Tags") or ()}))
    optional = {"sts:ExternalId": request.get("ExternalId"), "sts:SourceIdentity": source}
    keys.update({key: value for key, value in optional.items() if value})
    if given.transitive:
        keys["sts:TransitiveTagKeys"] = list(given.transitive)
    actions = [ASSUME_ROLE]
    if request.get("Tags"):
        actions.append("sts:TagSession")
    if source:
        actions.append("sts:SetSourceIdentity")
    assert role.trust is not None
    trust = Named(f"the trust policy of {role.arn}", role.trust)
    for action in actions:
        verdict = call.ports.identity.authorizer.authorize(
            call.principal,
            action,
            role.arn,
            keys,
            circumstances=call.circumstances,
            resource_policy=trust,
            resource_must_allow=True,
        )
        if verdict.explicit_deny:
            raise access_denied(call.principal.arn, action, role.arn, verdict)
        if not verdict.allowed:
            raise refused(call.principal.arn, action, role.arn)


def _duration(call: Call, wanted: int | None, role: Entity) -> int:
    """The session's length in seconds. Raises AwsError."""
    seconds = quotas.SESSION_DEFAULT_SECONDS if wanted is None else wanted
    if call.principal.type is PrincipalType.ROLE and seconds > quotas.CHAINED_SESSION_MAX_SECONDS:
        message = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
        raise AwsError("ValidationException", message, status=400)
    if seconds > role.max_session_seconds:
        message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        raise AwsError("ValidationException", message, status=400)
    return seconds
