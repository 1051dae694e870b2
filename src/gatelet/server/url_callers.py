"""Who signed a request to a function URL with AuthType AWS_IAM, and what it may do (lambda-execution section 11).

An unsigned request is refused as one without permission is; a wrong signature has the words that SigV4 always has.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gatelet.aws import quotas
from gatelet.functions.urls.directory import FunctionUrl
from gatelet.http.request import Request
from gatelet.identity.principals import Principal
from gatelet.identity.request_keys import Circumstances
from gatelet.identity.service import Identity
from gatelet.identity.signers import unknown_key
from gatelet.policy.combine import Named
from gatelet.wire.authorization import SignedCredential, credential_of
from gatelet.wire.errors import Unauthenticated

SERVICE: Final = "lambda"
_LARGE: Final = 256 * quotas.KIB
"""A body above this is hashed in a thread: the event loop is never held for long."""


@dataclass(frozen=True, slots=True)
class UrlCaller:
    """A verified caller (implements gatelet.functions.permissions.UrlCaller)."""

    principal: Principal
    account: str
    """The function's."""
    identity: Identity
    circumstances: Circumstances

    def may(self, action: str, resource: str, context: Mapping[str, str | list[str]], policy: Named | None) -> bool:
        """Whether the caller's policies and the function's together allow it, across accounts both."""
        verdict = self.identity.authorizer.authorize(
            self.principal,
            action,
            resource,
            context,
            circumstances=self.circumstances,
            resource_policy=policy,
            resource_account=self.account,
        )
        return bool(verdict)


async def caller_of(request: Request, url: FunctionUrl, identity: Identity, seen: Circumstances) -> UrlCaller | None:
    """Who signed the request; None: nobody did. Raises Unauthenticated."""
    credential = credential_of(request, hashed=True)
    if credential is None:
        return None
    _check_scope(credential, url)
    signer = identity.signers.find(credential.claim.access_key_id, credential.token, seen.now)
    if signer is None:
        raise unknown_key()
    if len(request.body) > _LARGE:
        await asyncio.to_thread(identity.signers.verify, credential, signer, seen.now)
    else:
        identity.signers.verify(credential, signer, seen.now)
    return UrlCaller(signer.principal, url.target.account, identity, seen)


def _check_scope(credential: SignedCredential, url: FunctionUrl) -> None:
    wrong = ""
    if credential.claim.region != url.target.region:
        wrong += f"Credential should be scoped to a valid region, not '{credential.claim.region}'. "
    if credential.claim.service != SERVICE:
        wrong += f"Credential should be scoped to correct service: '{SERVICE}'. "
    if wrong:
        raise Unauthenticated("InvalidSignatureException", wrong, status=403)
