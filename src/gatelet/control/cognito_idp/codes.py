"""Codes that prove an address: made, sent and compared. Reference: identity sections 4.2 and 4.5."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any, Final

from gatelet.aws import quotas
from gatelet.control.cognito_idp.attributes import VERIFIED
from gatelet.control.cognito_idp.delivery import Letter, send
from gatelet.control.cognito_idp.documents import Pool
from gatelet.control.cognito_idp.errors import AttemptLimit, CodeMismatch, ExpiredCode
from gatelet.control.operation import Call
from gatelet.identity.user_pools.model import CodeDocument, UserDocument

SIGN_UP: Final = "sign-up"
PASSWORD: Final = "password"  # noqa: S105 - a purpose
_DIGITS: Final = 6
_HOUR_SECONDS: Final = 3_600


async def send_code(
    call: Call,
    pool: Pool,
    user: UserDocument,
    purpose: str,
    trigger: str,
    *,
    attribute: str,
    client_id: str | None = None,
    metadata: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Make a code, put it into the user's document, deliver it: CodeDeliveryDetails.

    Raises AttemptLimit (each code can be tried a few times: too many of them could be guessed), AwsError.
    """
    _count(user, purpose, call.ports.clock.now())
    code = call.ports.ids.secret_digits(_DIGITS)
    seconds = quotas.PASSWORD_CODE_SECONDS if purpose == PASSWORD else quotas.SIGN_UP_CODE_SECONDS
    user["codes"][purpose] = CodeDocument(
        sealed=call.ports.identity.vault.seal(code, _owner(user, purpose)),
        expires=call.ports.clock.now() + seconds,
        tries=0,
        attribute=attribute,
    )
    letter = Letter(trigger, attribute, user["attributes"][attribute], code, client_id, metadata or {})
    await send(call, pool, user, letter)
    return letter.details()


def check_code(call: Call, user: UserDocument, purpose: str, code: str) -> bool:
    """Whether it is the code that was sent; counts the try in the user's document, which the caller writes.

    Raises ExpiredCode, AttemptLimit.
    """
    held = user["codes"].get(purpose)
    if held is None or held["expires"] <= call.ports.clock.now():
        raise ExpiredCode
    if held["tries"] >= quotas.CODE_TRIES:
        raise AttemptLimit
    expected = call.ports.identity.vault.open_once(held["sealed"], _owner(user, purpose))
    if not hmac.compare_digest(expected.encode(), code.encode("utf-8", "replace")):
        held["tries"] += 1
        return False
    del user["codes"][purpose]
    if held["attribute"] in VERIFIED:
        user["attributes"][VERIFIED[held["attribute"]]] = "true"
    return True


def _count(user: UserDocument, purpose: str, now: float) -> None:
    sends = user.setdefault("code_sends", {})
    since, count = sends.get(purpose, [now, 0])
    if now - since >= _HOUR_SECONDS:
        since, count = now, 0
    if count >= quotas.CODES_PER_HOUR:
        raise AttemptLimit
    sends[purpose] = [since, count + 1]


def mismatch(good: bool) -> None:
    """Raises CodeMismatch: called once the try is counted on disk."""
    if not good:
        raise CodeMismatch


def _owner(user: UserDocument, purpose: str) -> str:
    return f"cognito-idp/code/{user['sub']}/{purpose}"
