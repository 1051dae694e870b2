"""What a web page in the user's browser can send must never reach the control plane (design section 1)."""

from __future__ import annotations

import re
from typing import Any

import boto3
import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from tests.walk import create_function, request


def test_an_unsigned_call_is_refused(gatelet: Any) -> None:
    """identity 1.3: no auth at all."""
    for path in ("/restapis", "/2015-03-31/functions", "/"):
        answer = request(f"{gatelet.endpoint}{path}")
        assert answer.status == 403
        assert b"Missing Authentication Token" in answer.body or b"MissingAuthenticationToken" in answer.body


def test_a_form_post_from_another_site_is_refused(gatelet: Any) -> None:
    answer = request(
        f"{gatelet.endpoint}/",
        "POST",
        b"Action=CreateRole&Version=2010-05-08&RoleName=evil&AssumeRolePolicyDocument=%7B%7D",
        {"Content-Type": "application/x-www-form-urlencoded", "Origin": "https://evil.example"},
    )
    assert answer.status == 403


def test_even_a_signed_looking_call_from_another_site_is_refused(gatelet: Any) -> None:
    credential = (
        "AWS4-HMAC-SHA256 Credential=any/20250101/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=0"
    )
    headers = {"Authorization": credential, "Origin": "https://evil.example"}
    answer = request(f"{gatelet.endpoint}/2015-03-31/functions", headers=headers)
    assert answer.status == 403
    assert b"foreign" in answer.body


def test_a_rebound_name_is_refused(gatelet: Any) -> None:
    for path in ("/restapis", "/health", "/_aws/execute-api/abc/prod/"):
        answer = request(f"{gatelet.endpoint}{path}", headers={"Host": "rebound.example.org"})
        assert answer.status == 403


def test_a_known_key_with_a_wrong_secret_is_refused(gatelet: Any) -> None:
    """design 1: the signatures of `test` and of 12-digit keys verify, in the development mode too."""
    for key in ("test", "123456789012"):
        client = boto3.session.Session().client(
            "lambda",
            region_name="us-east-1",
            endpoint_url=gatelet.endpoint,
            aws_access_key_id=key,
            aws_secret_access_key="wrong",
        )
        with pytest.raises(ClientError, match="InvalidSignatureException"):
            client.list_functions()
    unknown = boto3.session.Session().client(
        "sts",
        region_name="us-east-1",
        endpoint_url=gatelet.endpoint,
        aws_access_key_id="AKIAANYTHING",
        aws_secret_access_key="any",
    )
    assert unknown.get_caller_identity()["Arn"] == "arn:aws:iam::000000000000:root"


def _presigned(gatelet: Any, key_id: str, secret: str, action: str) -> str:
    """What anybody can make: the development mode's keys are published."""
    request = AWSRequest("GET", f"{gatelet.endpoint}/?{action}&Version=2010-05-08")
    SigV4QueryAuth(Credentials(key_id, secret), "iam", "us-east-1").add_auth(request)
    return str(request.prepare().url)


@pytest.mark.parametrize(("key_id", "secret"), [("test", "test"), ("AKIAANYTHING", "any")])
def test_an_image_with_a_presigned_address_changes_nothing(gatelet: Any, key_id: str, secret: str) -> None:
    """`<img src="http://localhost:4566/?Action=CreateRole&...&X-Amz-Signature=...">` sends no Origin."""
    roles = gatelet.client("iam")
    before = [role["RoleName"] for role in roles.list_roles()["Roles"]]
    action = "Action=CreateRole&RoleName=evil&AssumeRolePolicyDocument=%7B%22Statement%22%3A%5B%5D%7D"
    url = _presigned(gatelet, key_id, secret, action)
    for site, mode in (("cross-site", "no-cors"), ("same-site", "no-cors"), ("none", "navigate")):
        answer = request(url, headers={"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode})
        assert answer.status == 403
    assert [role["RoleName"] for role in roles.list_roles()["Roles"]] == before
    # The same address works for a client that is no page.
    assert request(_presigned(gatelet, key_id, secret, "Action=ListRoles")).status == 200


@pytest.mark.parametrize("origin", ["null", "https://evil.example", "http://localhost:1", "file://", ""])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
def test_no_foreign_origin_is_answered(gatelet: Any, origin: str, method: str) -> None:
    for path in ("/restapis", "/", "/2015-03-31/functions/x/invocations", "/health", "/_gatelet/code/a/b/c"):
        answer = request(
            f"{gatelet.endpoint}{path}", method, headers={"Origin": origin, "X-Amz-Target": "Logs_20140328.X"}
        )
        assert answer.status == 403
        assert not [name for name, _ in answer.headers if name.lower().startswith("access-control-")]


def test_a_preflight_allows_nothing(gatelet: Any) -> None:
    asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,x-amz-target,content-type",
        "Access-Control-Request-Private-Network": "true",
    }
    for path in ("/", "/restapis", "/2015-03-31/functions", "/health", "/_gatelet/code/a/b/c"):
        for origin in ("https://evil.example", gatelet.endpoint):
            answer = request(f"{gatelet.endpoint}{path}", "OPTIONS", headers={"Origin": origin, **asked})
            assert answer.status in {403, 405}
            assert not [name for name, _ in answer.headers if name.lower().startswith("access-control-")]


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1.nip.io",
        "localhost.evil.example",
        "localhost:4566.evil.example",
        "[::1].evil.example",
        "evil@localhost",
        "ec2-203-0-113-1.compute-1.amazonaws.com",
        "a.execute-api.evil.example",
        "x.localhost.localstack.cloud.evil.example",
        "2130706433",
        "0x7f.1",
    ],
)
def test_no_name_but_ours(gatelet: Any, host: str) -> None:
    """DNS rebinding: the attacker's name means this machine, the browser believes it is the attacker's site."""
    for path in ("/restapis", "/health", "/_aws/execute-api/abc/prod/"):
        answer = request(f"{gatelet.endpoint}{path}", headers={"Host": host})
        assert answer.status in {400, 403}


def test_the_code_of_a_function_needs_its_signed_address(gatelet: Any) -> None:
    """lambda-control-plane 4: who has the address may download those bytes for ten minutes, nobody else."""
    create_function(gatelet, "downloaded", "def lambda_handler(event, context): return 1")
    url = gatelet.client("lambda").get_function(FunctionName="downloaded")["Code"]["Location"]
    answer = request(url)
    assert answer.status == 200
    assert answer.body.startswith(b"PK")
    assert answer.header("Content-Disposition") == "attachment"
    assert answer.header("X-Content-Type-Options") == "nosniff"
    assert request(url, "HEAD").body == b""
    page, _, query = url.partition("?")
    spoiled = [
        page,
        f"{page}?{query.replace('Signature=', 'Signature=0')}",
        f"{page}?{re.sub('Expires=[0-9]+', 'Expires=99999999999', query)}",
        f"{page}?{re.sub('Code=[^&]+', 'Code=..%2F..%2Fstate.db', query)}",
        f"{page}x?{query}",
        f"{gatelet.endpoint}/_gatelet/code/../../state.db?{query}",
        f"{gatelet.endpoint}/_gatelet/code/%2e%2e/%2e%2e/state.db?{query}",
        f"{gatelet.endpoint}/_gatelet/code/?{query}",
    ]
    for url in spoiled:
        assert request(url).status == 403
    for method in ("POST", "PUT", "DELETE"):
        assert request(f"{page}?{query}", method).status == 405
