"""Signature version 4: whether a request was signed with a secret, now, for this scope.

Reference: identity sections 1.2 (rules) and 1.3 (texts). Errors carry the JSON protocols' names; the query
protocol's (``SignatureDoesNotMatch``) are a matter of ``Codec.encode_error``.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Final

from gatelet.aws.clock import amz_date
from gatelet.aws.errors import NotSupported
from gatelet.aws.quotas import CLOCK_SKEW_SECONDS
from gatelet.wire.authorization import ALGORITHM, Claim, SignedCredential, credential_of, missing_token, moment_of
from gatelet.wire.canonical import canonical_requests
from gatelet.wire.errors import Unauthenticated
from gatelet.wire.protocols.forms import parse_multi
from gatelet.wire.signing_key import TERMINATOR, SigningKey

__all__ = [
    "SignedCredential",
    "credential_of",
    "missing_token",
    "string_to_sign",
    "verify",
]

UNSIGNED: Final = "UNSIGNED-PAYLOAD"
_UNSIGNED_CHUNKS: Final = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
_EMPTY: Final = hashlib.sha256(b"").hexdigest()
_MISMATCH: Final = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
    "Key and signing method. Consult the service documentation for details."
)


def string_to_sign(amz_date_text: str, scope: str, canonical_request: bytes) -> bytes:
    """What the signature is made of."""
    return f"{ALGORITHM}\n{amz_date_text}\n{scope}\n{hashlib.sha256(canonical_request).hexdigest()}".encode()


def verify(credential: SignedCredential, key: SigningKey, now: float) -> None:
    """Whether its request was signed with this key, of the credential's scope, and is still fresh at ``now`` (epoch s).

    Raises Unauthenticated (InvalidSignatureException); NotSupported for chunk signatures.
    """
    request, claim, signature, moment, _, expires = credential
    values = request.values
    if claim.terminator != TERMINATOR or claim.date != moment[:8]:
        raise _inconsistent(credential)
    _check_freshness(moment, CLOCK_SKEW_SECONDS if expires is None else expires, now)
    _check_signed_headers(values, claim)
    # The usual request says nothing of its body's hash, and has no body.
    named = expires is not None or request.body or "x-amz-content-sha256" in values
    body_hash = _body_hash(credential) if named else _EMPTY
    try:
        requests = canonical_requests(request, claim, body_hash, presigned=expires is not None)
    except KeyError:  # a signed header that did not arrive must not pass for an empty one
        raise _invalid(_MISMATCH) from None
    given, scope = signature.encode("utf-8", "replace"), claim.scope
    for canonical in requests:
        if _signs(key, string_to_sign(moment, scope, canonical.encode("utf-8", "replace")), given):
            return
        # Header text that is not ASCII may have been signed in either encoding.
        latin = None if canonical.isascii() else canonical.encode("latin-1", "replace")
        if latin is not None and _signs(key, string_to_sign(moment, scope, latin), given):
            return
    raise _invalid(_MISMATCH)


def _signs(key: SigningKey, text: bytes, given: bytes) -> bool:
    return hmac.compare_digest(key.sign(text).encode(), given)


def _inconsistent(credential: SignedCredential) -> Unauthenticated:
    claim, day, problems = credential.claim, credential.amz_date[:8], ""
    if claim.terminator != TERMINATOR:
        problems += f"Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{claim.terminator}'. "
    if claim.date != day:
        problems += (
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            f"'{claim.date}' != '{day}', from '{credential.amz_date}'."
        )
    return _invalid(problems)


def _check_freshness(signed: str, lifetime: int, now: float) -> None:
    moment = moment_of(signed)
    if moment is None:
        text = f"Date must be in ISO-8601 'basic format'. Got '{signed}'. See http://en.wikipedia.org/wiki/ISO_8601"
        raise Unauthenticated("IncompleteSignatureException", text)
    if moment + lifetime < now:
        earliest = f"{amz_date(now - lifetime)} ({amz_date(now)} - {_span(lifetime)})"
        raise _invalid(f"Signature expired: {signed} is now earlier than {earliest}")
    if moment - CLOCK_SKEW_SECONDS > now:
        latest = f"{amz_date(now + CLOCK_SKEW_SECONDS)} ({amz_date(now)} + {_span(CLOCK_SKEW_SECONDS)})"
        raise _invalid(f"Signature not yet current: {signed} is still later than {latest}")


def _span(seconds: int) -> str:
    return f"{seconds // 60} min." if seconds % 60 == 0 else f"{seconds} sec."


def _check_signed_headers(values: Mapping[str, str], claim: Claim) -> None:
    signed = claim.signed_headers
    if "host" not in signed:
        raise _invalid("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
    if "x-amz-security-token" in values and "x-amz-security-token" not in signed:
        raise _invalid("'X-Amz-Security-Token' must be a 'SignedHeader' in the AWS Authorization.")
    if claim.service == "s3" and any(name.startswith("x-amz-") for name in values.keys() - signed):
        raise Unauthenticated(
            "AccessDeniedException", "There were headers present in the request which were not signed"
        )


def _body_hash(credential: SignedCredential) -> str:
    """The client's word for the body, checked against the body; without one, the body's hash."""
    request, named = credential.request, credential.request.values.get("x-amz-content-sha256")
    if named is None and credential.presigned:
        named = next(iter(parse_multi(request.query).get("X-Amz-Content-Sha256", ())), None)
        if named is None and credential.claim.service == "s3":
            return UNSIGNED
    if named is None:
        return hashlib.sha256(request.body).hexdigest()
    word = named.strip()
    if word == UNSIGNED or (word == _UNSIGNED_CHUNKS and credential.claim.service == "s3"):
        return word
    if word.startswith("STREAMING-"):
        raise NotSupported(f"the payload signature {word}")
    if not hmac.compare_digest(word.encode("utf-8", "replace"), hashlib.sha256(request.body).hexdigest().encode()):
        raise _invalid(_MISMATCH)
    return word


def _invalid(message: str) -> Unauthenticated:
    return Unauthenticated("InvalidSignatureException", message)
