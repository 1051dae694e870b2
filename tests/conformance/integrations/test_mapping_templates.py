"""Templates over a running Gatelet: the recorded facts of apigateway-mapping-templates, sections 1 to 9."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.conformance.gateway.world import Api, make_api, uri
from tests.conformance.integrations.mapped import EVENTS, JSON, add_mapped
from tests.walk import create_function

NULLS = (
    '{"body": $r, "nested": $r.nested, "isNull": #if($r == $null)"true"#else"false"#end, '
    '"isEmptyString": #if($r == "")"true"#else"false"#end}'
)
ALL_PARAMETERS = """#set($all = $input.params())
{ "params": {
#foreach($type in $all.keySet())
  #set($p = $all.get($type))
  "$type": {
    #foreach($n in $p.keySet())
    "$n": "$util.escapeJavaScript($p.get($n))"#if($foreach.hasNext),#end
    #end
  }#if($foreach.hasNext),#end
#end
} }"""
CONTEXT_DUMP = (
    '{"MessageBody": "{\\"context\\": {#foreach($k in $context.keySet())\\"$k\\": \\"$context.get($k)\\"'
    '#if($foreach.hasNext),#end#end}}"}'
)
STATUS_FROM_BODY = """#set($root = $input.path('$'))
#if($root.toString().contains("error"))#set($context.responseOverride.status = 400)#end
$input.json("$")"""
RESPONSES = {
    "whole": '#set($r=$input.path("$.json"))$r',
    "nested": '#set($r=$input.path("$.json"))$r.nested',
    "first": '#set($r=$input.path("$.json"))$r[0]',
    "string": '#set($r=$input.path("$.json"))$r.toString()',
    "nulls": '#set($r=$input.path("$.json"))' + NULLS,
    "json": '$input.json("$.json")',
    "status": STATUS_FROM_BODY,
    "overrides": "$context.requestOverride.path.body $context.responseOverride.custom",
}
"""Response templates: the function answers with the request's body."""

RAW = {
    "body": "$input.body",
    "form": "Action=SendMessage&MessageBody=$input.body",
    "encoded": ("EncodedBody=$util.urlEncode($input.body)&EncodedBodyAccess=$util.urlEncode($input.body.testAccess)"),
}
"""Rendered of bodies that need not be JSON: a header of the response shows the output."""

REQUESTS = {
    "users": '{"userId": "$input.params(\'userId\')"}',
    "parameters": ALL_PARAMETERS,
    "dump": CONTEXT_DUMP,
    "identity": '#set($i = $context.identity){"keys": "$i.keySet()", "caller": "$context.identity.caller", "s": "$i"}',
    "keys": '{"keys": "$context.keySet()", "request": "$context.requestOverride.keySet()"}',
    "variables": '{"a": "$stageVariables.table", "b": "${stageVariables[\'table\']}", "c": "$stageVariables.nope"}',
    "access": "#set($r=$input.body.testAccess)$r",
    "overrides": '#set($context.requestOverride.path.body = "p")#set($context["responseOverride"].custom = "c"){}',
    "loop": '{"n": "#foreach($i in [1..1001])$i#end"}',
    "broken": '{"a": #if(}',
    "unknown": '{"a": "$util.toJson($input.body)", "b": "$nope", "c": "$!nope"}',
}
"""Request templates: the function answers with the event."""


@pytest.fixture(scope="module")
def mapped(gatelet: Any) -> Api:
    """``/request/{name}`` maps requests, ``/response/{name}`` responses, ``/mock`` is a MOCK."""
    arn = create_function(gatelet, "gateway-events", EVENTS, Timeout=5)
    api = make_api(gatelet, "mapped", {}, ["gateway-events"])
    for name, template in REQUESTS.items():
        response = RESPONSES["overrides"] if name == "overrides" else None
        add_mapped(api, f"POST /request/{name}", request=template, response=response, **uri(arn))
    for name, template in RESPONSES.items():
        add_mapped(api, f"POST /response/{name}", response=template, **uri(arn))
    for name, template in RAW.items():
        header = f'#set($context.responseOverride.header.X-Raw = "{template}")'
        add_mapped(api, f"POST /raw/{name}", request=header + "{statusCode: 200}")
    scope = '{ #if($input.params(\'scope\') == "internal") "statusCode": 200 #else "statusCode": 500 #end }'
    patterns = {"200": {"selectionPattern": "200"}, "500": {"selectionPattern": "5\\d{2}"}}
    add_mapped(api, "GET /mock", request=scope, responses=patterns)
    add_mapped(api, "GET /status", request="#set($context.responseOverride.status = 444){statusCode: 200}")
    api.deploy(variables={"table": "users-prod"})
    return api


