"""What users do with themselves, by their access token: read, change, verify, delete. Public.

Reference: identity sections 4.2 and 4.5.
"""

from __future__ import annotations

from typing import Any

from gatelet.control.cognito_idp.access_tokens import signed_in
from gatelet.control.cognito_idp.attributes import VERIFIED, check_attributes, given_attributes
from gatelet.control.cognito_idp.codes import check_code, mismatch, send_code
from gatelet.control.cognito_idp.documents import Client, Pool, read_client
from gatelet.control.cognito_idp.errors import InvalidParameter, NotAuthorized
from gatelet.control.cognito_idp.mfa import factors
from gatelet.control.cognito_idp.new_users import attributes_of
from gatelet.control.cognito_idp.proving import is_password, set_password
from gatelet.control.cognito_idp.tries import one_try
from gatelet.control.cognito_idp.user_store import delete_user as delete_stored
from gatelet.control.cognito_idp.user_store import edit_user
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.identity.user_pools.model import UserDocument


async def _client(call: Call, pool: Pool, claims: Any) -> Client:
    return await read_client(call, pool.id, str(claims["client_id"]))


@operation("cognito-idp", "GetUser")
async def get_user(call: Call, request: Request) -> Response:
    """The attributes that the client may read."""
    pool, user, claims = await signed_in(call, request["AccessToken"])
    readable = (await _client(call, pool, claims)).settings.get("ReadAttributes")
    document = user.document
    return {
        "Username": document["username"],
        "UserAttributes": attributes_of(document, readable),
        **factors(document),
    }


@operation("cognito-idp", "UpdateUserAttributes")
async def update_user_attributes(call: Call, request: Request) -> Response:
    """Change attributes; an address that the pool verifies gets a code."""
    pool, found, claims = await signed_in(call, request["AccessToken"])
    given = given_attributes(request["UserAttributes"])
    client = await _client(call, pool, claims)
    details = []
    async with edit_user(call, pool, found.document["username"]) as user:
        attributes = user.document["attributes"]
        check_attributes(pool.settings, given, held=attributes, writable=client.settings.get("WriteAttributes"))
        for name, value in given.items():
            changed = attributes.get(name) != value
            attributes[name] = value
            if name in VERIFIED and changed:
                attributes[VERIFIED[name]] = "false"
                if name in (pool.settings.get("AutoVerifiedAttributes") or ()) and value:
                    metadata = request.get("ClientMetadata")
                    details.append(await _send(call, pool, user.document, name, client.id, metadata))
    return {"CodeDeliveryDetailsList": details}


@operation("cognito-idp", "DeleteUserAttributes")
async def delete_user_attributes(call: Call, request: Request) -> Response:
    """Attributes that the client may write, and that are not required."""
    pool, found, claims = await signed_in(call, request["AccessToken"])
    writable = (await _client(call, pool, claims)).settings.get("WriteAttributes")
    async with edit_user(call, pool, found.document["username"]) as user:
        if writable is not None and not set(request["UserAttributeNames"]) <= set(writable):
            raise NotAuthorized("A client attempted to write unauthorized attribute")
        remove_attributes(pool, user.document, request["UserAttributeNames"])
    return {}


@operation("cognito-idp", "GetUserAttributeVerificationCode")
async def get_user_attribute_verification_code(call: Call, request: Request) -> Response:
    """A code to the user's address."""
    pool, found, claims = await signed_in(call, request["AccessToken"])
    name = request["AttributeName"]
    async with edit_user(call, pool, found.document["username"]) as user:
        if name not in VERIFIED or not user.document["attributes"].get(name):
            raise InvalidParameter(f"User does not have a {name} to verify.")
        metadata = request.get("ClientMetadata")
        details = await _send(call, pool, user.document, name, str(claims["client_id"]), metadata)
    return {"CodeDeliveryDetails": details}


@operation("cognito-idp", "VerifyUserAttribute")
async def verify_user_attribute(call: Call, request: Request) -> Response:
    """The code came back: the address is the user's."""
    pool, found, _ = await signed_in(call, request["AccessToken"])
    async with edit_user(call, pool, found.document["username"]) as user:
        good = check_code(call, user.document, request["AttributeName"], request["Code"])
    mismatch(good)
    return {}


@operation("cognito-idp", "ChangePassword")
async def change_password(call: Call, request: Request) -> Response:
    """Another password, for who knows the old one."""
    pool, found, _ = await signed_in(call, request["AccessToken"])
    async with one_try(call, pool, found.id):
        if not await is_password(call, found.document, request.get("PreviousPassword") or ""):
            raise NotAuthorized
    async with edit_user(call, pool, found.document["username"]) as user:
        await set_password(call, pool, user.document, request["ProposedPassword"])
    return {}


@operation("cognito-idp", "DeleteUser")
async def delete_user(call: Call, request: Request) -> Response:
    """Users may go."""
    pool, user, _ = await signed_in(call, request["AccessToken"])
    await delete_stored(call, pool, user)
    return {}


def remove_attributes(pool: Pool, user: UserDocument, names: list[str]) -> None:
    """Take attributes away. Raises InvalidParameter: one is required, or not known."""
    schema = {entry["Name"]: entry for entry in pool.settings["SchemaAttributes"]}
    for name in names:
        if name not in schema:
            raise InvalidParameter(f"Attributes did not conform to the schema: {name}: Attribute does not exist.\n")
        if schema[name]["Required"] or name == "sub" or name in (pool.settings.get("UsernameAttributes") or ()):
            raise InvalidParameter(f"Cannot delete required attribute: {name}")
        user["attributes"].pop(name, None)
        if name in VERIFIED:
            user["attributes"].pop(VERIFIED[name], None)


async def _send(call: Call, pool: Pool, user: UserDocument, name: str, client_id: str, metadata: Any) -> dict[str, Any]:
    trigger = "CustomMessage_UpdateUserAttribute"
    return await send_code(
        call, pool, user, name, trigger, attribute=name, client_id=client_id, metadata=metadata or {}
    )
