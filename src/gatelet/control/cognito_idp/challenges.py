"""RespondToAuthChallenge (public) and AdminRespondToAuthChallenge: the further steps of a sign-in.

Reference: identity sections 4.2 and 4.5.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from gatelet.aws.errors import NotSupported
from gatelet.control.cognito_idp.attributes import check_attributes
from gatelet.control.cognito_idp.custom_auth import after_password, answer_custom
from gatelet.control.cognito_idp.documents import Client, Pool, pool_and_client, public_client
from gatelet.control.cognito_idp.errors import CodeMismatch, InvalidParameter, NotAuthorized
from gatelet.control.cognito_idp.flows import proves, srp_block_owner
from gatelet.control.cognito_idp.mfa import check_totp
from gatelet.control.cognito_idp.proving import in_thread, set_password, srp_owner
from gatelet.control.cognito_idp.secret_hash import check_secret_hash
from gatelet.control.cognito_idp.sessions import ChallengeSession, continue_session, use_up
from gatelet.control.cognito_idp.sign_in import Finish, proceed
from gatelet.control.cognito_idp.tries import one_try
from gatelet.control.cognito_idp.used_once import use_once
from gatelet.control.cognito_idp.user_store import User, edit_user, find_user
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.identity.user_pools import srp
from gatelet.identity.user_pools.sealed import InvalidSeal, unseal

_ATTRIBUTE: Final = "userAttributes."


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to a challenge."""

    call: Call
    pool: Pool
    client: Client
    responses: Mapping[str, str]
    session: str | None
    metadata: Mapping[str, str]
    finish: Finish | None = None

    def required(self, name: str) -> str:
        """Raises InvalidParameter."""
        value = self.responses.get(name)
        if not value:
            raise InvalidParameter(f"Missing required parameter {name}")
        return value

    async def continued(self, challenge: str) -> tuple[ChallengeSession, User]:
        """The session that waits for this answer, and its user. Raises NotAuthorized."""
        session = continue_session(self.call, self.session)
        if (session.client_id, session.pool_id, session.challenge) != (self.client.id, self.pool.id, challenge):
            raise NotAuthorized("Invalid session for the user.")
        user = await find_user(self.call, self.pool, session.username)
        named = await find_user(self.call, self.pool, self.required("USERNAME"))
        if user is None or named is None or named.key != user.key or not user.document["enabled"]:
            raise NotAuthorized("Invalid session for the user.")
        return session, user


@operation("cognito-idp", "RespondToAuthChallenge")
async def respond_to_auth_challenge(call: Call, request: Request) -> Response:
    """Tokens, or the next challenge."""
    pool, client = await public_client(call, request["ClientId"])
    return await _respond(call, pool, client, request)


@operation("cognito-idp", "AdminRespondToAuthChallenge")
async def admin_respond_to_auth_challenge(call: Call, request: Request) -> Response:
    """The same for a trusted server."""
    pool, client = await pool_and_client(call, request["UserPoolId"], request["ClientId"])
    return await _respond(call, pool, client, request)


async def _respond(call: Call, pool: Pool, client: Client, request: Any) -> Response:
    responses = request.get("ChallengeResponses") or {}
    answer = Answer(call, pool, client, responses, request.get("Session"), request.get("ClientMetadata") or {})
    check_secret_hash(call, client, answer.required("USERNAME"), responses.get("SECRET_HASH"))
    return await respond(request["ChallengeName"], answer)


async def respond(challenge: str, answer: Answer) -> dict[str, Any]:
    """What an answer leads to; the client has proved itself. Raises AwsError."""
    handler = _HANDLERS.get(challenge)
    if handler is None:
        raise NotSupported(f"the challenge {challenge}")
    return await handler(answer)


