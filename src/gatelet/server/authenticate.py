"""Who calls the control plane (design section 1, "Two modes, one code path").

The signature of a known key is always verified. In the development mode ``test`` and 12-digit keys (secret
``test``) are root keys, and a key that nobody knows acts as root unverified; in the secure mode it is
refused. A call with the session of a role is refused until IAM policies are evaluated: fail closed.
"""

from __future__ import annotations

import asyncio

from gatelet.aws.errors import AwsError
from gatelet.aws.scope import DEFAULT_ACCOUNT, Scope
from gatelet.control.dispatch import LARGE_BODY_BYTES
from gatelet.http.request import Request
from gatelet.identity.credentials import DEVELOPMENT_SECRET, Credentials, InvalidToken, SessionKey
from gatelet.identity.principals import Principal, root_principal
from gatelet.wire.authorization import SignedCredential, credential_of, missing_token
from gatelet.wire.sigv4 import verify

_INVALID_TOKEN = "The security token included in the request is invalid."  # noqa: S105 - a message


class Authenticator:
    """Tells the principal and the scope of a control-plane request."""

    __slots__ = ("_development", "_root", "_sessions")

    def __init__(self, *, root: Credentials | None, sessions: SessionKey) -> None:
        self._development = root is None
        self._root = root
        self._sessions = sessions

    def signing_name(self, request: Request) -> str | None:
        """The service that the credential's scope names; None without a readable credential."""
        try:
            credential = credential_of(request)
        except AwsError:
            return None
        return None if credential is None else credential.service

    def is_signed(self, request: Request) -> bool:
        """Whether the request carries any credential, readable or not."""
        return request.header("authorization") is not None or "X-Amz-Credential=" in request.query

    async def authenticate(self, request: Request, service: str, now: float) -> tuple[Principal, Scope]:
        """The caller and where its resources live. Raises AwsError as AWS words it (identity section 1.3)."""
        credential = credential_of(request)
        if credential is None:
            raise missing_token(query_protocol=service in {"iam", "sts"})
        principal = await self._principal(request, credential, service, now)
        return principal, Scope(principal.account, credential.region)

    async def _principal(self, request: Request, credential: SignedCredential, service: str, now: float) -> Principal:
        key_id = credential.access_key_id
        if credential.token is not None and key_id.startswith("ASIA"):
            return await self._session(request, credential, service, now)
        if self._root is not None:
            if key_id != self._root.access_key_id:
                raise AwsError("UnrecognizedClientException", _INVALID_TOKEN, status=403)
            await _verify(request, credential, self._root.secret_access_key, now)
            return root_principal(DEFAULT_ACCOUNT, key_id)
        names_account = len(key_id) == 12 and key_id.isascii() and key_id.isdecimal()
        if not names_account and key_id != "test":
            return root_principal(DEFAULT_ACCOUNT, key_id, verified=False)
        await _verify(request, credential, DEVELOPMENT_SECRET, now)
        return root_principal(key_id if names_account else DEFAULT_ACCOUNT, key_id)

    async def _session(self, request: Request, credential: SignedCredential, service: str, now: float) -> Principal:
        try:
            session, own = self._sessions.read(credential.token or "")
        except InvalidToken:
            if self._development:
                return root_principal(DEFAULT_ACCOUNT, credential.access_key_id, verified=False)
            raise AwsError("UnrecognizedClientException", _INVALID_TOKEN, status=403) from None
        if own.access_key_id != credential.access_key_id:
            raise AwsError("UnrecognizedClientException", _INVALID_TOKEN, status=403)
        await _verify(request, credential, own.secret_access_key, now)
        if session.expires < now:
            message = "The security token included in the request is expired"
            raise AwsError("ExpiredTokenException", message, status=403)
        if service != "sts":  # GetCallerIdentity needs no permission; everything else does
            raise AwsError(
                "AccessDeniedException",
                f"User: {session.arn} is not authorized: Gatelet does not evaluate the policies of roles yet, so "
                "their sessions may call sts:GetCallerIdentity alone.",
                status=403,
            )
        return Principal(session.account, session.arn, f"AROA:{session.session_name}", session.access_key_id)


async def _verify(request: Request, credential: SignedCredential, secret: str, now: float) -> None:
    if len(request.body) > LARGE_BODY_BYTES:
        await asyncio.to_thread(verify, request, credential, secret, now)
    else:
        verify(request, credential, secret, now)
