"""What follows once the first factor has been proved: challenges, then tokens. Reference: identity section 4.2."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson

from gatelet.control.cognito_idp.documents import Client, Pool
from gatelet.control.cognito_idp.errors import NotAuthorized, PasswordResetRequired, UserNotConfirmed
from gatelet.control.cognito_idp.issuing import begin, issue
from gatelet.control.cognito_idp.sessions import new_session, open_session
from gatelet.control.cognito_idp.triggers import Event, fire, has_trigger
from gatelet.control.operation import Call
from gatelet.identity.user_pools.model import UserDocument

_TOKEN = "SOFTWARE_TOKEN_MFA"  # noqa: S105 - the challenge's name


Finish = Callable[[Call, Pool, Client, UserDocument, Mapping[str, str]], Awaitable[dict[str, Any]]]
"""What a complete sign-in leads to: tokens, or a code for a client's redirection."""


async def before_sign_in(
    call: Call, pool: Pool, client: Client, user: UserDocument | None, username: str, metadata: Mapping[str, str]
) -> None:
    """The PreAuthentication trigger; it may refuse. Raises AwsError."""
    if not has_trigger(pool, "PreAuthentication") or (user is None and client.hides_existence):
        return
    event = Event("PreAuthentication_Authentication", client.id, metadata, username=username)
    event.request |= {"validationData": dict(metadata) or None, "userNotFound": user is None}
    event.request.setdefault("clientMetadata", None)
    await fire(call, pool, user, "PreAuthentication", event)


def check_state(call: Call, user: UserDocument) -> None:
    """Whether a user who has given the right password may go on.

    Raises NotAuthorized, UserNotConfirmed, PasswordResetRequired.
    """
    if not user["enabled"]:
        raise NotAuthorized("User is disabled.")
    if user["status"] == "UNCONFIRMED":
        raise UserNotConfirmed
    if user["status"] == "RESET_REQUIRED":
        raise PasswordResetRequired
    if user["status"] == "FORCE_CHANGE_PASSWORD" and user.get("temporary_until", 0.0) <= call.ports.clock.now():
        raise NotAuthorized("Temporary password has expired and must be reset by an administrator.")


async def proceed(
    call: Call,
    pool: Pool,
    client: Client,
    user: UserDocument,
    *,
    metadata: Mapping[str, str],
    second: bool = True,
    state: dict[str, Any] | None = None,
    finish: Finish | None = None,
) -> dict[str, Any]:
    """The next challenge, or the tokens (what ``finish`` makes). Raises AwsError.

    ``second``: the second factor is still to be asked for.
    """
    check_state(call, user)
    if user["status"] == "FORCE_CHANGE_PASSWORD":
        return _challenge(call, client, user, "NEW_PASSWORD_REQUIRED", _new_password(pool, user), state)
    if second and _wants_code(pool, user):
        return _challenge(call, client, user, _TOKEN, {"USER_ID_FOR_SRP": user["username"]}, state)
    if second and pool.settings["MfaConfiguration"] == "ON":
        return _challenge(call, client, user, "MFA_SETUP", {"MFAS_CAN_SETUP": f'["{_TOKEN}"]'}, state)
    return await (finish or with_tokens)(call, pool, client, user, metadata)


async def with_tokens(
    call: Call, pool: Pool, client: Client, user: UserDocument, metadata: Mapping[str, str]
) -> dict[str, Any]:
    """The tokens of a sign-in that is complete."""
    result = await issue(call, pool, client, user, begin(call, client, user), metadata=metadata)
    await after_sign_in(call, pool, client, user, metadata)
    return {"ChallengeParameters": {}, "AuthenticationResult": result}


async def after_sign_in(
    call: Call, pool: Pool, client: Client, user: UserDocument, metadata: Mapping[str, str]
) -> None:
    """The PostAuthentication trigger. Raises AwsError."""
    if has_trigger(pool, "PostAuthentication"):
        event = Event("PostAuthentication_Authentication", client.id, metadata)
        event.request["newDeviceUsed"] = False
        await fire(call, pool, user, "PostAuthentication", event)


def _wants_code(pool: Pool, user: UserDocument) -> bool:
    rule = pool.settings["MfaConfiguration"]
    if rule == "OFF" or "totp" not in user:
        return False
    return rule == "ON" or bool((user.get("mfa") or {}).get("enabled"))


def _new_password(pool: Pool, user: UserDocument) -> dict[str, str]:
    required = [
        f"userAttributes.{entry['Name']}"
        for entry in pool.settings["SchemaAttributes"]
        if entry["Required"] and entry["Name"] != "sub" and not user["attributes"].get(entry["Name"])
    ]
    return {
        "USER_ID_FOR_SRP": user["username"],
        "requiredAttributes": orjson.dumps(required).decode(),
        "userAttributes": orjson.dumps(user["attributes"]).decode(),
    }


def _challenge(
    call: Call,
    client: Client,
    user: UserDocument,
    name: str,
    parameters: dict[str, str],
    state: dict[str, Any] | None,
) -> dict[str, Any]:
    session = new_session(client, user["username"], name, state)
    return {"ChallengeName": name, "Session": open_session(call, session), "ChallengeParameters": parameters}
