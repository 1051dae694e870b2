"""Requests against their method's validator, through the whole pipeline (apigateway-data-plane section 5)."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from tests.unit.gateway.world import World, deployment_key, header, method

from gatelet.http.response import Response

PET = {
    "type": "object",
    "required": ["name", "price"],
    "properties": {"name": {"type": "string"}, "price": {"type": "number"}, "next": {"$ref": "#"}},
}
VALIDATORS = {
    "all": {"id": "all", "validateRequestBody": True, "validateRequestParameters": True},
    "body": {"id": "body", "validateRequestBody": True, "validateRequestParameters": False},
}
PARAMETERS = {
    "method.request.querystring.qs1": True,
    "method.request.path.issuer": True,
    "method.request.header.x-header-param": True,
    "method.request.querystring.optional": False,
}
PATH = "/pets/kennel"
JSON = ("Content-Type", "application/json")
GOOD = b'{"name": "rex", "price": 12.5}'


def world(validator: str = "all", *, models: dict[str, str] | None = None, schema: Any = None) -> World:
    shape = method(
        requestValidatorId=validator,
        requestParameters=PARAMETERS,
        requestModels={"application/json": "Pet"} if models is None else models,
    )
    made = World({"/pets/{issuer}": {"ANY": shape}, "/open": {"GET": method()}})
    document = made.records.stored[deployment_key()]["document"]
    document["requestValidators"] = VALIDATORS
    document["models"] = {"Pet": {"name": "Pet", "schema": json.dumps(PET if schema is None else schema)}}
    return made


def send(made: World, *args: Any, **members: Any) -> Response:
    async def run() -> Response:
        await made.live.start()
        return await made.call(*args, **members)

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("query", "headers", "missing"),
    [
        ("", [], "x-header-param, qs1"),
        ("qs1=", [("x-header-param", " ")], "x-header-param, qs1"),
        ("qs1=1", [], "x-header-param"),
        ("QS1=1", [("X-Header-Param", "1")], "x-header-param, qs1"),
        ("qs1=1&qs1=", [("x-header-param", "1")], "qs1"),
    ],
    ids=["none", "blank", "header", "case", "last value"],
)
def test_missing_parameters_are_told_before_the_body_is_looked_at(query: str, headers: Any, missing: str) -> None:
    """Section 5: parameters first, all in one message, by the keys that declare them."""
    made = world()
    answer = send(made, "POST", PATH, query, headers, b"no json")
    assert (answer.status, header(answer, "x-amzn-ErrorType")) == (400, "BadRequestException")
    assert answer.body == b'{"message":"Missing required request parameters: [%b]"}' % missing.encode()
    assert made.invoker.calls == []
    assert made.log.lines == [
        f"Missing required request parameters: [{missing}]",
        "Method completed with status: 400",
    ]


@pytest.mark.parametrize(
    ("verb", "headers", "body", "said"),
    [
        ("POST", [JSON], b'{"name": "rex"}', '[object has missing required properties (["price"])]'),
        ("POST", [], b'{"name": "rex"}', '[object has missing required properties (["price"])]'),
        (
            "POST",
            [("Content-Type", "application/json; charset=utf-8")],
            b'{"name": "rex", "price": "dear"}',
            '[instance type (string) does not match any allowed primitive type (allowed: ["integer","number"])]',
        ),
        ("POST", [JSON], b"name=rex", "[Unknown error parsing request body]"),
        ("POST", [JSON], b"", "[Unknown error parsing request body]"),
        ("GET", [], b"", "[Unknown error parsing request body]"),
    ],
    ids=["missing", "no content type", "type", "no json", "empty", "GET"],
)
def test_a_body_that_does_not_suit_its_model(verb: str, headers: Any, body: bytes, said: str) -> None:
    made = world("body")
    answer = send(made, verb, PATH, "", headers, body)
    assert (answer.status, header(answer, "x-amzn-ErrorType")) == (400, "BadRequestException")
    assert answer.body == b'{"message":"Invalid request body"}'
    assert made.invoker.calls == []
    assert made.log.lines == [
        f"Request body does not match model schema for content type application/json: {said}",
        "Method completed with status: 400",
    ]


@pytest.mark.parametrize(
    ("models", "headers", "body"),
    [
        (None, [JSON], GOOD),
        (None, [("content-type", "text/plain")], b"no json"),
        ({}, [JSON], b"no json"),
    ],
    ids=["valid", "no model for the type", "no model at all"],
)
def test_what_passes_reaches_the_integration(models: Any, headers: Any, body: bytes) -> None:
    made = world("body", models=models)
    assert send(made, "POST", PATH, "", headers, body).status == 200
    assert made.invoker.events[0]["body"] == body.decode()


def test_the_default_model_checks_every_type() -> None:
    made = world("body", models={"$default": "Pet"})
    assert send(made, "POST", PATH, "", [("Content-Type", "text/plain")], b"no json").status == 400


def test_an_empty_body_passes_where_nothing_is_required() -> None:
    assert send(world("body", schema={"type": "object"}), "GET", PATH).status == 200


def test_the_owner_may_show_what_is_wrong() -> None:
    """Section 4: ``$context.error.validationErrorString``."""
    made = world("body")
    document = made.records.stored[deployment_key()]["document"]
    text = '{"message":$context.error.messageString,"why":"$context.error.validationErrorString"}'
    document["gatewayResponses"] = {
        "BAD_REQUEST_BODY": {"statusCode": "422", "responseTemplates": {"application/json": text}}
    }
    answer = send(made, "POST", PATH, "", [JSON], b"[]")
    assert answer.status == 422
    assert answer.body == (
        b'{"message":"Invalid request body","why":"[instance type (array) does not match any allowed primitive type '
        b'(allowed: ["object"])]"}'
    )


def test_a_model_that_cannot_be_compiled_stops_its_method_alone() -> None:
    made = world("body", schema={"properties": {"a": {"pattern": "(unclosed"}}})
    assert send(made, "POST", PATH, "", [JSON], GOOD).status == 500
    assert made.log.lines[0].startswith("Execution failed due to configuration error: The model Pet cannot be used")
    assert send(made, "GET", "/open").status == 200
