"""Thousands of requests that botocore signs, drawn from one seed: all are accepted, and no changed one is.

Odd paths, queries with ``+``, ``%2F``, repeats and empty values, text that is not ASCII, header and presigned forms,
session tokens, unsigned payloads (identity sections 1.1 and 1.2).
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from typing import Any
from unittest.mock import patch
from urllib.parse import quote, urlsplit

import pytest
from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from tests.unit.wire.client import Sent, wire

from gatelet.aws.clock import utc
from gatelet.aws.errors import AwsError
from gatelet.wire import sigv4
from gatelet.wire.errors import Unauthenticated
from gatelet.wire.signing_key import SigningKey

NOW = 1_764_037_614.0
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
KEY_ID = "AKIAIOSFODNN7EXAMPLE"
SERVICES = ("apigateway", "lambda", "execute-api", "iam", "sts", "logs", "dynamodb")
PIECES = (
    "a",
    "B9",
    "%2F",
    "%20",
    "+",
    "é",
    "日本",
    "~",
    "-._",
    "=",
    ":",
    "@",
    "%25",
    ";",
    ",",
    "!",
    "'",
    "()",
    "*",
    "$",
)
BATCHES = 8
REQUESTS = 400


def _text(draw: random.Random, most: int) -> str:
    return "".join(draw.choices(PIECES, k=draw.randint(0, most)))


def _path(draw: random.Random) -> str:
    segments = [quote(_text(draw, 4), safe="%~+=:@;,!'()*$") for _ in range(draw.randint(0, 4))]
    return "/" + "/".join(segments)


def _query(draw: random.Random) -> str:
    names = [quote(_text(draw, 2) + "n", safe="%") for _ in range(draw.randint(0, 3))]
    pairs = [(name, quote(_text(draw, 3), safe="%")) for name in names for _ in range(draw.randint(1, 2))]
    draw.shuffle(pairs)
    return "&".join(f"{name}={value}" for name, value in pairs)


def _signed(draw: random.Random) -> Sent:
    """A request as botocore signs and sends it."""
    presigned, service = draw.random() < 0.3, draw.choice(SERVICES)
    query = _query(draw)
    if presigned:  # botocore decodes the query that it presigns: a name comes once there
        query = "&".join({part.partition("=")[0]: part for part in query.split("&")}.values()) if query else ""
    url = f"https://host.example:4566{_path(draw)}" + (f"?{query}" if query else "")
    headers = {"X-Amz-Target": "A.B", "X-Odd": f"  two   blanks {_ascii(draw)} "} if draw.random() < 0.5 else {}
    body = b"" if presigned else draw.randbytes(draw.randint(0, 40))
    if draw.random() < 0.2 and not presigned:
        headers["X-Amz-Content-SHA256"] = "UNSIGNED-PAYLOAD"
    request = AWSRequest(
        method="GET" if presigned else draw.choice(["GET", "POST", "PUT", "PATCH", "DELETE"]),
        url=url,
        data=body,
        headers=headers,
    )
    token = "".join(draw.choices(string.ascii_letters + "/+=", k=40)) if draw.random() < 0.4 else None
    signer: Any = auth.SigV4QueryAuth if presigned else auth.SigV4Auth
    options = {"expires": draw.randint(1, 604_800)} if presigned else {}
    with patch("botocore.auth.get_current_datetime", lambda: utc(NOW).replace(tzinfo=None)):
        signer(Credentials(KEY_ID, SECRET, token), service, "eu-west-1", **options).add_auth(request)
    sent = wire(request)
    if not any(name.lower() == "host" for name, _ in sent.headers):
        sent.headers.append(("Host", urlsplit(url).netloc))
    return sent


def _ascii(draw: random.Random) -> str:
    return "".join(draw.choices(string.ascii_letters + string.digits + ",;=/", k=5))


def _check(request: Sent) -> None:
    credential = sigv4.credential_of(request)
    assert credential is not None
    claim = credential.claim
    sigv4.verify(credential, SigningKey(SECRET, claim.date, claim.region, claim.service), NOW)


def _header(request: Sent, wanted: str, change: Callable[[str], str]) -> bool:
    changed = [(name, change(value) if name.lower() == wanted else value) for name, value in request.headers]
    different = changed != request.headers
    request.headers = changed
    return different


def _change(draw: random.Random, request: Sent) -> bool:
    """Change one thing that is signed; False if this request does not have it."""
    match draw.randrange(8):
        case 0:
            request.method = "HEAD"
        case 1:
            request.path += draw.choice(["x", "/x", "%20"])
        case 2:
            request.query += ("&" if request.query else "") + draw.choice(["x=", "n=1", "x"])
        case 3:
            if any(value == "UNSIGNED-PAYLOAD" for _, value in request.headers):
                return False
            request.body += b" "
        case 4:
            return _header(request, "host", lambda host: f"x{host}")
        case 5:
            return _header(request, "x-odd", lambda value: f"{value}x")
        case 6:
            return _header(request, "x-amz-security-token", lambda value: f"{value}x")
        case _:
            at = draw.randrange(64)
            flipped = draw.choice(list("0123456789abcdef"))
            before = (request.query, list(request.headers))
            request.query = _flip(request.query, "X-Amz-Signature=", at, flipped)
            _header(request, "authorization", lambda value: _flip(value, "Signature=", at, flipped))
            return before != (request.query, request.headers)
    return True


def _flip(text: str, before: str, at: int, digit: str) -> str:
    start = text.find(before)
    if start < 0:
        return text
    at += start + len(before)
    return text[:at] + digit + text[at + 1 :]


@pytest.mark.parametrize("batch", range(BATCHES))
def test_all_are_accepted_and_no_changed_one_is(batch: int) -> None:
    draw = random.Random(batch)
    changed = 0
    for _ in range(REQUESTS):
        request = _signed(draw)
        _check(request)
        if _change(draw, request):
            changed += 1
            with pytest.raises(AwsError) as caught:
                _check(request)
            assert isinstance(caught.value, Unauthenticated)
    assert changed > REQUESTS / 2