async def _password_verifier(answer: Answer) -> dict[str, Any]:
    call, pool = answer.call, answer.pool
    block_text = answer.required("PASSWORD_CLAIM_SECRET_BLOCK")
    timestamp, given = answer.required("TIMESTAMP"), answer.required("PASSWORD_CLAIM_SIGNATURE")
    vault = call.ports.identity.vault
    try:
        block = unseal(vault, srp_block_owner(pool.id), block_text, call.ports.clock.now())
    except InvalidSeal:
        raise NotAuthorized from None
    user = await find_user(call, pool, block["user"])
    held = None if user is None else user.document["password"]
    if block["client"] != answer.client.id or user is None or held is None:
        raise NotAuthorized
    session = None
    if block["custom"]:
        session, of_session = await answer.continued("PASSWORD_VERIFIER")
        if of_session.key != user.key:
            raise NotAuthorized("Invalid session for the user.")
    async with one_try(call, pool, user.id):
        verifier = int(vault.open_once(held["verifier"], srp_owner(user.document["sub"])), 16)
        key = await in_thread(call, srp.session_key, int(block["a"], 16), verifier, int(block["b"], 16))
        if not proves(key, pool, user.document["username"], block_text, timestamp, given):
            raise NotAuthorized
    now = call.ports.clock.now()
    if not await use_once(call, pool.id, f"srp/{given}", now + _REPLAY_SECONDS):
        raise NotAuthorized
    if session is not None:
        await use_up(call, session)
        return await after_password(call, pool, answer.client, user.document, session, answer.metadata)
    return await proceed(call, pool, answer.client, user.document, metadata=answer.metadata, finish=answer.finish)


async def _new_password(answer: Answer) -> dict[str, Any]:
    call, pool = answer.call, answer.pool
    password = answer.required("NEW_PASSWORD")
    session, found = await answer.continued("NEW_PASSWORD_REQUIRED")
    given = {
        name.removeprefix(_ATTRIBUTE): value for name, value in answer.responses.items() if name.startswith(_ATTRIBUTE)
    }
    async with edit_user(call, pool, found.document["username"]) as user:
        if user.document["status"] != "FORCE_CHANGE_PASSWORD":
            raise NotAuthorized("Invalid session for the user.")
        writable = answer.client.settings.get("WriteAttributes")
        check_attributes(pool.settings, given, held=user.document["attributes"], writable=writable)
        user.document["attributes"] |= given
        for entry in pool.settings["SchemaAttributes"]:
            if entry["Required"] and entry["Name"] != "sub" and not user.document["attributes"].get(entry["Name"]):
                raise InvalidParameter(f"Invalid user attributes: {entry['Name']}: The attribute is required")
        await set_password(call, pool, user.document, password)
        await use_up(call, session)
        user.document["status"] = "CONFIRMED"
    return await proceed(call, pool, answer.client, user.document, metadata=answer.metadata, finish=answer.finish)


async def _software_token(answer: Answer) -> dict[str, Any]:
    call, pool = answer.call, answer.pool
    code = answer.required("SOFTWARE_TOKEN_MFA_CODE")
    session, found = await answer.continued("SOFTWARE_TOKEN_MFA")
    if "totp" not in found.document:
        raise CodeMismatch("Invalid code or auth state for the user.")
    async with (
        one_try(call, pool, f"{found.id}/totp", "Invalid session for the user."),
        edit_user(call, pool, found.document["username"]) as user,
    ):
        check_totp(call, user.document, code)
        await use_up(call, session)
    return await proceed(
        call, pool, answer.client, user.document, metadata=answer.metadata, second=False, finish=answer.finish
    )


async def _mfa_setup(answer: Answer) -> dict[str, Any]:
    session, user = await answer.continued("MFA_SETUP")
    if not session.state.get("verified") or "totp" not in user.document:
        raise NotAuthorized("Invalid session for the user.")
    await use_up(answer.call, session)
    return await proceed(
        answer.call,
        answer.pool,
        answer.client,
        user.document,
        metadata=answer.metadata,
        second=False,
        finish=answer.finish,
    )


async def _custom(answer: Answer) -> dict[str, Any]:
    text = answer.required("ANSWER")
    session, user = await answer.continued("CUSTOM_CHALLENGE")
    await use_up(answer.call, session)
    return await answer_custom(answer.call, answer.pool, answer.client, user.document, session, text, answer.metadata)


_REPLAY_SECONDS: Final = 180
_HANDLERS: Final[Mapping[str, Callable[[Answer], Awaitable[dict[str, Any]]]]] = {
    "PASSWORD_VERIFIER": _password_verifier,
    "NEW_PASSWORD_REQUIRED": _new_password,
    "SOFTWARE_TOKEN_MFA": _software_token,
    "MFA_SETUP": _mfa_setup,
    "CUSTOM_CHALLENGE": _custom,
}
