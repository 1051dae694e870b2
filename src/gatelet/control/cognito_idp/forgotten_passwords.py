"""A forgotten password: a code, then a new one. Public, but for the administrator's reset.

Reference: identity sections 4.2 and 4.5.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gatelet.control.cognito_idp.attributes import VERIFIED
from gatelet.control.cognito_idp.codes import PASSWORD, check_code, mismatch, send_code
from gatelet.control.cognito_idp.confirming import confirmed
from gatelet.control.cognito_idp.documents import Pool, public_client, read_pool
from gatelet.control.cognito_idp.errors import ExpiredCode, InvalidParameter, NotAuthorized
from gatelet.control.cognito_idp.migration import migrate
from gatelet.control.cognito_idp.proving import check_policy, set_password
from gatelet.control.cognito_idp.secret_hash import check_secret_hash
from gatelet.control.cognito_idp.tries import forget_failures
from gatelet.control.cognito_idp.user_store import edit_user, find_user
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.identity.user_pools.model import UserDocument

_NOT_FOUND = "Username/client id combination not found."
_ATTRIBUTES = {"verified_email": "email", "verified_phone_number": "phone_number"}


@operation("cognito-idp", "ForgotPassword")
async def forgot_password(call: Call, request: Request) -> Response:
    """A code to an address that the user has verified."""
    pool, client = await public_client(call, request["ClientId"])
    check_secret_hash(call, client, request["Username"], request.get("SecretHash"))
    username = request["Username"]
    known = await find_user(call, pool, username) or await migrate(call, pool, client, username, None)
    if known is None and client.hides_existence:
        return {
            "CodeDeliveryDetails": {"Destination": "a***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"}
        }
    async with edit_user(call, pool, request["Username"], _NOT_FOUND) as user:
        document = user.document
        if not document["enabled"]:
            raise NotAuthorized("User is disabled.")
        if document["status"] == "FORCE_CHANGE_PASSWORD":
            raise NotAuthorized("User password cannot be reset in the current state.")
        details = await _send(call, pool, document, client.id, request.get("ClientMetadata") or {})
    return {"CodeDeliveryDetails": details}


@operation("cognito-idp", "ConfirmForgotPassword")
async def confirm_forgot_password(call: Call, request: Request) -> Response:
    """The code came back, with a new password."""
    pool, client = await public_client(call, request["ClientId"])
    check_secret_hash(call, client, request["Username"], request.get("SecretHash"))
    if client.hides_existence and await find_user(call, pool, request["Username"]) is None:
        raise ExpiredCode
    check_policy(pool, request["Password"])
    async with edit_user(call, pool, request["Username"], _NOT_FOUND) as user:
        document = user.document
        if not document["enabled"]:
            raise NotAuthorized("User is disabled.")
        good = check_code(call, document, PASSWORD, request["ConfirmationCode"])
        if good:
            await set_password(call, pool, document, request["Password"])
            document["status"] = "CONFIRMED"
    mismatch(good)
    await forget_failures(call, pool, user.id)
    metadata = request.get("ClientMetadata") or {}
    await confirmed(call, pool, document, client.id, metadata, "PostConfirmation_ConfirmForgotPassword")
    return {}


@operation("cognito-idp", "AdminResetUserPassword")
async def admin_reset_user_password(call: Call, request: Request) -> Response:
    """The password is worth nothing any more; the user gets a code."""
    pool = await read_pool(call, request["UserPoolId"])
    async with edit_user(call, pool, request["Username"]) as user:
        document = user.document
        if document["status"] in {"FORCE_CHANGE_PASSWORD", "UNCONFIRMED"}:
            raise NotAuthorized("User password cannot be reset in the current state.")
        await _send(call, pool, document, None, request.get("ClientMetadata") or {})
        document["status"] = "RESET_REQUIRED"
    return {}


async def _send(
    call: Call, pool: Pool, user: UserDocument, client_id: str | None, metadata: Mapping[str, str]
) -> dict[str, Any]:
    mechanisms = (pool.settings.get("AccountRecoverySetting") or {}).get("RecoveryMechanisms") or []
    for mechanism in sorted(mechanisms, key=lambda one: int(one["Priority"])):
        attribute = _ATTRIBUTES.get(mechanism["Name"])
        if attribute is None:
            continue
        verified = user["attributes"].get(VERIFIED[attribute]) == "true"
        if verified and user["attributes"].get(attribute):
            return await send_code(
                call,
                pool,
                user,
                PASSWORD,
                "CustomMessage_ForgotPassword",
                attribute=attribute,
                client_id=client_id,
                metadata=metadata,
            )
    raise InvalidParameter(
        "Cannot reset password for the user as there is no registered/verified email or phone_number"
    )
