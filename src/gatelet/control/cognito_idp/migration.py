"""The user migration trigger: a user whom the pool does not know may be known elsewhere. Reference: Cognito Developer
Guide, "Migrate user Lambda trigger"."""

from __future__ import annotations

from gatelet.control.cognito_idp.attributes import check_attributes
from gatelet.control.cognito_idp.documents import Client, Pool
from gatelet.control.cognito_idp.new_users import new_user
from gatelet.control.cognito_idp.proving import set_password
from gatelet.control.cognito_idp.triggers import Event, fire, has_trigger
from gatelet.control.cognito_idp.user_store import User, create_user, find_user
from gatelet.control.operation import Call


async def migrate(call: Call, pool: Pool, client: Client, username: str, password: str) -> User | None:
    """The user whom the trigger vouches for, taken over with the password; None without a trigger. Raises AwsError."""
    if not has_trigger(pool, "UserMigration"):
        return None
    event = Event("UserMigration_Authentication", client.id, username=username)
    event.request["password"] = password
    event.response |= {
        "userAttributes": None,
        "forceAliasCreation": None,
        "finalUserStatus": None,
        "messageAction": None,
        "desiredDeliveryMediums": None,
    }
    answer = await fire(call, pool, None, "UserMigration", event)
    given = answer.get("userAttributes")
    if not isinstance(given, dict):
        return None
    attributes = {str(name): str(value) for name, value in given.items() if name not in {"username", "sub"}}
    check_attributes(pool.settings, attributes, by_admin=True)
    status = answer.get("finalUserStatus") or "RESET_REQUIRED"
    user = new_user(call, pool, username, attributes, "CONFIRMED" if status == "CONFIRMED" else "RESET_REQUIRED")
    await set_password(call, pool, user, password)
    force = answer.get("forceAliasCreation") is True
    await create_user(call, pool, user, taken="User already exists", take_aliases=force)
    return await find_user(call, pool, username)
