"""Users as administrators handle them: create, confirm, get, delete, enable, disable. Reference: identity 4.2, 4.5."""

from __future__ import annotations

from typing import Any

from gatelet.aws import quotas
from gatelet.aws.errors import AwsError
from gatelet.control.cognito_idp.attributes import check_attributes, given_attributes
from gatelet.control.cognito_idp.confirming import confirmed
from gatelet.control.cognito_idp.delivery import Letter, send
from gatelet.control.cognito_idp.documents import Pool, read_pool
from gatelet.control.cognito_idp.errors import NotAuthorized
from gatelet.control.cognito_idp.mfa import factors
from gatelet.control.cognito_idp.new_users import attributes_of, new_user, shown
from gatelet.control.cognito_idp.proving import set_password
from gatelet.control.cognito_idp.sign_up import apply_pre_sign_up
from gatelet.control.cognito_idp.tries import forget_failures
from gatelet.control.cognito_idp.triggers import Event, fire, has_trigger
from gatelet.control.cognito_idp.user_store import create_user, delete_user, edit_user, find_user, read_user
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.identity.user_pools.model import UserDocument
from gatelet.identity.user_pools.passwords import temporary_password

_TEMPORARY = "FORCE_CHANGE_PASSWORD"
_DAY_SECONDS = 86_400


@operation("cognito-idp", "AdminCreateUser")
async def admin_create_user(call: Call, request: Request) -> Response:
    """A user with a temporary password, which the invitation tells."""
    pool = await read_pool(call, request["UserPoolId"])
    if request.get("MessageAction") == "RESEND":
        return await _resend(call, pool, request)
    attributes = given_attributes(request.get("UserAttributes"))
    attributes.pop("sub", None)
    check_attributes(pool.settings, attributes, by_admin=True)
    user = new_user(call, pool, request["Username"], attributes, _TEMPORARY)
    await _pre_sign_up(call, pool, user, request)
    password = await _set_temporary(call, pool, user, request.get("TemporaryPassword"))
    force = bool(request.get("ForceAliasCreation"))
    await create_user(call, pool, user, taken="User account already exists", take_aliases=force)
    if request.get("MessageAction") != "SUPPRESS":
        await _invite(call, pool, user, password, request)
    return {"User": shown(user)}


@operation("cognito-idp", "AdminSetUserPassword")
async def admin_set_user_password(call: Call, request: Request) -> Response:
    """A password: for good (CONFIRMED), or to be changed at the next sign-in."""
    pool = await read_pool(call, request["UserPoolId"])
    async with edit_user(call, pool, request["Username"]) as user:
        await set_password(call, pool, user.document, request["Password"])
        if request.get("Permanent"):
            user.document["status"] = "CONFIRMED"
        else:
            _make_temporary(call, pool, user.document)
    await forget_failures(call, pool, user.id)
    return {}


@operation("cognito-idp", "AdminConfirmSignUp")
async def admin_confirm_sign_up(call: Call, request: Request) -> Response:
    """Confirm without a code; no attribute becomes verified."""
    pool = await read_pool(call, request["UserPoolId"])
    async with edit_user(call, pool, request["Username"]) as user:
        if user.document["status"] != "UNCONFIRMED":
            raise NotAuthorized(f"User cannot be confirmed. Current status is {user.document['status']}")
        user.document["status"] = "CONFIRMED"
        user.document["codes"].pop("sign-up", None)
    await confirmed(call, pool, user.document, None, request.get("ClientMetadata") or {})
    return {}


@operation("cognito-idp", "AdminGetUser")
async def admin_get_user(call: Call, request: Request) -> Response:
    """One user."""
    pool = await read_pool(call, request["UserPoolId"])
    user = (await read_user(call, pool, request["Username"])).document
    answer = shown(user)
    del answer["Attributes"]
    return answer | {"UserAttributes": attributes_of(user), **factors(user)}


@operation("cognito-idp", "AdminDeleteUser")
async def admin_delete_user(call: Call, request: Request) -> Response:
    """Delete a user; the tokens that say so end with their time, as on AWS."""
    pool = await read_pool(call, request["UserPoolId"])
    await delete_user(call, pool, await read_user(call, pool, request["Username"]))
    return {}


@operation("cognito-idp", "AdminEnableUser")
async def admin_enable_user(call: Call, request: Request) -> Response:
    """Let a user sign in again."""
    return await _enable(call, request, enabled=True)


@operation("cognito-idp", "AdminDisableUser")
async def admin_disable_user(call: Call, request: Request) -> Response:
    """No sign-in any more; every session is over."""
    return await _enable(call, request, enabled=False)


async def _enable(call: Call, request: Any, *, enabled: bool) -> Response:
    pool = await read_pool(call, request["UserPoolId"])
    async with edit_user(call, pool, request["Username"]) as user:
        user.document["enabled"] = enabled
        if not enabled:
            user.document["signed_out_at"] = call.ports.clock.now()
    return {}


async def _set_temporary(call: Call, pool: Pool, user: UserDocument, given: str | None) -> str:
    password = given or temporary_password(pool.settings["Policies"]["PasswordPolicy"], call.ports.ids)
    await set_password(call, pool, user, password)
    _make_temporary(call, pool, user)
    return password


def _make_temporary(call: Call, pool: Pool, user: UserDocument) -> None:
    policy = pool.settings["Policies"]["PasswordPolicy"]
    days = policy.get("TemporaryPasswordValidityDays") or quotas.TEMPORARY_PASSWORD_DAYS
    user["status"] = _TEMPORARY
    user["temporary_until"] = call.ports.clock.now() + days * _DAY_SECONDS


async def _pre_sign_up(call: Call, pool: Pool, user: UserDocument, request: Any) -> None:
    if not has_trigger(pool, "PreSignUp"):
        return
    event = Event("PreSignUp_AdminCreateUser", None, request.get("ClientMetadata") or {})
    event.request["validationData"] = given_attributes(request.get("ValidationData")) or None
    event.response |= {"autoConfirmUser": False, "autoVerifyEmail": False, "autoVerifyPhone": False}
    apply_pre_sign_up(user, await fire(call, pool, user, "PreSignUp", event))


async def _resend(call: Call, pool: Pool, request: Any) -> Response:
    found = await find_user(call, pool, request["Username"])
    if found is not None and found.document["status"] != _TEMPORARY:
        raise AwsError(
            "UnsupportedUserStateException",
            f"Resend not possible. {request['Username']} status is not FORCE_CHANGE_PASSWORD",
            status=400,
        )
    async with edit_user(call, pool, request["Username"]) as user:
        password = await _set_temporary(call, pool, user.document, request.get("TemporaryPassword"))
    await _invite(call, pool, user.document, password, request)
    return {"User": shown(user.document)}


async def _invite(call: Call, pool: Pool, user: UserDocument, password: str, request: Any) -> None:
    media = request.get("DesiredDeliveryMediums") or ["SMS"]
    order = ("email", "phone_number") if "EMAIL" in media else ("phone_number", "email")
    for attribute in order:
        if user["attributes"].get(attribute):
            metadata = request.get("ClientMetadata") or {}
            letter = Letter(
                "CustomMessage_AdminCreateUser", attribute, user["attributes"][attribute], password, None, metadata
            )
            await send(call, pool, user, letter)
            return
