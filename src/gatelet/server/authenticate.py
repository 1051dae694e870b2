"""Who calls the control plane (design section 1, "Two modes, one code path").

The signature of a known key is always verified. In the development mode ``test`` and 12-digit keys (secret
``test``) are root keys, and a key that nobody knows acts as root unverified; in the secure mode it is
refused. What users and roles may do, their policies say (control/authorization.py).
"""

from __future__ import annotations

import asyncio

from gatelet.aws.errors import AwsError
from gatelet.aws.scope import DEFAULT_ACCOUNT, DEFAULT_REGION, Scope
from gatelet.control.dispatch import LARGE_BODY_BYTES
from gatelet.http.request import Request
from gatelet.identity.principals import Principal, root_principal
from gatelet.identity.signers import Signers, unknown_key
from gatelet.identity.user_pools.public import is_public
from gatelet.wire.authorization import credential_of, missing_token

_NOBODY = Principal(DEFAULT_ACCOUNT, "anonymous", "anonymous", "")
"""Who calls a public operation: it finds its user pool by the client, or by the access token, that it names."""


class Authenticator:
    """Tells the principal and the scope of a control-plane request."""

    __slots__ = ("_signers",)

    def __init__(self, signers: Signers) -> None:
        self._signers = signers

    def signing_name(self, request: Request) -> str | None:
        """The service that the credential's scope names; None without a readable credential."""
        try:
            credential = credential_of(request)
        except AwsError:
            return None
        return None if credential is None else credential.claim.service

    def is_signed(self, request: Request) -> bool:
        """Whether the request carries any credential, readable or not."""
        return request.header("authorization") is not None or "X-Amz-Credential=" in request.query

    async def authenticate(self, request: Request, service: str, now: float) -> tuple[Principal, Scope]:
        """The caller and where its resources live. Raises AwsError as AWS words it (identity section 1.3)."""
        credential = credential_of(request)
        if credential is None and service == "cognito-idp" and _speaks_for_itself(request):
            return _NOBODY, Scope(DEFAULT_ACCOUNT, DEFAULT_REGION)
        if credential is None:
            raise missing_token(query_protocol=service in {"iam", "sts"})
        signer = self._signers.find(credential.claim.access_key_id, credential.token, now)
        if signer is None:
            if not self._signers.development:
                raise unknown_key()
            principal = root_principal(DEFAULT_ACCOUNT, credential.claim.access_key_id, verified=False)
        else:
            if len(request.body) > LARGE_BODY_BYTES:
                await asyncio.to_thread(self._signers.verify, credential, signer, now)
            else:
                self._signers.verify(credential, signer, now)
            principal = signer.principal
        return principal, Scope(principal.account, credential.claim.region)


def _speaks_for_itself(request: Request) -> bool:
    """Whether an unsigned call of Cognito is one of its public operations (design section 1)."""
    return is_public(request.header("x-amz-target") or "", request.header("content-type") or "")
