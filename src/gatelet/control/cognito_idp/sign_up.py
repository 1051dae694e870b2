"""Sign-up by the user: sign up, confirm, send the code again. Public. Reference: identity sections 4.2 and 4.5."""

from __future__ import annotations

from typing import Any

from gatelet.control.cognito_idp.attributes import VERIFIED, check_attributes, given_attributes
from gatelet.control.cognito_idp.codes import SIGN_UP, check_code, mismatch, send_code
from gatelet.control.cognito_idp.confirming import confirmed
from gatelet.control.cognito_idp.documents import Client, Pool, public_client
from gatelet.control.cognito_idp.errors import InvalidParameter, NotAuthorized
from gatelet.control.cognito_idp.new_users import new_user
from gatelet.control.cognito_idp.proving import set_password
from gatelet.control.cognito_idp.secret_hash import check_secret_hash
from gatelet.control.cognito_idp.triggers import Event, fire, has_trigger
from gatelet.control.cognito_idp.user_store import create_user, edit_user, find_user
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.identity.user_pools.model import UserDocument

_NOT_FOUND = "Username/client id combination not found."


@operation("cognito-idp", "SignUp")
async def sign_up(call: Call, request: Request) -> Response:
    """A new user, UNCONFIRMED until the code comes back (or the PreSignUp trigger confirms)."""
    pool, client = await public_client(call, request["ClientId"])
    check_secret_hash(call, client, request["Username"], request.get("SecretHash"))
    if pool.settings["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"]:
        raise NotAuthorized("SignUp is not permitted for this user pool")
    attributes = given_attributes(request.get("UserAttributes"))
    user = new_user(call, pool, request["Username"], attributes, "UNCONFIRMED")
    named = pool.settings.get("UsernameAttributes") or ()
    check_attributes(pool.settings, {name: value for name, value in user["attributes"].items() if name in named})
    _check_written(pool, client, user, attributes)
    for name, flag in VERIFIED.items():
        if user["attributes"].get(name):
            user["attributes"][flag] = "false"
    if not request.get("Password"):
        raise InvalidParameter("Missing required parameter PASSWORD")
    await set_password(call, pool, user, request["Password"])
    metadata = request.get("ClientMetadata") or {}
    await _pre_sign_up(call, pool, client, user, request)
    details = None
    if user["status"] == "UNCONFIRMED":
        details = await _send(call, pool, client, user, "CustomMessage_SignUp", metadata)
    await create_user(call, pool, user, taken="User already exists")
    if user["status"] == "CONFIRMED":
        await confirmed(call, pool, user, client.id, metadata)
    return {
        "UserConfirmed": user["status"] == "CONFIRMED",
        "CodeDeliveryDetails": details,
        "UserSub": user["sub"],
    }


@operation("cognito-idp", "ConfirmSignUp")
async def confirm_sign_up(call: Call, request: Request) -> Response:
    """The code came back."""
    pool, client = await public_client(call, request["ClientId"])
    check_secret_hash(call, client, request["Username"], request.get("SecretHash"))
    force = bool(request.get("ForceAliasCreation"))
    async with edit_user(call, pool, request["Username"], _NOT_FOUND, take_aliases=force) as user:
        document = user.document
        if document["status"] == "CONFIRMED":
            raise NotAuthorized("User cannot be confirmed. Current status is CONFIRMED")
        good = check_code(call, document, SIGN_UP, request["ConfirmationCode"])
        if good:
            document["status"] = "CONFIRMED"
    mismatch(good)
    await confirmed(call, pool, document, client.id, request.get("ClientMetadata") or {})
    return {}


@operation("cognito-idp", "ResendConfirmationCode")
async def resend_confirmation_code(call: Call, request: Request) -> Response:
    """Another code; the one before it is worth nothing."""
    pool, client = await public_client(call, request["ClientId"])
    check_secret_hash(call, client, request["Username"], request.get("SecretHash"))
    metadata = request.get("ClientMetadata") or {}
    if client.hides_existence and await find_user(call, pool, request["Username"]) is None:
        return {
            "CodeDeliveryDetails": {"Destination": "a***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"}
        }
    async with edit_user(call, pool, request["Username"], _NOT_FOUND) as user:
        if user.document["status"] != "UNCONFIRMED":
            raise InvalidParameter("User is already confirmed.")
        details = await _send(call, pool, client, user.document, "CustomMessage_ResendCode", metadata)
        if details is None:
            raise InvalidParameter("Auto verification not turned on.")
    return {"CodeDeliveryDetails": details}


def _check_written(pool: Pool, client: Client, user: UserDocument, given: dict[str, str]) -> None:
    schema = {entry["Name"]: entry for entry in pool.settings["SchemaAttributes"]}
    check_attributes(pool.settings, given, writable=client.settings.get("WriteAttributes"))
    for name, entry in schema.items():
        if entry["Required"] and name != "sub" and not user["attributes"].get(name):
            raise InvalidParameter(f"Attributes did not conform to the schema: {name}: The attribute is required\n")


async def _pre_sign_up(call: Call, pool: Pool, client: Client, user: UserDocument, request: Any) -> None:
    if not has_trigger(pool, "PreSignUp"):
        return
    event = Event("PreSignUp_SignUp", client.id, request.get("ClientMetadata") or {})
    event.request["validationData"] = given_attributes(request.get("ValidationData")) or None
    event.response |= {"autoConfirmUser": False, "autoVerifyEmail": False, "autoVerifyPhone": False}
    answer = await fire(call, pool, user, "PreSignUp", event)
    apply_pre_sign_up(user, answer)
    if answer.get("autoConfirmUser") is True:
        user["status"] = "CONFIRMED"


def apply_pre_sign_up(user: UserDocument, answer: dict[str, Any]) -> None:
    """The attributes that the trigger calls verified."""
    for member, name in (("autoVerifyEmail", "email"), ("autoVerifyPhone", "phone_number")):
        if answer.get(member) is True:
            if not user["attributes"].get(name):
                raise InvalidParameter(f"Cannot auto-verify {name}: the user has none.")
            user["attributes"][VERIFIED[name]] = "true"


async def _send(
    call: Call, pool: Pool, client: Client, user: UserDocument, trigger: str, metadata: dict[str, str]
) -> dict[str, Any] | None:
    """CodeDeliveryDetails; None: nothing of the user is verified by the pool."""
    for attribute in pool.settings.get("AutoVerifiedAttributes") or ():
        if user["attributes"].get(attribute):
            return await send_code(
                call, pool, user, SIGN_UP, trigger, attribute=attribute, client_id=client.id, metadata=metadata
            )
    return None
