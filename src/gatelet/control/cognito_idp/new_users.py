"""What a user is at the beginning, and how users are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gatelet.control.cognito_idp.attributes import listed
from gatelet.control.cognito_idp.documents import Pool
from gatelet.control.cognito_idp.errors import InvalidParameter
from gatelet.control.operation import Call
from gatelet.identity.user_pools.model import UserDocument

_EMAIL_OR_PHONE = {"email": "Username should be an email.", "phone_number": "Username should be a phone number."}


def new_user(call: Call, pool: Pool, username: str, attributes: Mapping[str, str], status: str) -> UserDocument:
    """A user without a password. Raises InvalidParameter: the pool wants another kind of name.

    Where the pool's users are named by an attribute, the name becomes that attribute and ``sub`` the name.
    """
    ids, now = call.ports.ids, call.ports.clock.now()
    held, sub = dict(attributes), ids.uuid()
    kinds = pool.settings.get("UsernameAttributes") or []
    if kinds:
        kind = _kind_of(username, kinds)
        held.setdefault(kind, username)
        username = sub
    elif "@" in username and "email" in (pool.settings.get("AliasAttributes") or ()):
        raise InvalidParameter("Username cannot be of email format, since user pool is configured for email alias.")
    return UserDocument(
        pool_id=pool.id,
        username=username,
        sub=sub,
        attributes=held,
        created=now,
        modified=now,
        enabled=True,
        status=status,
        password=None,
        groups=[],
        codes={},
    )


def _kind_of(username: str, kinds: list[str]) -> str:
    kind = "email" if "@" in username else "phone_number" if username.startswith("+") else ""
    if kind in kinds:
        return kind
    if len(kinds) > 1:
        raise InvalidParameter("Username should be either an email or a phone number.")
    raise InvalidParameter(_EMAIL_OR_PHONE[kinds[0]])


def attributes_of(user: UserDocument, readable: list[str] | None = None) -> list[dict[str, str]]:
    """The attributes as AWS lists them, ``sub`` included."""
    shown = {**user["attributes"], "sub": user["sub"]}
    return listed({name: value for name, value in shown.items() if readable is None or name in {*readable, "sub"}})


def shown(user: UserDocument) -> dict[str, Any]:
    """UserType."""
    return {
        "Username": user["username"],
        "Attributes": attributes_of(user),
        "UserCreateDate": user["created"],
        "UserLastModifiedDate": user["modified"],
        "Enabled": user["enabled"],
        "UserStatus": user["status"],
    }