def post(api: Api, path: str, value: object) -> str:
    answer = api.send("POST", path, body=json.dumps(value).encode())
    return answer.body.decode()


def event(api: Api, name: str, query: str = "", body: bytes = b"{}") -> Any:
    """What the function got of a request template."""
    answer = api.send("POST", f"/request/{name}{query}", body=body)
    assert answer.status == 200, (answer.status, answer.body)
    return answer.json()


@pytest.mark.parametrize(
    ("name", "value", "output"),
    [
        ("whole", {"foo": "bar"}, "{foo=bar}"),
        ("whole", [{"foo": "bar"}], '[{"foo":"bar"}]'),
        ("whole", {"foo": [{"nested": "bar"}]}, '{foo=[{"nested":"bar"}]}'),
        ("whole", {"bigger": "dict", "to": "test", "with": "separators"}, "{bigger=dict, to=test, with=separators}"),
        ("nested", {"nested": {"foo": "bar"}}, "{foo=bar}"),
        ("nested", {"nested": [{"foo": "bar"}]}, '[{"foo":"bar"}]'),
        ("first", [{"foo": "bar"}], "{foo=bar}"),
        ("first", [[{"foo": "bar"}]], '[{"foo":"bar"}]'),
        ("string", {"foo": "bar"}, "{foo=bar}"),
        ("string", {"list": [{"foo": "bar"}]}, '{list=[{"foo":"bar"}]}'),
        ("nulls", [], '{"body": [], "nested": , "isNull": "false", "isEmptyString": "false"}'),
        ("nulls", None, '{"body": , "nested": , "isNull": "true", "isEmptyString": "true"}'),
        ("json", {"foo": "bar", "a": 1}, '{"foo":"bar","a":1}'),
        ("json", "#foobar123", '"#foobar123"'),
    ],
)
def test_values_print_as_recorded(mapped: Api, name: str, value: object, output: str) -> None:
    """Section 5."""
    assert post(mapped, f"/response/{name}", {"json": value}) == output


@pytest.mark.parametrize("body", [b"", b"{}"])
def test_a_missing_path_is_null(mapped: Api, body: bytes) -> None:
    """Section 5: renders empty, and equals both $null and the empty string."""
    answer = mapped.send("POST", "/response/nulls", body=body)
    assert answer.body == b'{"body": , "nested": , "isNull": "true", "isEmptyString": "true"}'
    assert mapped.send("POST", "/response/json", body=body).body == b'""'


@pytest.mark.parametrize(
    ("name", "body", "output"),
    [
        ("body", b"", "{}"),
        ("body", b'{"some": "value"}', '{"some": "value"}'),
        ("body", b"some raw data", "some raw data"),
        ("form", b"", "Action=SendMessage&MessageBody={}"),
        ("form", b"some raw data", "Action=SendMessage&MessageBody=some raw data"),
        ("encoded", b"", "EncodedBody=%7B%7D&EncodedBodyAccess="),
        ("encoded", b'{"some": "value"}', "EncodedBody=%7B%22some%22%3A+%22value%22%7D&EncodedBodyAccess="),
        ("encoded", b"some raw data", "EncodedBody=some+raw+data&EncodedBodyAccess="),
    ],
)
def test_raw_bodies(mapped: Api, name: str, body: bytes, output: str) -> None:
    """Section 5, the raw-body facts."""
    assert mapped.send("POST", f"/raw/{name}", body=body).header("X-Raw") == output


def test_a_property_of_the_body_is_nothing(mapped: Api) -> None:
    """Section 5: the backend gets an empty body, which Lambda takes as {}."""
    assert event(mapped, "access", body=b'{"testAccess": 1}') == {}


