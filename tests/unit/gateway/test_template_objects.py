"""``$input``, ``$context``, ``$stageVariables`` and ``$util`` over a whole request (apigateway-mapping-templates)."""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.unit.gateway.world import API, World, call, header, mapped

from gatelet.gateway.mapping.parameters import Body
from gatelet.gateway.method import Method, Misconfiguration, Resource
from gatelet.gateway.off_loop import Effort
from gatelet.gateway.parameters import RequestParameters
from gatelet.gateway.router import Route
from gatelet.gateway.template_objects import UTIL, Input
from gatelet.gateway.vtl import LimitExceeded, compile_template
from gatelet.http.request import Request
from gatelet.http.response import Response

KEYS = (
    "resourceId, resourcePath, httpMethod, extendedRequestId, requestTime, path, accountId, protocol, requestOverride, "
    "stage, domainPrefix, requestTimeEpoch, requestId, identity, domainName, deploymentId, responseOverride, apiId"
)
IDENTITY = (
    "cognitoIdentityPoolId, accountId, cognitoIdentityId, caller, sourceIp, principalOrgId, accessKey, "
    "cognitoAuthenticationType, cognitoAuthenticationProvider, userArn, userAgent, user"
)

NULLS = (
    '#set($r=$input.path("$.json")){"body": $r, "nested": $r.nested, "isNull": #if($r == $null)"true"#else"false"#end'
    ', "isEmptyString": #if($r == "")"true"#else"false"#end}'
)


def render(template: str, body: bytes = b"", path: str = "/users/42", **members: Any) -> str:
    """What a request template makes of a request: the event that the function is given, JSON or not."""
    world = World(
        {"/users/{id}": {"POST": mapped(request=template)}},
        echo,
        stage_members={"variables": {"table": "users-prod", "na-me": "x"}},
    )
    response = call(world, "POST", path, body=body, **members)
    assert response.status in (200, 400), world.log.lines
    payload: bytes = world.invoker.calls[0]["payload"]
    return payload.decode()


def echo(event: Any) -> Any:
    return event


