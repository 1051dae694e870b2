"""SigV4 (identity 1): what botocore signs is accepted, whatever is changed afterwards is refused."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from urllib.parse import quote

import pytest
from botocore import auth
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.unit.wire.client import Sent
from tests.unit.wire.signed import (
    DATE,
    HEADERS,
    KEY_ID,
    LONG,
    NAMES,
    NOW,
    PATHS,
    QUERIES,
    SECRET,
    SERVICES,
    check,
    refusal,
    signed,
)

from gatelet.aws.errors import AwsError, NotSupported
from gatelet.wire import sigv4
from gatelet.wire.signing_key import SigningKey

DOTS = re.compile(r"/\.\.?(?:/|$)")


@given(SERVICES, st.sampled_from(["GET", "POST", "PUT"]), PATHS, QUERIES, HEADERS, st.binary(max_size=20))
def test_whatever_botocore_signs_is_accepted(
    service: str, method: str, path: str, query: str, headers: dict[str, str], body: bytes
) -> None:
    assume(service != "execute-api" or not DOTS.search(path))  # it does not resolve them, botocore does
    url = f"http://localhost:4566{path}" + (f"?{query}" if query else "")
    request = signed(service=service, method=method, url=url, headers=headers, body=body)
    credential = check(request)
    assert (credential.claim.access_key_id, credential.claim.region, credential.claim.service) == (
        KEY_ID,
        "eu-west-1",
        service,
    )
    assert not credential.presigned


@given(SERVICES, PATHS, st.dictionaries(NAMES, NAMES, max_size=4), st.none() | st.just("token/+="))
def test_whatever_botocore_presigns_is_accepted(
    service: str, path: str, pairs: dict[str, str], token: str | None
) -> None:
    assume(service != "execute-api" or not DOTS.search(path))
    query = "&".join(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in pairs.items())
    url = f"http://localhost:4566{path}" + (f"?{query}" if query else "")
    request = signed(auth.SigV4QueryAuth, service=service, url=url, token=token, expires=60)
    credential = check(request)
    assert (credential.presigned, credential.expires, credential.token) == (True, 60, token)


@given(PATHS, QUERIES, st.binary(max_size=20))
def test_s3_signs_the_path_once(path: str, query: str, body: bytes) -> None:
    url = f"http://localhost:4566{path}" + (f"?{query}" if query else "")
    check(signed(auth.S3SigV4Auth, service="s3", method="PUT", url=url, body=body))
    check(signed(auth.S3SigV4QueryAuth, service="s3", url=f"http://localhost:4566{path}", expires=60))


@given(PATHS, st.data())
def test_any_change_of_what_is_signed_is_refused(path: str, data: st.DataObject) -> None:
    request = signed(
        method="POST",
        url=f"http://localhost:4566{path}?a=1&b=2",
        body=b'{"name": "x"}',
        headers={"X-Amz-Target": "T", "Content-Type": "application/json"},
        token="session",
    )
    check(request)
    change = data.draw(st.sampled_from(["method", "path", "query", "body", "header", "drop", "more", "signature"]))
    if change == "method":
        request.method = "PUT"
    elif change == "path":
        request.path += "x"
    elif change == "query":
        request.query = data.draw(
            st.sampled_from(["a=1", "a=1&b=3", "a=1&b=2&c=", "a=1&b=2&X-Amz-Signature=x", "", "a=1&b=2&a=1", "A=1&b=2"])
        )
    elif change == "body":
        request.body = data.draw(st.sampled_from([b"", b'{"name": "y"}', request.body + b" "]))
    elif change == "signature":
        request.headers = [
            (k, v[:-1] + ("0" if v[-1] != "0" else "1") if k == "Authorization" else v) for k, v in request.headers
        ]
    else:
        names = [k for k, _ in request.headers if k.lower() in ("x-amz-target", "content-type", "host", "x-amz-date")]
        names.append("X-Amz-Security-Token")
        name = data.draw(st.sampled_from(names))
        if change == "header":
            request.headers = [(k, "20251125T022655Z" if k == name else v) for k, v in request.headers]
        elif change == "drop":
            request.headers = [(k, v) for k, v in request.headers if k != name or name == "X-Amz-Date"]
            request.headers = [(k, v + "Z" if k == "X-Amz-Date" == name else v) for k, v in request.headers]
        else:
            request.headers = [*request.headers, (name, "more")]
    refusal(request)


@pytest.mark.parametrize("change", ["X-Amz-Expires=61", "X-Amz-SignedHeaders=host%3Bx", "X-Amz-Date=20251125T022655Z"])
def test_a_changed_presigned_query_is_refused(change: str) -> None:
    request = signed(auth.SigV4QueryAuth, expires=60)
    name = change.partition("=")[0]
    request.query = "&".join(change if part.startswith(name) else part for part in request.query.split("&"))
    assert refusal(request).code == "InvalidSignatureException"


def test_another_secret_is_refused_in_aws_words() -> None:
    """identity 1.3, "wrong signature"; the status is the protocol's matter."""
    error = refusal(signed(), secret="another")
    assert (error.code, error.message, error.status) == ("InvalidSignatureException", LONG, None)


