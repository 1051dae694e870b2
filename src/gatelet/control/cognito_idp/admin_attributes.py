"""Attributes of users as administrators change them."""

from __future__ import annotations

from gatelet.control.cognito_idp.attributes import VERIFIED, check_attributes, given_attributes
from gatelet.control.cognito_idp.documents import read_pool
from gatelet.control.cognito_idp.own_user import remove_attributes
from gatelet.control.cognito_idp.user_store import edit_user
from gatelet.control.operation import Call, Request, Response, operation


@operation("cognito-idp", "AdminUpdateUserAttributes")
async def admin_update_user_attributes(call: Call, request: Request) -> Response:
    """Change attributes; an address that changes is not verified any more, unless the call says so."""
    pool = await read_pool(call, request["UserPoolId"])
    given = given_attributes(request["UserAttributes"])
    async with edit_user(call, pool, request["Username"]) as user:
        attributes = user.document["attributes"]
        check_attributes(pool.settings, given, held=attributes, by_admin=True)
        for name, flag in VERIFIED.items():
            if name in given and given[name] != attributes.get(name) and flag not in given:
                attributes.pop(flag, None)
        for name, value in given.items():
            if value:
                attributes[name] = value
            else:
                attributes.pop(name, None)
    return {}


@operation("cognito-idp", "AdminDeleteUserAttributes")
async def admin_delete_user_attributes(call: Call, request: Request) -> Response:
    """Take attributes away."""
    pool = await read_pool(call, request["UserPoolId"])
    async with edit_user(call, pool, request["Username"]) as user:
        remove_attributes(pool, user.document, request["UserAttributeNames"])
    return {}
