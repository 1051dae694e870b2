"""The second factor: software tokens, a user's preference, a pool's rule. Reference: identity section 4.2."""

from __future__ import annotations

from typing import Any

from gatelet.aws.errors import AwsError, NotSupported
from gatelet.control.cognito_idp.access_tokens import signed_in, sub_of_session
from gatelet.control.cognito_idp.documents import Pool, edit_pool, read_pool
from gatelet.control.cognito_idp.errors import CodeMismatch, InvalidParameter
from gatelet.control.cognito_idp.sessions import open_session
from gatelet.control.cognito_idp.user_store import edit_user
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.identity.user_pools.model import UserDocument
from gatelet.identity.user_pools.totp import matching_step

_SECRET_CHARACTERS = 52
_TOKEN = "SOFTWARE_TOKEN_MFA"  # noqa: S105 - the factor's name


@operation("cognito-idp", "AssociateSoftwareToken")
async def associate_software_token(call: Call, request: Request) -> Response:
    """A fresh secret for the user's authenticator; it counts once a code of it was verified."""
    pool, name, session = await sub_of_session(call, request)
    secret = call.ports.ids.secret_base32(_SECRET_CHARACTERS)
    async with edit_user(call, pool, name) as user:
        user.document["totp_pending"] = call.ports.identity.vault.seal(secret, totp_owner(user.document))
    answer: dict[str, Any] = {"SecretCode": secret}
    if session is not None:
        answer["Session"] = open_session(call, session)
    return answer


@operation("cognito-idp", "VerifySoftwareToken")
async def verify_software_token(call: Call, request: Request) -> Response:
    """The first code of the authenticator."""
    pool, name, session = await sub_of_session(call, request)
    async with edit_user(call, pool, name) as user:
        document = user.document
        pending = document.get("totp_pending")
        if pending is None:
            raise InvalidParameter("User has not associated a software token.")
        secret = call.ports.identity.vault.open_once(pending, totp_owner(document))
        step = matching_step(secret, request["UserCode"], call.ports.clock.now(), document.get("totp_step", 0))
        if step is None:
            raise AwsError("EnableSoftwareTokenMFAException", "Code mismatch", status=400)
        document["totp"] = pending
        document["totp_step"] = step
        del document["totp_pending"]
    answer: dict[str, Any] = {"Status": "SUCCESS"}
    if session is not None:
        session.state["verified"] = True
        answer["Session"] = open_session(call, session)
    return answer


@operation("cognito-idp", "SetUserMFAPreference")
async def set_user_mfa_preference(call: Call, request: Request) -> Response:
    """Whether the user wants to be asked for a code."""
    pool, user, _ = await signed_in(call, request["AccessToken"])
    return await _prefer(call, pool, user.document["username"], request)


@operation("cognito-idp", "AdminSetUserMFAPreference")
async def admin_set_user_mfa_preference(call: Call, request: Request) -> Response:
    """The same, for a user."""
    return await _prefer(call, await read_pool(call, request["UserPoolId"]), request["Username"], request)


@operation("cognito-idp", "GetUserPoolMfaConfig")
async def get_user_pool_mfa_config(call: Call, request: Request) -> Response:
    """The pool's rule."""
    pool = await read_pool(call, request["UserPoolId"])
    enabled = bool(pool.settings.get("SoftwareTokenMfa"))
    return {
        "SoftwareTokenMfaConfiguration": {"Enabled": enabled} if enabled else None,
        "MfaConfiguration": pool.settings["MfaConfiguration"],
    }


@operation("cognito-idp", "SetUserPoolMfaConfig")
async def set_user_pool_mfa_config(call: Call, request: Request) -> Response:
    """OFF, OPTIONAL or ON, with software tokens."""
    for member in ("SmsMfaConfiguration", "EmailMfaConfiguration", "WebAuthnConfiguration"):
        if request.get(member):
            raise NotSupported(member)
    enabled = bool((request.get("SoftwareTokenMfaConfiguration") or {}).get("Enabled"))
    wanted = request.get("MfaConfiguration") or "OFF"
    if wanted != "OFF" and not enabled:
        raise InvalidParameter(
            "Invalid MFA configuration given, it can be set only if SMS or software token MFA is enabled."
        )
    async with edit_pool(call, request["UserPoolId"]) as pool:
        pool.settings["MfaConfiguration"] = wanted
        pool.settings["SoftwareTokenMfa"] = enabled
    return await get_user_pool_mfa_config(call, request)


def factors(user: UserDocument) -> dict[str, Any]:
    """What of the second factor is shown with a user."""
    mfa = user.get("mfa") or {}
    if not (mfa.get("enabled") and "totp" in user):
        return {}
    return {"PreferredMfaSetting": _TOKEN if mfa.get("preferred") else None, "UserMFASettingList": [_TOKEN]}


def check_totp(call: Call, user: UserDocument, code: str) -> None:
    """Uses the code up in the user's document, which the caller writes. Raises CodeMismatch."""
    secret = call.ports.identity.vault.open_once(user["totp"], totp_owner(user))
    step = matching_step(secret, code, call.ports.clock.now(), user.get("totp_step", 0))
    if step is None:
        raise CodeMismatch("Invalid code received for user")
    user["totp_step"] = step


def totp_owner(user: UserDocument) -> str:
    """For whom the secret of a software token is sealed."""
    return f"cognito-idp/totp/{user['sub']}"


async def _prefer(call: Call, pool: Pool, username: str, request: Any) -> Response:
    for member in ("SMSMfaSettings", "EmailMfaSettings", "WebAuthnMfaSettings"):
        if (request.get(member) or {}).get("Enabled"):
            raise NotSupported(member)
    settings = request.get("SoftwareTokenMfaSettings") or {}
    async with edit_user(call, pool, username) as user:
        if settings.get("Enabled") and "totp" not in user.document:
            raise InvalidParameter("User does not have delivery config set to turn on SOFTWARE_TOKEN_MFA")
        enabled = bool(settings.get("Enabled"))
        user.document["mfa"] = {"enabled": enabled, "preferred": enabled and bool(settings.get("PreferredMfa"))}
    return {}
