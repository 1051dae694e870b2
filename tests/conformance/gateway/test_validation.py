"""Request validators through boto3 and HTTP (apigateway-data-plane section 5)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.conformance.gateway.world import Api, make_api
from tests.conformance.integrations.mapped import JSON

OK: dict[str, Any] = {"type": "MOCK", "requestTemplates": {"$default": '{"statusCode": 200}'}}
TYPED = ("Content-Type", JSON)


def model_url(api: Api, name: str) -> str:
    return f"https://apigateway.amazonaws.com/restapis/{api.id}/models/{name}"


@pytest.fixture(scope="module")
def validated(gatelet: Any) -> Api:
    """``/people/{issuer}`` checks parameters, ``/pets`` bodies, ``/trees`` bodies against models that refer."""
    api = make_api(gatelet, "validated", {}, ())
    client = api.client
    schemas = {
        "Pet": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
        "Leaf": {"type": "object", "required": ["leaf"], "properties": {"leaf": {"type": "integer"}}},
        "Tree": {
            "type": "object",
            "required": ["leaf"],
            "properties": {
                "leaf": {"$ref": model_url(api, "Leaf")},
                "left": {"oneOf": [{"type": "null"}, {"$ref": model_url(api, "Tree")}]},
                "kind": {"$ref": "#/definitions/kind"},
            },
            "definitions": {"kind": {"enum": ["oak", "elm"]}},
        },
    }
    for name, schema in schemas.items():
        client.create_model(restApiId=api.id, name=name, contentType=JSON, schema=json.dumps(schema))
    both = client.create_request_validator(
        restApiId=api.id, name="all", validateRequestBody=True, validateRequestParameters=True
    )["id"]
    parameters = {
        "method.request.querystring.qs1": True,
        "method.request.path.issuer": True,
        "method.request.header.x-header-param": True,
    }
    methods: dict[str, dict[str, Any]] = {
        "POST /people/{issuer}": {"requestParameters": parameters, "requestModels": {JSON: "Pet"}},
        "ANY /pets": {"requestModels": {JSON: "Pet"}},
        "POST /trees": {"requestModels": {"$default": "Tree"}},
    }
    for route, members in methods.items():
        verb, path = route.split(" ")
        names = {"restApiId": api.id, "resourceId": api.resource(path), "httpMethod": verb}
        client.put_method(**names, authorizationType="NONE", requestValidatorId=both, **members)
        client.put_integration(**names, **OK)
        client.put_method_response(**names, statusCode="200")
        client.put_integration_response(**names, statusCode="200")
    client.put_gateway_response(
        restApiId=api.id,
        responseType="BAD_REQUEST_BODY",
        responseTemplates={
            JSON: '{"message":$context.error.messageString,"errors":"$context.error.validationErrorString"}'
        },
    )
    api.deploy()
    return api


def test_missing_parameters_come_first_all_in_one_message(validated: Api) -> None:
    """Recorded: ordered by the keys that declare them, header before path before query string."""
    answer = validated.send("POST", "/people/%20?qs1=", [TYPED], b"no json")
    assert (answer.status, answer.header("x-amzn-ErrorType")) == (400, "BadRequestException")
    # A path parameter is always there; a blank one is decoded and missing
    assert answer.json() == {"message": "Missing required request parameters: [x-header-param, issuer, qs1]"}


def test_parameters_that_are_there_pass(validated: Api) -> None:
    answer = validated.send("POST", "/people/me?qs1=1", [TYPED, ("x-header-param", "1")], b'{"name": "rex"}')
    assert answer.status == 200


@pytest.mark.parametrize(
    ("verb", "headers", "body", "errors"),
    [
        ("POST", [TYPED], b"{}", '[object has missing required properties (["name"])]'),
        ("POST", [], b"{}", '[object has missing required properties (["name"])]'),
        (
            "PUT",
            [("Content-Type", "application/json;charset=UTF-8")],
            b'{"name": 1}',
            '[instance type (integer) does not match any allowed primitive type (allowed: ["string"])]',
        ),
        ("POST", [TYPED], b"name=rex", "[Unknown error parsing request body]"),
        ("GET", [], b"", "[Unknown error parsing request body]"),
        ("POST", [TYPED], b"", "[Unknown error parsing request body]"),
    ],
    ids=["missing", "no content type", "type", "no json", "GET", "empty"],
)
def test_a_body_that_does_not_suit(validated: Api, verb: str, headers: Any, body: bytes, errors: str) -> None:
    answer = validated.send(verb, "/pets", headers, body)
    assert (answer.status, answer.header("x-amzn-ErrorType")) == (400, "BadRequestException")
    told = answer.body.decode()
    assert told == f'{{"message":"Invalid request body","errors":"{errors}"}}'


@pytest.mark.parametrize(
    ("headers", "body"),
    [([TYPED], b'{"name": "rex"}'), ([("Content-Type", "text/plain")], b"no json")],
    ids=["valid", "no model for the type"],
)
def test_what_passes(validated: Api, headers: Any, body: bytes) -> None:
    assert validated.send("POST", "/pets", headers, body).status == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"leaf": {"leaf": 1}, "left": None}, 200),
        ({"leaf": {"leaf": 1}, "left": {"leaf": {"leaf": 2}, "left": {"leaf": {"leaf": 3}}}}, 200),
        ({"leaf": {"leaf": 1}, "left": {"leaf": {}}}, 400),
        ({"leaf": {"leaf": "1"}}, 400),
        ({"leaf": {"leaf": 1}, "kind": "oak"}, 200),
        ({"leaf": {"leaf": 1}, "kind": "pine"}, 400),
    ],
    ids=["null", "recursive", "recursive, wrong", "another model", "definition", "definition, wrong"],
)
def test_models_that_refer(validated: Api, body: Any, status: int) -> None:
    """Recorded: `$ref` to other models, `oneOf` with null and `$ref`; ``$default`` stands for every type."""
    answer = validated.send("POST", "/trees", [("Content-Type", "x/y")], json.dumps(body).encode())
    assert answer.status == status
