"""Function URLs over HTTP: lambda-execution section 11."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.walk import Answer, create_function, request

SOURCE = """
import json, time
def lambda_handler(event, context):
    wanted = event.get("queryStringParameters", {}).get("do")
    if wanted == "fail":
        raise ValueError("as told")
    if wanted == "exit":
        import os
        os._exit(1)
    if wanted == "nonsense":
        return {"statusCode": "x"}
    if wanted == "text":
        return "hello"
    if wanted == "split":
        return {"statusCode": 200, "headers": {"X-Bad": "a\\r\\nX-Evil: 1"}}
    if wanted == "colon":
        return {"statusCode": 200, "headers": {"X-Evil: 1": "a"}}
    if wanted == "whole":
        return {"statusCode": 201, "headers": {"X-Own": "1", "Access-Control-Allow-Origin": "own", "Date": "mine"},
                "cookies": ["a=1", "b=2"], "body": "aGk=", "isBase64Encoded": True}
    return {"event": event, "request_id": context.aws_request_id, "arn": context.invoked_function_arn}
"""
PUBLIC: tuple[dict[str, Any], ...] = (
    {"StatementId": "url", "Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "NONE"},
    {"StatementId": "via", "Action": "lambda:InvokeFunction", "InvokedViaFunctionUrl": True},
)


def make_public(client: Any, name: str, **more: Any) -> None:
    for statement in PUBLIC:
        client.add_permission(FunctionName=name, Principal="*", **statement, **more)


@pytest.fixture(scope="module")
def client(gatelet: Any) -> Any:
    create_function(gatelet, "with-url", SOURCE)
    client = gatelet.client("lambda")
    make_public(client, "with-url")
    return client


@pytest.fixture(scope="module")
def url(client: Any) -> str:
    made: str = client.create_function_url_config(FunctionName="with-url", AuthType="NONE")["FunctionUrl"]
    return made


def test_the_url_answers_as_it_is_given(url: str) -> None:
    answer = request(f"{url}a%2Fb?x=1", "POST", b'{"b": 1}', {"Content-Type": "application/json", "Cookie": "c=1"})
    assert answer.status == 200
    shown = answer.json()
    event = shown["event"]
    assert (event["version"], event["rawPath"], event["rawQueryString"]) == ("2.0", "/a%2Fb", "x=1")
    assert (event["body"], event["cookies"], event["isBase64Encoded"]) == ('{"b": 1}', ["c=1"], False)
    context = event["requestContext"]
    assert context["http"]["sourceIp"] == "127.0.0.1"
    assert context["domainName"] == f"{context['apiId']}.lambda-url.us-east-1.on.aws"
    assert answer.header("x-amzn-RequestId") == shown["request_id"] == context["requestId"]
    assert answer.header("Content-Type") == "application/json"
    assert shown["arn"].endswith(":function:with-url")


@pytest.mark.parametrize("suffix", ["on.aws", "localhost"])
def test_the_host_forms_answer(gatelet: Any, url: str, suffix: str) -> None:
    host = f"{url.rstrip('/').rpartition('/')[2]}.lambda-url.us-east-1.{suffix}"
    answer = request(f"{gatelet.endpoint}/x", headers={"Host": host})
    assert (answer.status, answer.json()["event"]["requestContext"]["domainName"]) == (200, host)


def test_a_whole_response(url: str) -> None:
    answer = request(f"{url}?do=whole")
    assert (answer.status, answer.body) == (201, b"hi")
    assert [value for name, value in answer.headers if name == "Set-Cookie"] == ["a=1", "b=2"]
    assert answer.header("X-Own") == "1"
    assert answer.header("Access-Control-Allow-Origin") == "own"


def test_an_answer_without_a_status(url: str) -> None:
    answer = request(f"{url}?do=text")
    assert (answer.status, answer.body, answer.header("Content-Type")) == (200, b"hello", "application/json")


@pytest.mark.parametrize("what", ["fail", "exit", "nonsense", "split", "colon"])
def test_failures_are_502(url: str, what: str) -> None:
    answer = request(f"{url}?do={what}")
    assert (answer.status, answer.body) == (502, b"Internal Server Error")
    assert answer.header("X-Evil") is None


def test_a_request_over_six_megabytes(url: str) -> None:
    answer = request(url, "POST", b"x" * 6_291_457)
    assert (answer.status, answer.header("x-amzn-ErrorType")) == (413, "RequestEntityTooLargeException")


def test_no_concurrency_is_429(client: Any, url: str) -> None:
    client.put_function_concurrency(FunctionName="with-url", ReservedConcurrentExecutions=0)
    answer = request(url)
    client.delete_function_concurrency(FunctionName="with-url")
    assert (answer.status, answer.header("x-amzn-ErrorType")) == (429, "TooManyRequestsException")


def refused(answer: Answer, message: str | None) -> bool:
    assert answer.header("x-amzn-ErrorType") == "AccessDeniedException"
    return (answer.status, answer.json()) == (403, {"Message": message})


FORBIDDEN = (
    "Forbidden. For troubleshooting Function URL authorization issues, see: "
    "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"
)


def test_an_unknown_url(gatelet: Any) -> None:
    assert refused(request(f"{gatelet.endpoint}/_aws/lambda-url/{'a' * 32}/"), None)


def test_public_access_takes_both_permissions(gatelet: Any) -> None:
    create_function(gatelet, "private", SOURCE)
    client = gatelet.client("lambda")
    url = client.create_function_url_config(FunctionName="private", AuthType="NONE")["FunctionUrl"]
    assert refused(request(url), FORBIDDEN)
    for statement, status in zip(PUBLIC, (403, 200), strict=True):
        client.add_permission(FunctionName="private", Principal="*", **statement)
        assert request(url).status == status
    client.update_function_url_config(FunctionName="private", AuthType="AWS_IAM")
    assert refused(request(url), FORBIDDEN), "unsigned"
    client.delete_function_url_config(FunctionName="private")
    assert refused(request(url), None)


def test_an_alias_has_a_url_and_a_policy_of_its_own(client: Any) -> None:
    version = client.publish_version(FunctionName="with-url")["Version"]
    client.create_alias(FunctionName="with-url", Name="live", FunctionVersion=version)
    url = client.create_function_url_config(FunctionName="with-url", Qualifier="live", AuthType="NONE")["FunctionUrl"]
    assert refused(request(url), FORBIDDEN)
    make_public(client, "with-url", Qualifier="live")
    assert request(url).json()["arn"].endswith(":function:with-url:live")
    client.delete_alias(FunctionName="with-url", Name="live")
    assert request(url).status == 403


def test_cors(gatelet: Any, client: Any) -> None:
    create_function(gatelet, "with-cors", SOURCE)
    make_public(client, "with-cors")
    site = "https://www.example.com"
    cors = {"AllowOrigins": [site], "AllowMethods": ["GET"], "AllowCredentials": True, "ExposeHeaders": ["X-Own"]}
    url = client.create_function_url_config(FunctionName="with-cors", AuthType="NONE", Cors=cors)["FunctionUrl"]
    preflight = request(url, "OPTIONS", headers={"Origin": site, "Access-Control-Request-Method": "GET"})
    assert (preflight.status, preflight.body) == (200, b"")
    assert preflight.header("Access-Control-Allow-Methods") == "GET"
    assert preflight.header("Access-Control-Allow-Credentials") == "true"
    foreign = request(url, "OPTIONS", headers={"Origin": "https://x.example", "Access-Control-Request-Method": "GET"})
    assert (foreign.status, foreign.header("Access-Control-Allow-Origin")) == (200, None)
    answer = request(f"{url}?do=whole", headers={"Origin": site})
    assert [v for n, v in answer.headers if n.lower() == "access-control-allow-origin"] == [site]
    assert answer.header("Access-Control-Expose-Headers") == "X-Own"
    plain = request(url, "OPTIONS")
    assert json.loads(plain.body)["event"]["requestContext"]["http"]["method"] == "OPTIONS"
