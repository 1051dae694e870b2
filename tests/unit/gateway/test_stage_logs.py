"""Access logs, execution logs by level, and canaries (data-plane 16 and 17; authorization-limits 11)."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from tests.unit.gateway.test_admission import VALUE, Caller
from tests.unit.gateway.world import API, World, deployment_key, document, function_uri, header, mapped, method

from gatelet.gateway.ports import InvokeReply
from gatelet.gateway.stage_logs import LogTarget

GROUP = "arn:aws:logs:eu-west-1:210987654321:log-group:access"
CLF = (
    "$context.identity.sourceIp $context.identity.caller $context.identity.user [$context.requestTime] "
    '"$context.httpMethod $context.resourcePath $context.protocol" $context.status $context.responseLength '
    "$context.requestId $context.extendedRequestId"
)
JSON = (
    '{"id":"$context.requestId","ip":"$context.identity.sourceIp","verb":"$context.httpMethod","path":'
    '"$context.resourcePath","status":"$context.status","length":"$context.responseLength","latency":'
    '"$context.responseLatency","integration":"$context.integration.status","error":"$context.error.message"}'
)
XML = '<request id="$context.requestId"><status>$context.status</status></request>'
CSV = "$context.identity.sourceIp,$context.httpMethod,$context.status,$context.requestId"
IDS = [("x-amzn-RequestId", "c0ffee00-1111-4222-8333-444455556666")]


def serve(world: World, *calls: tuple[Any, ...]) -> list[Any]:
    """Send requests; their responses."""

    async def run() -> list[Any]:
        await world.live.start()
        return [await world.call(*call, headers=IDS) for call in calls]

    return asyncio.run(run())


def logged(template: str, *calls: tuple[Any, ...], **world: Any) -> list[str]:
    """The access log lines of requests."""
    settings = {"destinationArn": GROUP, "format": template}
    made = World(stage_members={"accessLogSettings": settings}, **world)
    serve(made, *(calls or [("GET",)]))
    assert {target for target, _ in made.access.written} <= {LogTarget("210987654321", "eu-west-1", "access")}
    return [line for _, line in made.access.written]


def test_the_common_log_format() -> None:
    """Section 17: missing values print ``-``."""
    (line,) = logged(CLF)
    assert line.startswith('203.0.113.7 - - [31/Dec/2025:23:59:59 +0000] "GET /users HTTP/1.1" 200 6 c0ffee00-1111')


def test_json_xml_and_csv() -> None:
    (line,) = logged(JSON)
    assert json.loads(line) == {
        "id": "c0ffee00-1111-4222-8333-444455556666",
        "ip": "203.0.113.7",
        "verb": "GET",
        "path": "/users",
        "status": "200",
        "length": "6",
        "latency": "0",
        "integration": "200",
        "error": "-",
    }
    assert logged(XML) == ['<request id="c0ffee00-1111-4222-8333-444455556666"><status>200</status></request>']
    assert logged(CSV) == ["203.0.113.7,GET,200,c0ffee00-1111-4222-8333-444455556666"]


def test_failures_are_logged_too() -> None:
    lines = logged(JSON, ("GET", "/nothing"), tree={"/users": {"GET": method()}})
    assert [json.loads(line)["status"] for line in lines] == ["403"]
    assert json.loads(lines[0])["error"] == "Missing Authentication Token"
    assert json.loads(lines[0])["path"] == "-"


def test_no_value_begins_another_line() -> None:
    def handler(event: dict[str, Any]) -> dict[str, Any]:
        raise AssertionError("not called")

    tree = {"/users": {"GET": mapped("MOCK", request='{"statusCode": "x\\ny"}')}}
    lines = logged("$context.requestId $context.error.message $context.path", tree=tree, handler=handler)
    assert len(lines) == 1
    assert "\n" not in lines[0]


def test_without_a_format_nothing_is_logged() -> None:
    world = World(stage_members={"accessLogSettings": {"destinationArn": GROUP}})
    serve(world, ("GET",))
    assert world.access.written == []


def execution_log(level: str, *, data: bool = False, fails: bool = False) -> list[str]:
    settings = {"*/*": {"loggingLevel": level, "dataTraceEnabled": data}}

    def handler(event: dict[str, Any]) -> Any:
        return 7 if fails else {"statusCode": 200, "body": "said"}

    world = World(handler=handler, stage_members={"methodSettings": settings})
    serve(world, ("GET", "/users", "q=1"))
    assert {(entry[2], entry[3]) for entry in world.log.written} <= {(API, "dev")}
    return world.log.lines


def test_info_tells_the_request_from_its_first_to_its_last_line() -> None:
    """Section 16."""
    lines = execution_log("INFO")
    assert lines[0].startswith("Extended Request Id: ")
    assert "HTTP Method: GET, Resource Path: /users" in lines
    assert any(line.startswith("API Key  authorized because method 'GET /users' does not require") for line in lines)
    assert lines[-2:] == ["Successfully completed execution", "Method completed with status: 200"]
    assert not any("said" in line for line in lines)


def test_data_traces_show_what_was_sent_and_said() -> None:
    lines = execution_log("INFO", data=True)
    assert "Method request query string: {q=1}" in lines
    assert any(line.startswith("Method response body after transformations: said") for line in lines)


def test_a_large_body_is_told_by_its_beginning() -> None:
    """Its whole text would hold the event loop; the log cuts its lines far below."""
    settings = {"*/*": {"loggingLevel": "INFO", "dataTraceEnabled": True}}
    large = "x" * 2_000_000
    world = World(
        {"/users": {"POST": method()}},
        handler=lambda event: {"statusCode": 200, "body": event["body"]},
        stage_members={"methodSettings": settings},
    )

    async def run() -> int:
        await world.live.start()
        return len((await world.call("POST", body=large.encode())).body)

    assert asyncio.run(run()) == len(large)
    bodies = [line for line in world.log.lines if "body" in line and "xxx" in line]
    assert len(bodies) == 4
    assert max(map(len, bodies)) < 300_000


SECRETS = {
    "Authorization": "Bearer of-the-authorization-header",
    "x-api-key": VALUE,
    "X-Amz-Security-Token": "token-of-a-session-in-a-header",
    "X-Door": "what-the-authorizer-looks-at-123",
}


def test_credentials_reach_no_log() -> None:
    """Section 16; API Gateway Developer Guide, "Execution logging for REST APIs" (what is redacted)."""
    source = "method.request.header.X-Door"
    function = function_uri("arn:aws:lambda:eu-west-1:210987654321:function:guard")
    guard = {"id": "au1", "name": "guard", "type": "TOKEN", "authorizerUri": function, "identitySource": source}
    shape = method(authorizationType="CUSTOM", authorizerId="au1", apiKeyRequired=True)
    settings = {"*/*": {"loggingLevel": "INFO", "dataTraceEnabled": True}}
    world = World({"/users": {"GET": shape}}, stage_members={"methodSettings": settings})
    for record in world.records.stored.values():
        if "document" in record:
            record["document"]["authorizers"] = {"au1": guard}
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}

    async def allow(*args: Any, **call: Any) -> InvokeReply:
        return InvokeReply(
            json.dumps({"principalId": "u", "policyDocument": {"Statement": [statement]}}).encode(), "f-1"
        )

    world.invoker.invoke = allow  # type: ignore[method-assign]
    query = "X-Amz-Security-Token=token-of-a-session-in-the-query&X-Amz-Signature=" + "5" * 64

    async def run() -> None:
        await world.live.start()
        await Caller(world).plan()
        assert (await world.call("GET", "/users", query, headers=list(SECRETS.items()))).status == 200

    asyncio.run(run())
    text = "\n".join(world.log.lines)
    assert "Method request headers: " in text
    for secret in (*SECRETS.values(), "token-of-a-session-in-the-query", "5" * 64):
        assert secret not in text


def test_errors_alone_tell_nothing_of_a_request_that_went_well() -> None:
    assert execution_log("ERROR") == []
    assert execution_log("ERROR", data=True) == []


@pytest.mark.parametrize("level", ["OFF", "ERROR", "INFO"])
def test_a_failure_says_why_once_at_every_level(level: str) -> None:
    lines = execution_log(level, fails=True)
    assert lines.count("Execution failed due to configuration error: Malformed Lambda proxy response") == 1
    assert lines[-1] == "Method completed with status: 502"


def test_errors_with_data_tell_the_whole_story_of_a_failure() -> None:
    lines = execution_log("ERROR", data=True, fails=True)
    assert "Method request query string: {q=1}" in lines


class TestCanaries:
    """authorization-limits 11."""

    def world(self, percent: float, **settings: Any) -> World:
        world = World(
            handler=lambda event: {
                "statusCode": 200,
                "body": json.dumps([event["requestContext"]["deploymentId"], event["stageVariables"]]),
            },
            stage_members={
                "variables": {"color": "red", "size": "1"},
                "methodSettings": {"*/*": {"loggingLevel": "INFO"}},
                "accessLogSettings": {"destinationArn": GROUP, "format": "$context.requestId $context.isCanaryRequest"},
                "canarySettings": {"percentTraffic": percent, "deploymentId": "canary", **settings},
            },
        )
        world.records.stored[deployment_key("canary")] = {
            "deployment": {"id": "canary"},
            "document": document({"/users": {"GET": method()}}),
        }
        return world

    def answers(self, world: World, count: int) -> list[Any]:
        return [json.loads(response.body) for response in serve(world, *[("GET",)] * count)]

    @pytest.mark.parametrize(("percent", "deployment"), [(0.0, "q1w2e3"), (100.0, "canary")])
    def test_the_ends_of_the_scale(self, percent: float, deployment: str) -> None:
        assert {answer[0] for answer in self.answers(self.world(percent), 30)} == {deployment}

    def test_a_share_of_the_requests(self) -> None:
        """20 % of 2,000: within four standard deviations of 400."""
        answers = self.answers(self.world(20.0), 2_000)
        assert 328 < sum(answer[0] == "canary" for answer in answers) < 472

    def test_variables_are_overlaid_and_logs_have_a_group_of_their_own(self) -> None:
        world = self.world(100.0, stageVariableOverrides={"color": "blue", "new": "x"})
        assert self.answers(world, 1) == [["canary", {"color": "blue", "size": "1", "new": "x"}]]
        assert {entry[3] for entry in world.log.written} == {"dev/Canary"}
        assert [line.rpartition(" ")[2] for _, line in world.access.written] == ["true"]
        base = self.world(0.0)
        assert self.answers(base, 1) == [["q1w2e3", {"color": "red", "size": "1"}]]
        assert [line.rpartition(" ")[2] for _, line in base.access.written] == ["false"]

    def test_a_canary_whose_deployment_is_gone_serves_nobody(self) -> None:
        world = self.world(100.0)
        del world.records.stored[deployment_key("canary")]
        assert self.answers(world, 1)[0][0] == "q1w2e3"


def test_a_request_without_logs_is_told_to_nobody() -> None:
    world = World()
    (response,) = serve(world, ("GET",))
    assert (response.status, header(response, "x-amzn-RequestId")) == (200, IDS[0][1])
    assert (world.access.written, world.log.written) == ([], [])


@pytest.mark.parametrize("level", ["INFO", "OFF"])
def test_a_client_that_does_not_wait_is_counted_and_logged(level: str) -> None:
    """Section 17, status of a client that left: nobody got it, but the function ran."""
    settings = {"destinationArn": GROUP, "format": CSV}
    world = World(stage_members={"accessLogSettings": settings, "methodSettings": {"*/*": {"loggingLevel": level}}})
    begun = asyncio.Event()

    async def stay(*_: Any, **__: Any) -> Any:
        begun.set()
        await asyncio.Event().wait()

    world.invoker.invoke_proxy = stay  # type: ignore[method-assign]

    async def run() -> None:
        await world.live.start()
        call = asyncio.create_task(world.call(headers=IDS))
        await begun.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call

    asyncio.run(run())
    assert [line for _, line in world.access.written] == [f"203.0.113.7,GET,499,{IDS[0][1]}"]
    (meter,) = world.ports.meters.meters()
    counts = meter.take()
    assert (counts.count, counts.client_errors, counts.server_errors) == (1, 1, 0)
