"""Signing a request with signature version 4: what Gatelet's own client sends (identity section 1.2)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from gatelet.aws.clock import amz_date
from gatelet.wire.authorization import ALGORITHM, Claim
from gatelet.wire.canonical import canonical_requests, headers_by_name
from gatelet.wire.sigv4 import TERMINATOR, signing_key, string_to_sign


@dataclass(frozen=True, slots=True)
class _Outgoing:
    method: str
    path: str
    query: str
    headers: list[tuple[str, str]]
    body: bytes


def sign(
    method: str,
    path: str,
    *,
    headers: Mapping[str, str],
    body: bytes,
    access_key_id: str,
    secret_access_key: str,
    region: str,
    service: str,
    now: float,
    query: str = "",
    session_token: str | None = None,
) -> dict[str, str]:
    """The headers, with ``X-Amz-Date``, ``X-Amz-Security-Token`` and ``Authorization`` added.

    ``path`` and ``query`` are as they will be sent (percent-encoded); ``headers`` must hold ``Host``, and
    all of them are signed. ``now`` is epoch seconds.
    """
    moment = amz_date(now)
    signed = {**headers, "X-Amz-Date": moment}
    if session_token is not None:
        signed["X-Amz-Security-Token"] = session_token
    names = tuple(sorted(name.lower() for name in signed))
    request = _Outgoing(method, path, query, list(signed.items()), body)
    scope = f"{moment[:8]}/{region}/{service}/{TERMINATOR}"
    claim = Claim(access_key_id, moment[:8], region, service, TERMINATOR, names, ";".join(names), scope)
    digest = hashlib.sha256(body).hexdigest()
    canonical = canonical_requests(request, headers_by_name(request), claim, digest)[0]
    key = signing_key(secret_access_key, moment[:8], region, service)
    signature = hmac.digest(key, string_to_sign(moment, scope, canonical.encode()), "sha256").hex()
    signed["Authorization"] = (
        f"{ALGORITHM} Credential={access_key_id}/{scope}, SignedHeaders={claim.names}, Signature={signature}"
    )
    return signed
