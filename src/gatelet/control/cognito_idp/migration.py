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


async def migrate(call: Call, pool: Pool, client: Client, username: str, password: str | None) -> User | None:
    """The user whom the trigger vouches for, taken over with the password; None without a trigger. Raises AwsError.

    ``password`` None: it is forgotten, and the user will choose another.
    """
    if not has_trigger(pool, "UserMigration"):
        return None
    source = "UserMigration_ForgotPassword" if password is None else "UserMigration_Authentication"
    event = Event(source, client.id, username=username)
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
    confirmed = password is not None and answer.get("finalUserStatus") == "CONFIRMED"
    user = new_user(call, pool, username, attributes, "CONFIRMED" if confirmed else "RESET_REQUIRED")
    if password is not None:
        await set_password(call, pool, user, password)
    force = answer.get("forceAliasCreation") is True
    await create_user(call, pool, user, taken="User already exists", take_aliases=force)
    return await find_user(call, pool, username)
