"""What happens once a user is confirmed. Reference: Cognito Developer Guide, "Post confirmation Lambda trigger"."""

from __future__ import annotations

from collections.abc import Mapping

from gatelet.control.cognito_idp.documents import Pool
from gatelet.control.cognito_idp.triggers import Event, fire, has_trigger
from gatelet.control.operation import Call
from gatelet.identity.user_pools.model import UserDocument


async def confirmed(
    call: Call,
    pool: Pool,
    user: UserDocument,
    client_id: str | None,
    metadata: Mapping[str, str],
    source: str = "PostConfirmation_ConfirmSignUp",
) -> None:
    """Tell the trigger; the user stays confirmed even if it fails. Raises AwsError."""
    if has_trigger(pool, "PostConfirmation"):
        await fire(call, pool, user, "PostConfirmation", Event(source, client_id, metadata))
