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
from gatelet.identity.principals import Principal
from gatelet.identity.service import Identity
from gatelet.wire.authorization import SignedCredential, credential_of
from gatelet.wire.errors import Unauthenticated

SERVICE: Final = "execute-api"
_METHOD_OVERRIDE: Final = "x-http-method-override"
_LARGE_BODY_BYTES: Final = 262_144
"""A body above this is hashed in a thread: the event loop is never held for long."""


async def authenticate(snapshot: Snapshot, trace: Trace, identity: Identity) -> Principal:
    """Who signed the request. Sets ``trace.identity``. Raises GatewayError."""
    try:
        credential = credential_of(trace.request, hashed=True)
        if credential is None:
            raise MissingAuthenticationToken
        if credential.region != snapshot.scope.region or credential.service != SERVICE:
            raise _out_of_scope(credential, snapshot)
        if trace.verb != trace.request.method and _METHOD_OVERRIDE not in credential.signed_headers:
            # Another verb counts only if it is signed: else a presigned GET, handed on, could be sent as a DELETE.
            raise InvalidSignature("'X-HTTP-Method-Override' must be a 'SignedHeader' in the AWS Authorization.")
        signer = identity.signers.find(credential.access_key_id, credential.token, trace.received)
        if signer is None:
            raise UnrecognizedClient
        if len(trace.request.body) > _LARGE_BODY_BYTES:
            await asyncio.to_thread(identity.signers.verify, credential, signer, trace.received)
        else:
            identity.signers.verify(credential, signer, trace.received)
    except Unauthenticated as refusal:
        raise _refused(refusal) from refusal
    principal = signer.principal
    trace.identity = {
        "accessKey": principal.access_key_id,
        "accountId": principal.account,
        "caller": principal.user_id,
        "user": principal.user_id,
        "userArn": principal.arn,
    }
    return principal


def _out_of_scope(credential: SignedCredential, snapshot: Snapshot) -> InvalidSignature:
    """Both sentences end with a blank, and stand together if both are wrong (section 3)."""
    wrong = ""
    if credential.region != snapshot.scope.region:
        wrong += f"Credential should be scoped to a valid region, not '{credential.region}'. "
    if credential.service != SERVICE:
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
