"""Verifies that a request is signed (SigV4, service ``execute-api``), and by whom.

Reference: apigateway-authorization-limits section 3; identity section 1.
"""

from __future__ import annotations

import asyncio
from typing import Final

from gatelet.gateway.errors import (
    ExpiredToken,
    GatewayError,
    IncompleteSignature,
    InvalidSignature,
    MissingAuthenticationToken,
    UnrecognizedClient,
)
from gatelet.gateway.snapshot import Snapshot
from gatelet.gateway.trace import Trace
from gatelet.identity.service import Identity
from gatelet.identity.signers import Signer
from gatelet.wire.authorization import Claim, SignedCredential, credential_of
from gatelet.wire.errors import Unauthenticated

SERVICE: Final = "execute-api"
_METHOD_OVERRIDE: Final = "x-http-method-override"
LARGE_BODY_BYTES: Final = 262_144
"""A body above this is hashed in a thread: the event loop is never held for long."""


def authenticate(snapshot: Snapshot, trace: Trace, identity: Identity) -> Signer:
    """Who signed the request. Sets ``trace.identity``. Raises GatewayError."""
    try:
        credential, signer = _claimed(snapshot, trace, identity)
        identity.signers.verify(credential, signer, trace.received)
    except Unauthenticated as refusal:
        raise _refused(refusal) from refusal
    trace.identity = signer.shown
    return signer


async def authenticate_large(snapshot: Snapshot, trace: Trace, identity: Identity) -> Signer:
    """The same for a request with a large body."""
    try:
        credential, signer = _claimed(snapshot, trace, identity)
        await asyncio.to_thread(identity.signers.verify, credential, signer, trace.received)
    except Unauthenticated as refusal:
        raise _refused(refusal) from refusal
    trace.identity = signer.shown
    return signer


def _claimed(snapshot: Snapshot, trace: Trace, identity: Identity) -> tuple[SignedCredential, Signer]:
    """Whose key the request names; nothing is verified yet. Raises GatewayError, Unauthenticated."""
    credential = credential_of(trace.request, hashed=True)
    if credential is None:
        raise MissingAuthenticationToken
    claim = credential.claim
    if claim.region != snapshot.scope.region or claim.service != SERVICE:
        raise _out_of_scope(claim, snapshot)
    if trace.verb != trace.request.method and _METHOD_OVERRIDE not in claim.signed_headers:
        # Another verb counts only if it is signed: else a presigned GET, handed on, could be sent as a DELETE.
        raise InvalidSignature("'X-HTTP-Method-Override' must be a 'SignedHeader' in the AWS Authorization.")
    signer = identity.signers.find(claim.access_key_id, credential.token, trace.received)
    if signer is None:
        raise UnrecognizedClient
    return credential, signer


def _out_of_scope(claim: Claim, snapshot: Snapshot) -> InvalidSignature:
    """Both sentences end with a blank, and stand together if both are wrong (section 3)."""
    wrong = ""
    if claim.region != snapshot.scope.region:
        wrong += f"Credential should be scoped to a valid region, not '{claim.region}'. "
    if claim.service != SERVICE:
        wrong += f"Credential should be scoped to correct service: '{SERVICE}'. "
    return InvalidSignature(wrong)


def _refused(refusal: Unauthenticated) -> GatewayError:
    message = refusal.message or ""
    match refusal.code:
        case "IncompleteSignatureException" | "IncompleteSignature":
            return IncompleteSignature(message)
        case "ExpiredTokenException":
            return ExpiredToken()
        case "UnrecognizedClientException":
            return UnrecognizedClient()
        case "MissingAuthenticationTokenException":
            return MissingAuthenticationToken()
    return InvalidSignature(message)