def test_a_key_verifies_what_its_scope_signed() -> None:
    request = signed(service="execute-api")
    credential = sigv4.credential_of(request)
    assert credential is not None
    key, other = (SigningKey(SECRET, "20251125", "eu-west-1", service) for service in ("execute-api", "iam"))
    for _ in range(2):
        sigv4.verify(credential, key, NOW)
    with pytest.raises(AwsError):
        sigv4.verify(credential, other, NOW)


def test_the_path_is_signed_as_the_service_takes_it() -> None:
    """identity 1.2: S3 takes it encoded once, all others the encoded path encoded again."""
    url = "http://localhost:4566/prod/a%20b%2Fc"
    for service in ("execute-api", "apigateway"):
        check(signed(service=service, url=url))
        refusal(signed(auth.S3SigV4Auth, service=service, url=url))
    check(signed(auth.S3SigV4Auth, service="s3", url=url))
    refusal(signed(service="s3", url=url))


@pytest.mark.parametrize("path", ["/a/../b", "/b/.", "/b/x/..", "/./b", "/../b", "/a/..//b", "/b/./"])
def test_execute_api_does_not_resolve_dots(path: str) -> None:
    """A signature of ``/b`` is none of a path whose dots another reader may resolve; other services resolve them."""
    for service, resolves in (("execute-api", False), ("apigateway", True)):
        request = signed(service=service, url="http://localhost:4566/b" + ("/" if path.endswith("/") else ""))
        request.path = path
        if resolves:
            check(request)
        else:
            refusal(request)
    check(signed(auth.S3SigV4Auth, service="execute-api", url=f"http://localhost:4566{path}"))


def test_execute_api_takes_doubled_slashes_as_sent_and_as_signers_write_them() -> None:
    """identity 1.2: signers collapse them; S3's do not."""
    url = "http://localhost:4566//prod//a"
    check(signed(service="execute-api", url=url))
    check(signed(auth.S3SigV4Auth, service="execute-api", url=url))


@pytest.mark.parametrize(("signed_for", "sent"), [("/a/b", "/a%2Fb"), ("/a b", "/a%20b"), ("/a%20b", "/a%2520b")])
def test_a_signature_of_one_spelling_is_none_of_another(signed_for: str, sent: str) -> None:
    request = signed(service="execute-api", url=f"http://localhost:4566{signed_for}")
    request.path = sent
    refusal(request)


def test_a_client_that_sends_a_raw_query_but_signs_it_encoded_is_accepted() -> None:
    """identity 1.2: names and values are signed as RFC 3986 encodes them."""
    request = signed(url="http://localhost:4566/tags?tagKeys=a%3Ab%2Cc")
    request.query = "tagKeys=a:b,c"
    check(request)


def test_unsigned_payload_is_the_signers_choice() -> None:
    request = signed(method="POST", body=b"one", headers={"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"})
    check(replace(request, body=b"two"))


def test_a_named_hash_must_be_the_bodys() -> None:
    digest = hashlib.sha256(b"one").hexdigest()
    request = signed(method="POST", body=b"one", headers={"X-Amz-Content-SHA256": digest})
    check(request)
    assert refusal(replace(request, body=b"two")).message == LONG


def test_chunk_signatures_are_refused_loudly() -> None:
    headers = {"X-Amz-Content-SHA256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"}
    request = signed(method="PUT", service="s3", body=b"x", headers=headers)
    with pytest.raises(NotSupported, match="STREAMING-AWS4-HMAC-SHA256-PAYLOAD"):
        check(request)


def test_the_date_header_serves_where_x_amz_date_is_missing() -> None:
    """identity 1.1: fallback ``Date`` (RFC 1123)."""
    request = signed(headers={"Date": "anything"})
    assert not [name for name, _ in request.headers if name == "X-Amz-Date"]
    assert check(request).amz_date == DATE


@pytest.mark.parametrize(
    ("now", "message"),
    [
        (300, None),
        (301, f"Signature expired: {DATE} is now earlier than 20251125T022655Z (20251125T023155Z - 5 min.)"),
        (-300, None),
        (-301, f"Signature not yet current: {DATE} is still later than 20251125T022653Z (20251125T022153Z + 5 min.)"),
    ],
)
def test_the_clock_may_be_off_by_five_minutes(now: int, message: str | None) -> None:
    """identity 1.2 (skew) and 1.3 (texts)."""
    request = signed()
    if message is None:
        check(request, now=NOW + now)
    else:
        error = refusal(request, now=NOW + now)
        assert (error.code, error.message) == ("InvalidSignatureException", message)


def test_a_presigned_request_lives_as_long_as_it_says() -> None:
    request = signed(auth.SigV4QueryAuth, expires=3600)
    check(request, now=NOW + 3600)
    error = refusal(request, now=NOW + 3601)
    assert (
        error.message == f"Signature expired: {DATE} is now earlier than 20251125T022655Z (20251125T032655Z - 60 min.)"
    )