@pytest.mark.parametrize(("query", "user"), [("?userId=12345", "12345"), ("", ""), ("?userId=1&userId=2", "2")])
def test_the_tutorial_s_template(mapped: Api, query: str, user: str) -> None:
    """Section 9."""
    assert event(mapped, "users", query) == {"userId": user}


def test_all_parameters(mapped: Api) -> None:
    """Section 9, section 2: every map, and headers as the client spelled them."""
    answer = mapped.send("POST", "/request/parameters?a=%22&b=2", [("x-Test", "1"), ("TE", "trailers")], b"{}")
    params = answer.json()["params"]
    assert list(params) == ["path", "querystring", "header"]
    assert (params["path"], params["querystring"]) == ({}, {"a": '"', "b": "2"})
    assert params["header"]["x-Test"] == "1"
    assert "TE" not in params["header"]


def test_the_context_s_keys(mapped: Api) -> None:
    """Section 3, recorded in this order."""
    assert event(mapped, "keys") == {
        "keys": "[resourceId, resourcePath, httpMethod, extendedRequestId, requestTime, path, accountId, protocol, "
        "requestOverride, stage, domainPrefix, requestTimeEpoch, requestId, identity, domainName, deploymentId, "
        "responseOverride, apiId]",
        "request": "[path, header, querystring]",
    }
    assert event(mapped, "identity") == {
        "keys": "[cognitoIdentityPoolId, accountId, cognitoIdentityId, caller, sourceIp, principalOrgId, accessKey, "
        "cognitoAuthenticationType, cognitoAuthenticationProvider, userArn, userAgent, user]",
        "caller": "",
        "s": "",
    }


def test_a_dump_of_the_context(mapped: Api) -> None:
    """Section 9: one line, with JSON inside a JSON string."""
    context = json.loads(event(mapped, "dump")["MessageBody"])["context"]
    assert (context["httpMethod"], context["stage"], context["apiId"]) == ("POST", "prod", mapped.id)
    assert (context["identity"], context["requestOverride"]) == ("", "")


def test_stage_variables(mapped: Api) -> None:
    """Section 3."""
    assert event(mapped, "variables") == {"a": "users-prod", "b": "users-prod", "c": ""}


def test_what_is_unknown(mapped: Api) -> None:
    """Section 4 (functions of AppSync stay unrendered) and section 5 (unknown references)."""
    assert event(mapped, "unknown") == {"a": "$util.toJson($input.body)", "b": "$nope", "c": ""}


def test_the_response_template_sees_what_the_request_template_set(mapped: Api) -> None:
    """Section 3, recorded."""
    assert post(mapped, "/request/overrides", {}) == "p c"


def test_the_status_can_come_from_the_body(mapped: Api) -> None:
    """Section 9."""
    assert mapped.send("POST", "/response/status", body=b'{"error": 1}').status == 400
    assert mapped.send("POST", "/response/status", body=b'{"ok": 1}').status == 200


def test_a_status_override_without_a_response_template(mapped: Api) -> None:
    """Section 3, recorded: 444, and the body empty."""
    answer = mapped.send("GET", "/status")
    assert (answer.status, answer.body) == (444, b"")


@pytest.mark.parametrize(("scope", "status"), [("internal", 200), ("public", 500)])
def test_mock_answers_what_the_template_says(mapped: Api, scope: str, status: int) -> None:
    """Section 9; data-plane 8.1: Content-Type, no trace id."""
    answer = mapped.send("GET", f"/mock?scope={scope}")
    assert (answer.status, answer.body) == (status, b"")
    assert (answer.header("Content-Type"), answer.header("X-Amzn-Trace-Id")) == (JSON, None)


@pytest.mark.parametrize(("name", "line"), [("loop", "1000 iterations [line 1, column"), ("broken", "[line 1, column")])
def test_failures_are_in_the_execution_log(
    mapped: Api, wait_for_line: Callable[[Api, str], str], name: str, line: str
) -> None:
    """Section 1: 500 for the client, the place for the owner."""
    answer = mapped.send("POST", f"/request/{name}", body=b"{}")
    assert (answer.status, answer.body) == (500, b'{"message": "Internal server error"}')
    told = wait_for_line(mapped, f"({answer.header('x-amzn-RequestId')}) Execution failed")
    assert "configuration error: Unable to transform request: " in told
    assert line in told
