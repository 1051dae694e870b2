"""Signing a request with signature version 4: what Gatelet's own client sends (identity section 1.2)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from gatelet.aws.clock import amz_date
from gatelet.wire.authorization import ALGORITHM, Claim
from gatelet.wire.canonical import canonical_requests
from gatelet.wire.signing_key import TERMINATOR, SigningKey
from gatelet.wire.sigv4 import string_to_sign


@dataclass(frozen=True, slots=True)
class _Outgoing:
    method: str
    path: str
    query: str
    headers: list[tuple[str, str]]
    values: Mapping[str, str]
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
    values = {name.lower(): value for name, value in signed.items()}
    names = tuple(sorted(values))
    request = _Outgoing(method, path, query, list(signed.items()), values, body)
    scope = f"{moment[:8]}/{region}/{service}/{TERMINATOR}"
    claim = Claim(access_key_id, moment[:8], region, service, TERMINATOR, names, ";".join(names), scope)
    digest = hashlib.sha256(body).hexdigest()
    canonical = canonical_requests(request, claim, digest)[0]
    key = SigningKey(secret_access_key, moment[:8], region, service)
    signature = key.sign(string_to_sign(moment, scope, canonical.encode()))
    signed["Authorization"] = (
        f"{ALGORITHM} Credential={access_key_id}/{scope}, SignedHeaders={claim.names}, Signature={signature}"
    )
    return signed