@pytest.mark.parametrize(
    ("template", "body", "output"),
    [
        # Section 2 and the raw-body facts of section 5
        ("$input.body", "", "{}"),
        ("$input.body", "some raw data", "some raw data"),
        ('$input.body', '{"some": "value"}', '{"some": "value"}'),
        ("Action=SendMessage&MessageBody=$input.body", "", "Action=SendMessage&MessageBody={}"),
        ("[$input.body.testAccess]", '{"a": 1}', "[]"),
        (
            "EncodedBody=$util.urlEncode($input.body)&EncodedBodyAccess=$util.urlEncode($input.body.testAccess)",
            '{"some": "value"}',
            "EncodedBody=%7B%22some%22%3A+%22value%22%7D&EncodedBodyAccess=",
        ),
        (
            "EncodedBody=$util.urlEncode($input.body)&EncodedBodyAccess=$util.urlEncode($input.body.testAccess)",
            "some raw data",
            "EncodedBody=some+raw+data&EncodedBodyAccess=",
        ),
        ("$input.json('$')", '{"b": 1, "a": [true, null, 1.5]}', '{"b":1,"a":[true,null,1.5]}'),
        ("$input.json('$.m')", "{}", '""'),
        ("$input.json('$.m')", "no json", '""'),
        ("$input.json('$.m')", '{"m": "foobar"}', '"foobar"'),
        ("[$input.json('$.m').x]", '{"m": {"x": 1}}', "[]"),
        ("$input.json('$.n')", '{"n": 123456789012345678901234567890}', "123456789012345678901234567890"),
        ("[$input.path('$.m')]", "no json", "[]"),
        ("$input.path('$.things').size()", '{"things": [1, 2]}', "2"),
        ("$input.path('$..b')", '{"a": {"b": 1}, "c": [{"b": 2}]}', "[1,2]"),
        # Section 5
        ('#set($r=$input.path("$.json"))$r', '{"json": {"foo": [{"nested": "bar"}]}}', '{foo=[{"nested":"bar"}]}'),
        ('#set($r=$input.path("$.json"))$r.toString()', '{"json": {"l": [{"foo": "bar"}]}}', '{l=[{"foo":"bar"}]}'),
        (
            NULLS,
            '{"other": 1}',
            '{"body": , "nested": , "isNull": "true", "isEmptyString": "true"}',
        ),
        ("$input.path('$.n') $input.path('$.t')", '{"n": 249.99, "t": true}', "249.99 true"),
        ("[$nope][$!nope][$input.nope][$context.nope]", "", "[$nope][][][]"),
        # Section 3
        ("$context.keySet()", "", f"[{KEYS}]"),
        ("$context.identity.keySet()", "", f"[{IDENTITY}]"),
        ('"$context.identity.caller" "$context.identity"', "", '"" ""'),
        ('"$context.requestOverride" "$context.responseOverride"', "", '"" ""'),
        ("$context.requestOverride.keySet()", "", "[path, header, querystring]"),
        ("$context.responseOverride.keySet()", "", "[header]"),
        ("#foreach($k in $context.authorizer.keySet())$k#end.", "", "."),
        ("[$context.authorizer][$context.authorizer.claims.sub][$context.isCanaryRequest]", "", "[][][]"),
        (
            "$context.httpMethod $context.resourcePath $context.path $context.stage $context.apiId",
            "",
            f"POST /users/{{id}} /dev/users/42 dev {API}",
        ),
        ("$context.requestTimeEpoch $context.get('accountId')", "", "1767225599123 210987654321"),
        ('$context["identity"]["sourceIp"]', "", "203.0.113.7"),
        (
            "$stageVariables.table $stageVariables['na-me'] $stageVariables.get('table') [$stageVariables.nope]",
            "",
            "users-prod x users-prod []",
        ),
        # Section 4
        ("$util.escapeJavaScript('{\"foo\": 123}')", "", '{\\"foo\\": 123}'),
        ("$util.escapeJavaScript(12) $util.escapeJavaScript($none)", "", "12 null"),
        ("#set($o=$util.parseJson('{\"key2\": {\"arr\": [7]}}'))$o.key2.arr[0]", "", "7"),
        ("$util.urlDecode('x=a+b') $util.base64Decode($util.base64Encode('hé'))", "", "x=a b hé"),
        ("$util.toJson('x') $util.qr('x')", "", "$util.toJson('x') $util.qr('x')"),
        ("$input.getClass() $input.body.getClass() $context.getClass().forName('x')", "",
         "$input.getClass() $input.body.getClass() $context.getClass().forName('x')"),
    ],
)  # fmt: skip
def test_what_templates_see(template: str, body: str, output: str) -> None:
    assert render(template, body.encode()) == output


def test_parameters() -> None:
    """Section 2: path, then query string, then header; the last of several; names with their case."""
    headers = [("X-Test", "one"), ("X-Test", "two"), ("x-test", "three"), ("Expect", "no"), ("id", "header")]
    template = "$input.params('id')|$input.params('q')|$input.params('X-Test')|$input.params('x-test')|"
    template += "[$input.params('Expect')][$input.params('nope')]|$input.params().querystring|"
    template += "$input.params().path|$input.params().header.get('X-Test')|$input.params().keySet()"
    assert render(template, path="/users/a%2Fb", query="q=a+b&q=c%2B&id=query", headers=headers) == (
        "a/b|c+|two|three|[][]|{q=c+, id=query}|{id=a/b}|two|[path, querystring, header]"
    )


