"""What a web page in the user's browser can send must never reach the control plane (design section 1)."""

from __future__ import annotations

from typing import Any

from tests.walk import request


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
    import boto3
    import pytest
    from botocore.exceptions import ClientError

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
