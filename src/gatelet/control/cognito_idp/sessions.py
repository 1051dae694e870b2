"""The Session between two steps of a sign-in: sealed, three minutes long (or as the client says), used once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from gatelet.control.cognito_idp.documents import Client
from gatelet.control.cognito_idp.errors import NotAuthorized
from gatelet.control.cognito_idp.used_once import use_once
from gatelet.control.operation import Call
from gatelet.identity.user_pools.sealed import InvalidSeal, SealExpired, seal, unseal

_OWNER: Final = "cognito-idp/session"
_MINUTE: Final = 60


@dataclass(slots=True)
class ChallengeSession:
    """A sign-in that is not finished: which challenge the user has to answer, and what came before."""

    client_id: str
    pool_id: str
    username: str
    challenge: str
    seconds: int
    state: dict[str, Any] = field(default_factory=dict)
    id: str = ""
    expires: float = 0.0


def new_session(client: Client, username: str, challenge: str, state: dict[str, Any] | None = None) -> ChallengeSession:
    """A session that waits for the answer to a challenge."""
    seconds = int(client.settings.get("AuthSessionValidity", 3)) * _MINUTE
    return ChallengeSession(client.id, client.pool_id, username, challenge, seconds, state or {})


def open_session(call: Call, session: ChallengeSession) -> str:
    """The session as clients carry it; each call makes another one of it."""
    value = {
        "client": session.client_id,
        "pool": session.pool_id,
        "user": session.username,
        "challenge": session.challenge,
        "seconds": session.seconds,
        "state": session.state,
        "id": call.ports.ids.uuid(),
    }
    return seal(call.ports.identity.vault, _OWNER, value, call.ports.clock.now() + session.seconds)


def continue_session(call: Call, text: str | None) -> ChallengeSession:
    """The session that a client brings back, not used up yet. Raises NotAuthorized."""
    now = call.ports.clock.now()
    try:
        value = unseal(call.ports.identity.vault, _OWNER, text or "", now)
    except SealExpired:
        raise NotAuthorized("Invalid session for the user, session is expired.") from None
    except InvalidSeal:
        raise NotAuthorized("Invalid session for the user.") from None
    return ChallengeSession(
        value["client"],
        value["pool"],
        value["user"],
        value["challenge"],
        value["seconds"],
        value["state"],
        value["id"],
        now + value["seconds"],
    )


async def use_up(call: Call, session: ChallengeSession) -> None:
    """The session has served: no second answer is taken for it. Raises NotAuthorized."""
    if not await use_once(call, session.pool_id, f"session/{session.id}", session.expires):
        raise NotAuthorized("Invalid session for the user.")
