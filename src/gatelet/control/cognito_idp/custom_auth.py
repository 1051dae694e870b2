"""CUSTOM_AUTH: three triggers define, create and verify the challenges. Reference: Cognito Developer Guide, "Custom
authentication challenge Lambda triggers"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gatelet.aws.errors import AwsError
from gatelet.control.cognito_idp.documents import Client, Pool
from gatelet.control.cognito_idp.errors import NotAuthorized
from gatelet.control.cognito_idp.sessions import ChallengeSession, new_session, open_session
from gatelet.control.cognito_idp.sign_in import check_state, with_tokens
from gatelet.control.cognito_idp.triggers import Event, fire, has_trigger
from gatelet.control.operation import Call
from gatelet.identity.user_pools.model import UserDocument

_PASSWORD: Final = "PASSWORD_VERIFIER"  # noqa: S105 - the challenge's name
NAME: Final = "CUSTOM_CHALLENGE"
_MOST_CHALLENGES: Final = 20


async def begin_custom(
    call: Call, pool: Pool, client: Client, user: UserDocument, metadata: Mapping[str, str]
) -> dict[str, Any]:
    """The first challenge. Raises AwsError."""
    _check_trigger(pool)
    return await _next(call, pool, client, user, metadata, [])


async def begin_with_password(
    call: Call,
    pool: Pool,
    client: Client,
    user: UserDocument,
    parameters: Mapping[str, str],
    metadata: Mapping[str, str],
) -> dict[str, Any]:
    """The challenge PASSWORD_VERIFIER with its SRP ``parameters``, if the trigger wants the password first.

    Raises AwsError. Tokens for who has proved nothing yet are refused, whatever the trigger says.
    """
    _check_trigger(pool)
    history = [_passed("SRP_A")]
    decision = await _define(call, pool, client, user, metadata, history)
    if decision.get("failAuthentication") is True:
        raise NotAuthorized
    if decision.get("challengeName") != _PASSWORD or decision.get("issueTokens") is True:
        raise AwsError("InvalidLambdaResponseException", f"Only {_PASSWORD} can follow SRP_A.", status=400)
    session = new_session(client, user["username"], _PASSWORD, {"history": history})
    return {
        "ChallengeName": _PASSWORD,
        "Session": open_session(call, session),
        "ChallengeParameters": dict(parameters),
    }


async def after_password(
    call: Call,
    pool: Pool,
    client: Client,
    user: UserDocument,
    session: ChallengeSession,
    metadata: Mapping[str, str],
) -> dict[str, Any]:
    """What the trigger wants once the password was right. Raises AwsError."""
    return await _next(call, pool, client, user, metadata, [*session.state["history"], _passed(_PASSWORD)])


async def answer_custom(
    call: Call,
    pool: Pool,
    client: Client,
    user: UserDocument,
    session: ChallengeSession,
    answer: str,
    metadata: Mapping[str, str],
) -> dict[str, Any]:
    """The next challenge, the tokens, or NotAuthorized. Raises AwsError."""
    event = Event("VerifyAuthChallengeResponse_Authentication", client.id, metadata)
    event.request |= {
        "privateChallengeParameters": session.state["private"],
        "challengeAnswer": answer,
        "userNotFound": False,
    }
    event.response["answerCorrect"] = None
    response = await fire(call, pool, user, "VerifyAuthChallengeResponse", event)
    history = [
        *session.state["history"],
        {
            "challengeName": NAME,
            "challengeResult": response.get("answerCorrect") is True,
            "challengeMetadata": session.state["metadata"],
        },
    ]
    return await _next(call, pool, client, user, metadata, history)


async def _next(
    call: Call,
    pool: Pool,
    client: Client,
    user: UserDocument,
    metadata: Mapping[str, str],
    history: list[dict[str, Any]],
) -> dict[str, Any]:
    decision = await _define(call, pool, client, user, metadata, history)
    if decision.get("failAuthentication") is True or len(history) >= _MOST_CHALLENGES:
        raise NotAuthorized
    if decision.get("issueTokens") is True:
        check_state(call, user)
        return await with_tokens(call, pool, client, user, metadata)
    if decision.get("challengeName") != NAME:
        raise AwsError("InvalidLambdaResponseException", f"Only {NAME} can be defined.", status=400)
    create = Event("CreateAuthChallenge_Authentication", client.id, metadata)
    create.request |= {"challengeName": NAME, "session": history, "userNotFound": False}
    create.response |= {
        "publicChallengeParameters": None,
        "privateChallengeParameters": None,
        "challengeMetadata": None,
    }
    made = await fire(call, pool, user, "CreateAuthChallenge", create)
    public = {str(name): str(value) for name, value in (made.get("publicChallengeParameters") or {}).items()}
    state = {
        "history": history,
        "private": made.get("privateChallengeParameters") or {},
        "metadata": made.get("challengeMetadata"),
    }
    session = new_session(client, user["username"], NAME, state)
    parameters = {"USERNAME": user["username"], **public}
    return {"ChallengeName": NAME, "Session": open_session(call, session), "ChallengeParameters": parameters}


async def _define(
    call: Call,
    pool: Pool,
    client: Client,
    user: UserDocument,
    metadata: Mapping[str, str],
    history: list[dict[str, Any]],
) -> dict[str, Any]:
    event = Event("DefineAuthChallenge_Authentication", client.id, metadata)
    event.request |= {"session": history, "userNotFound": False}
    event.response |= {"challengeName": None, "issueTokens": None, "failAuthentication": None}
    return await fire(call, pool, user, "DefineAuthChallenge", event)


def _passed(challenge: str) -> dict[str, Any]:
    return {"challengeName": challenge, "challengeResult": True, "challengeMetadata": None}


def _check_trigger(pool: Pool) -> None:
    if not has_trigger(pool, "DefineAuthChallenge"):
        raise NotAuthorized("Custom auth lambda trigger is not configured for the user pool.")
