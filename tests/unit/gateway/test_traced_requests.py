"""Which requests are traced, what their spans tell, and what those who are called are told of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.unit.gateway.guarded import Guarded, live
from tests.unit.gateway.world import World, call, method

from gatelet.gateway.request_spans import begin_spans
from gatelet.http.client.message import Answer, ClientRequest
from gatelet.metrics.spans import Span, read_amazon, read_traceparent

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
ROOT = "Root=1-0af76519-16cd43dd8448eb211c80319c"
SAMPLED = ("traceparent", f"00-{TRACE}-{PARENT}-01")
TRACED: dict[str, Any] = {"tracingEnabled": True}


class Sink:
    """Keeps spans."""

    def __init__(self) -> None:
        self.spans: list[Span] = []

    def finished(self, span: Span) -> None:
        self.spans.append(span)


class Endpoint:
    """Answers every request, and keeps it."""

    def __init__(self) -> None:
        self.request: ClientRequest | None = None

    async def send(self, request: ClientRequest, timeout: float) -> Answer:
        self.request = request
        return Answer(200, [("Content-Type", "text/plain")], b"ok")

    stream = send


def traced(world: World) -> Sink:
    """The world with somebody who takes spans."""
    sink = Sink()
    world.ports = replace(world.ports, spans=sink)
    return sink


@pytest.mark.parametrize(
    ("headers", "stage_members", "spans"),
    [
        ([], {}, 0),
        ([], TRACED, 2),
        ([SAMPLED], {}, 2),
        ([("traceparent", f"00-{TRACE}-{PARENT}-00")], TRACED, 0),
        ([("X-Amzn-Trace-Id", f"{ROOT};Sampled=1")], {}, 2),
        ([("X-Amzn-Trace-Id", f"{ROOT};Sampled=0")], TRACED, 0),
        ([("X-Amzn-Trace-Id", ROOT)], TRACED, 2),
        ([("X-Amzn-Trace-Id", "nonsense")], {}, 0),
        ([("X-Amzn-Trace-Id", "nonsense")], TRACED, 2),
    ],
)
def test_who_is_traced(headers: list[tuple[str, str]], stage_members: dict[str, Any], spans: int) -> None:
    world = World(stage_members=stage_members)
    sink = traced(world)
    assert call(world, headers=headers).status == 200
    assert [span.name for span in sink.spans] == ["GET /users", "integration"][:spans]


def test_spans_stand_in_the_trace_of_the_caller() -> None:
    world = World()
    sink = traced(world)
    call(world, headers=[SAMPLED])
    gateway, integration = sink.spans
    assert (gateway.trace_id, gateway.parent_id, gateway.kind, gateway.error) == (TRACE, PARENT, "server", "")
    assert (integration.trace_id, integration.parent_id, integration.kind) == (TRACE, gateway.span_id, "client")
    assert gateway.attributes["http.response.status_code"] == 200


def test_an_authorizer_has_a_span_of_its_own_which_its_function_is_told() -> None:
    async def story(guarded: Guarded) -> None:
        sink = traced(guarded.world)
        response = await guarded.world.call(headers=[SAMPLED, ("authorization", "t1")])
        assert response.status == 200
        gateway, authorizer, integration = sink.spans
        assert [gateway.name, authorizer.name, integration.name] == ["GET /users", "authorizer", "integration"]
        assert (authorizer.trace_id, authorizer.parent_id) == (TRACE, gateway.span_id)
        told = read_amazon(guarded.asked[0]["trace_id"])
        assert told is not None
        assert (told.trace_id, told.parent_id) == (TRACE, authorizer.span_id)
        assert integration.span_id != authorizer.span_id

    live(story)


def test_a_request_that_fails_says_so_in_its_spans() -> None:
    world = World(handler=lambda event: "no response of a proxy")
    sink = traced(world)
    assert call(world, headers=[SAMPLED]).status == 502
    gateway, integration = sink.spans
    assert (gateway.error, integration.error) == ("502", "failed")


def test_a_stage_that_is_traced_serves_nothing_where_nobody_takes_spans() -> None:
    """A setting that is not enforced is refused; met in a snapshot it is a configuration error."""
    world = World(stage_members=TRACED)
    assert call(world).status == 500


@pytest.mark.parametrize("kind", ["HTTP_PROXY", "HTTP"])
def test_endpoints_are_told_of_the_trace(kind: str) -> None:
    members: dict[str, Any] = {"type": kind, "httpMethod": "GET", "uri": "https://example.com/"}
    members["integrationResponses"] = {"200": {"statusCode": "200"}}
    tree = {"/users": {"GET": method(integration=members, methodResponses={"200": {"statusCode": "200"}})}}
    world = World(tree)
    sink, endpoint = traced(world), Endpoint()
    world.ports = replace(world.ports, http=endpoint)
    assert call(world, headers=[SAMPLED]).status == 200
    assert endpoint.request is not None
    found = [(name.lower(), value) for name, value in endpoint.request.headers if "trace" in name.lower()]
    told = dict(found)
    assert sorted(name for name, _ in found) == ["traceparent", "x-amzn-trace-id"]
    span = sink.spans[1].span_id
    assert read_traceparent(told["traceparent"]) == (TRACE, span, True)
    assert read_amazon(told["x-amzn-trace-id"]) == (TRACE, span, True)


def test_without_a_root_nothing_begins() -> None:
    world = World()
    assert begin_spans("nonsense", asked=True, began=0.0, ids=world.ports.ids) is None
