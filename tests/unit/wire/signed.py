"""Requests as botocore signs them, and what is made of them."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch
from urllib.parse import quote, urlsplit

import pytest
from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import strategies as st
from tests.unit.wire.client import Sent, wire

from gatelet.aws.clock import utc
from gatelet.aws.errors import AwsError
from gatelet.wire import sigv4
from gatelet.wire.signing_key import SigningKey

NOW = 1_764_037_614.0
"""2025-11-25T02:26:54Z."""
DATE = "20251125T022654Z"
SECRET = "a/secret+with=odd characters"
KEY_ID = "AKIAIOSFODNN7EXAMPLE"
LONG = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
    "Key and signing method. Consult the service documentation for details."
)


def signed(
    signer: Any = auth.SigV4Auth,
    *,
    service: str = "apigateway",
    method: str = "GET",
    url: str = "http://localhost:4566/restapis",
    body: bytes = b"",
    headers: dict[str, str] | None = None,
    token: str | None = None,
    at: float = NOW,
    **options: Any,
) -> Sent:
    """The request as botocore signs and sends it."""
    request = AWSRequest(method=method, url=url, data=body, headers=headers or {})
    signing = signer(Credentials(KEY_ID, SECRET, token), service, "eu-west-1", **options)
    with patch("botocore.auth.get_current_datetime", lambda: utc(at).replace(tzinfo=None)):
        signing.add_auth(request)
    sent = wire(request)
    if not any(name.lower() == "host" for name, _ in sent.headers):
        sent.headers.append(("Host", urlsplit(url).netloc))  # the HTTP client adds it, as urllib3 does
    return sent


def check(request: Sent, *, secret: str = SECRET, now: float = NOW, hashed: bool = False) -> sigv4.SignedCredential:
    credential = sigv4.credential_of(request, hashed=hashed)
    assert credential is not None
    claim = credential.claim
    sigv4.verify(credential, SigningKey(secret, claim.date, claim.region, claim.service), now)
    return credential


def refusal(request: Sent, **options: Any) -> AwsError:
    with pytest.raises(AwsError) as caught:
        check(request, **options)
    return caught.value


PATHS = st.text(st.sampled_from("ab/.%~:@+ é&=;'()*!$,"), max_size=12).map(
    lambda text: "/" + quote(text, safe="/.~:@+&=;'()*!$,")
)
NAMES = st.text(st.sampled_from("aZ09-_.~ /+%&=é:[]*"), min_size=1, max_size=6)
PAIRS = st.lists(st.tuples(NAMES, NAMES | st.just("")), max_size=5)
QUERIES = PAIRS.map(lambda pairs: "&".join(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in pairs))
HEADERS = st.dictionaries(
    st.sampled_from(["X-Amz-Target", "Content-Type", "X-Amz-Meta-Tag", "Accept", "X-Custom"]),
    st.text(st.sampled_from('abc ,;=/+"é'), min_size=1, max_size=8).filter(lambda v: v.strip() == v),
)
SERVICES = st.sampled_from(["apigateway", "lambda", "execute-api", "iam", "logs"])