def test_all_parameters_as_aws_shows_it() -> None:
    """Section 9, the first template."""
    template = """#set($all = $input.params())
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
    output = json.loads(render(template, query="a=%22&b=2"))
    assert output["params"]["path"] == {"id": "42"}
    assert output["params"]["querystring"] == {"a": '"', "b": "2"}
    assert output["params"]["header"]["X-Forwarded-For"] == "203.0.113.7"


@pytest.mark.parametrize(
    "template",
    [
        "$input.path('$[')",
        "$input.path(1)",
        "$util.parseJson('{')",
        "$util.base64Decode('%')",
        "#foreach($i in [1..2000])x#end",
        "#set($x = $",
        "#parse('x')",
    ],
)
def test_templates_that_fail(template: str) -> None:
    """Section 1: 500, and a line in the execution log that says where."""
    world = World({"/users": {"POST": mapped(request=f"\n {template}")}})
    response = call(world, "POST")
    assert (response.status, response.body) == (500, b'{"message": "Internal server error"}')
    assert header(response, "x-amzn-ErrorType") == "InternalServerErrorException"
    assert world.log.lines[0].startswith("Execution failed due to configuration error: Unable to transform request: ")
    assert "[line 2, column " in world.log.lines[0]


def test_a_large_body_is_rendered_in_a_thread() -> None:
    body = json.dumps({"items": list(range(20_000))}).encode()
    assert render("$input.path('$.items').size()", body) == "20000"


def test_heavy_work_starts_again_in_a_thread() -> None:
    """What a first, short attempt has set is not set twice."""
    loop = "#foreach($i in [1..900])#set($s = $s + $i)#set($s = $s + $i)#set($s = $s + $i)#set($s = $s + $i)#end"
    template = f"#set($s = 0)#set($context.requestOverride.header.X = 'v'){loop}$s"
    assert render(template) == str(4 * 900 * 901 // 2)


def test_the_loop_goes_on_meanwhile() -> None:
    """While a template does much of the work that it may do, others are served."""
    heavy = "#foreach($i in [1..300])#foreach($j in [1..200])#set($s = $i * $j)#end#end"
    world = World(
        {
            "/heavy": {"POST": mapped(request=f'{heavy}{{"a":1}}')},
            "/light": {"POST": mapped(request='{"a": $input.json("$.a")}')},
        },
        echo,
    )

    async def run() -> tuple[Response, Response, bool]:
        await world.live.start()
        running = asyncio.create_task(world.call("POST", "/heavy"))
        await asyncio.sleep(0)
        light = await world.call("POST", "/light", body=b'{"a": 2}')
        done = running.done()
        return await running, light, done

    response, light, done = asyncio.run(run())
    assert (response.status, light.body, done) == (200, b'{"a": 2}', False)


@pytest.mark.parametrize(
    "body_of_loop",
    ["#set($x = $input.path('$..a'))", "#set($x = $input.json('$'))", "#set($x = $util.parseJson($input.body))"],
)
def test_what_reads_a_document_again_and_again_leaves_the_loop(body_of_loop: str) -> None:
    """Few steps of a template, much work: it counts by the document, and is done in a thread."""
    body = json.dumps({"a": [{"a": index} for index in range(1_000)]})
    work = rendering(f"#foreach($i in [1..500]){body_of_loop}#end", body)
    with pytest.raises(LimitExceeded):
        work(Effort.LITTLE)


def rendering(template: str, body: str) -> Callable[[Effort], str]:
    compiled = compile_template(template)
    return lambda effort: compiled.render(
        {"input": Input(Body(body), parameters(), effort), "util": UTIL}, effort.limits
    )


def parameters() -> RequestParameters:
    resource, method = Resource("r0", "/"), Method("GET", Misconfiguration(""), "", b"")
    return RequestParameters(Request.of("GET", "/", "", [], b"", "203.0.113.7"), Route(resource, method), dict)


def test_a_rendered_body_is_not_kept_until_cycles_are_collected() -> None:
    template = compile_template("$input.json('$') $input.path('$.a') $input.params('q')")
    gc.collect()
    gc.disable()
    try:
        for _ in range(5):
            template.render({"input": Input(Body('{"a": 1}'), parameters(), Effort.LITTLE)})
        assert not [kept for kept in gc.get_objects() if type(kept) is Input]
    finally:
        gc.enable()