def with_authorization(value: str, **headers: str) -> Sent:
    return Sent(headers=[("Host", "localhost"), *headers.items(), ("Authorization", value)])


GOOD = f"AWS4-HMAC-SHA256 Credential={KEY_ID}/20251125/eu-west-1/iam/aws4_request, SignedHeaders=host, Signature=00"
AMZ = {"X-Amz-Date": DATE}


@pytest.mark.parametrize(
    ("header", "headers", "message"),
    [
        (
            "AWS4-HMAC-SHA256",
            {},
            (
                "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' "
                "parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires "
                "existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-HMAC-SHA256"
            ),
        ),
        (
            "Bearer abc",
            AMZ,
            "'abc' not a valid key=value pair (missing equal-sign) in Authorization header: 'Bearer abc'.",
        ),
        (GOOD.replace("AWS4-HMAC", "AWS4-ECDSA-P256"), AMZ, "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'."),
        (
            GOOD.replace("/iam/", "/"),
            AMZ,
            (
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, "
                f"got '{KEY_ID}/20251125/eu-west-1/aws4_request'"
            ),
        ),
        (
            GOOD,
            {"X-Amz-Date": "yesterday"},
            "Date must be in ISO-8601 'basic format'. Got 'yesterday'. See http://en.wikipedia.org/wiki/ISO_8601",
        ),
        (
            GOOD,
            {"Date": "yesterday"},
            "Date must be in ISO-8601 'basic format'. Got 'yesterday'. See http://en.wikipedia.org/wiki/ISO_8601",
        ),
    ],
)
def test_a_malformed_authorization_is_incomplete(header: str, headers: dict[str, str], message: str) -> None:
    """identity 1.3, "Authorization incomplete" and "malformed pair"."""
    error = refusal(with_authorization(header, **headers))
    assert (error.code, error.message) == ("IncompleteSignatureException", message)


def test_execute_api_hashes_the_malformed_header() -> None:
    """identity 1.3: execute-api since about 2025."""
    error = refusal(with_authorization("Bearer abc"), hashed=True)
    assert error.message == (
        "Invalid key=value pair (missing equal-sign) in Authorization header "
        "(hashed with SHA-256 and encoded with Base64): 'w1Xc6WwWEogNEZQP/dkBTThsJT4MNlKmzQanIm970rY='."
    )


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (
            GOOD.replace("aws4_request", "x"),
            "Credential should be scoped with a valid terminator: 'aws4_request', not 'x'. ",
        ),
        (
            GOOD.replace("20251125/", "20251126/"),
            (
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
                f"'20251126' != '20251125', from '{DATE}'."
            ),
        ),
        (
            GOOD.replace("=host", "=x-amz-date"),
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
        ),
        (GOOD.replace("=host", "=host;absent"), LONG),
    ],
)
def test_an_inconsistent_credential_is_invalid(header: str, message: str) -> None:
    """identity 1.3, "wrong terminator/date"; 1.2, host must be signed."""
    error = refusal(with_authorization(header, **AMZ))
    assert (error.code, error.message) == ("InvalidSignatureException", message)


def test_a_token_beside_the_signature_is_refused() -> None:
    """identity 1.1: the session token must be signed."""
    request = signed()
    request.headers.append(("X-Amz-Security-Token", "smuggled"))
    assert "X-Amz-Security-Token" in str(refusal(request).message)


def test_s3_wants_every_amz_header_signed() -> None:
    """identity 1.2."""
    request = signed(auth.S3SigV4Auth, service="s3")
    request.headers.append(("X-Amz-Acl", "public-read"))
    error = refusal(request)
    assert (error.code, error.message) == (
        "AccessDeniedException",
        "There were headers present in the request which were not signed",
    )


@pytest.mark.parametrize("name", ["X-Amz-Algorithm", "X-Amz-Date", "X-Amz-SignedHeaders"])
def test_a_presigned_query_must_be_complete(name: str) -> None:
    request = signed(auth.SigV4QueryAuth, expires=60)
    request.query = "&".join(part for part in request.query.split("&") if not part.startswith(name))
    error = refusal(request)
    assert (error.code, error.message) == (
        "IncompleteSignatureException",
        f"AWS query-string parameters must include '{name}'. Re-examine the query-string parameters.",
    )


@pytest.mark.parametrize("expires", ["0", "604801", "-1", "x", "", "9" * 5000, "0000604800999"])
def test_a_presigned_query_lives_at_most_a_week(expires: str) -> None:
    request = signed(auth.SigV4QueryAuth, expires=60)
    request.query = request.query.replace("X-Amz-Expires=60", f"X-Amz-Expires={expires}")
    assert refusal(request).code == "IncompleteSignatureException"


def test_a_request_without_credentials_has_none() -> None:
    assert sigv4.credential_of(Sent(query="a=1")) is None
    error = sigv4.missing_token()
    assert (error.code, error.message) == ("MissingAuthenticationTokenException", "Missing Authentication Token")
    assert sigv4.missing_token(query_protocol=True).message == "Request is missing Authentication Token"
