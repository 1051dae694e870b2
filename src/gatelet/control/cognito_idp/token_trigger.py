"""The pre token generation trigger: claims that a function adds or suppresses. Reference: Cognito Developer Guide,
"Pre token generation Lambda trigger": version 1 changes the id token, version 2 both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gatelet.control.cognito_idp.documents import Pool
from gatelet.control.cognito_idp.triggers import Event, fire, has_trigger
from gatelet.control.operation import Call
from gatelet.identity.user_pools.model import UserDocument
from gatelet.identity.user_pools.tokens import Session, Subject

_NAME: Final = "PreTokenGeneration"
_CONFIG: Final = "PreTokenGenerationConfig"
_PROTECTED: Final = frozenset(
    {
        "acr",
        "amr",
        "at_hash",
        "auth_time",
        "azp",
        "cognito:username",
        "exp",
        "iat",
        "iss",
        "jti",
        "nbf",
        "nonce",
        "origin_jti",
        "sub",
        "token_use",
    }
)
_OF_ID: Final = _PROTECTED | {"aud", "identities"}
_OF_ACCESS: Final = _PROTECTED | {"username", "client_id", "version", "device_key", "event_id", "scope"}


async def generate(
    call: Call,
    pool: Pool,
    user: UserDocument,
    session: Session,
    subject: Subject,
    claims: tuple[dict[str, Any], dict[str, Any]],
    source: str,
    metadata: Mapping[str, str],
) -> None:
    """Change the claims of the id token and of the access token as the trigger says. Raises AwsError."""
    if not has_trigger(pool, _NAME) and not has_trigger(pool, _CONFIG):
        return
    config = (pool.settings.get("LambdaConfig") or {}).get(_CONFIG) or {}
    newer = config.get("LambdaVersion", "V1_0") == "V2_0"
    event = Event(source, session.client_id, metadata, version="2" if newer else "1")
    event.request["groupConfiguration"] = {
        "groupsToOverride": list(subject.groups),
        "iamRolesToOverride": list(subject.roles),
        "preferredRole": subject.preferred_role,
    }
    if newer:
        event.request["scopes"] = session.scope.split(" ")
        event.response["claimsAndScopeOverrideDetails"] = None
    else:
        event.response["claimsOverrideDetails"] = None
    answer = await fire(call, pool, user, _NAME, event)
    identity, access = claims
    if newer:
        details = _mapping(answer.get("claimsAndScopeOverrideDetails"))
        _change(identity, _mapping(details.get("idTokenGeneration")), _OF_ID)
        generation = _mapping(details.get("accessTokenGeneration"))
        _change(access, generation, _OF_ACCESS)
        _change_scopes(access, generation)
    else:
        details = _mapping(answer.get("claimsOverrideDetails"))
        _change(identity, details, _OF_ID)
    groups = details.get("groupOverrideDetails")
    if isinstance(groups, dict):
        _override_groups(identity, access, groups)


def _change(claims: dict[str, Any], details: Mapping[str, Any], protected: frozenset[str]) -> None:
    given = _mapping(details.get("claimsToAddOrOverride"))
    reserved = ("aws:", "cognito:groups", "cognito:roles")
    claims.update(
        {name: value for name, value in given.items() if name not in protected and not name.startswith(reserved)}
    )
    for name in details.get("claimsToSuppress") or ():
        if name not in protected:
            claims.pop(name, None)


def _change_scopes(access: dict[str, Any], details: Mapping[str, Any]) -> None:
    held = str(access["scope"]).split(" ")
    gone = set(details.get("scopesToSuppress") or ())
    added = [str(scope) for scope in details.get("scopesToAdd") or () if " " not in str(scope)]
    access["scope"] = " ".join(dict.fromkeys([scope for scope in held if scope not in gone] + added))


def _override_groups(identity: dict[str, Any], access: dict[str, Any], groups: Mapping[str, Any]) -> None:
    names = groups.get("groupsToOverride")
    if isinstance(names, list):
        for claims in (identity, access):
            claims.pop("cognito:groups", None)
            if names:
                claims["cognito:groups"] = [str(name) for name in names]
    for member, claim in (("iamRolesToOverride", "cognito:roles"), ("preferredRole", "cognito:preferred_role")):
        if groups.get(member):
            identity[claim] = groups[member]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
