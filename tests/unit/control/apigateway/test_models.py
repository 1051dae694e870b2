"""Model and RequestValidator. control plane 5.6 and 5.7."""

from __future__ import annotations

import json

import pytest

SCHEMA = '{"type": "object", "properties": {"name": {"type": "string"}}}'
NO_SCHEMA = "Model schema must have at least 1 property or array items defined"
NOT_CANONICAL = (
    "Invalid model specified: Validation Result: warnings : [], errors : "
    "[Invalid model schema specified, Model reference must be in canonical form]"
)
INVALID_SCHEMA = "Invalid model specified: Validation Result: warnings : [], errors : [Invalid model schema specified]"
NO_VALIDATOR = ("NotFoundException", "Invalid Request Validator identifier specified")


def bad_request(message):
    return "BadRequestException", message


def test_create_get_list_update_delete(plane, api):
    names = {"restApiId": api.id}
    created = plane("CreateModel", **names, name="User", schema=SCHEMA, contentType="application/json")
    assert created == {"id": created["id"], "name": "User", "schema": SCHEMA, "contentType": "application/json"}
    assert plane("GetModel", **names, modelName="User") == created
    assert [model["name"] for model in plane("GetModels", **names)["items"]] == ["Empty", "Error", "User"]
    page = plane("GetModels", **names, limit=2)
    assert [model["name"] for model in page["items"]] == ["Empty", "Error"]
    rest = plane("GetModels", **names, limit=2, position=page["position"])
    assert [model["name"] for model in rest["items"]] == ["User"]
    patched = plane.patch(
        "UpdateModel", ("replace", "/description", "d"), ("replace", "/schema", "{}"), **names, modelName="User"
    )
    assert patched == {**created, "description": "d", "schema": "{}"}
    assert plane("DeleteModel", **names, modelName="User") == {}
    assert plane.fails("GetModel", **names, modelName="User") == (
        "NotFoundException",
        "Invalid model name specified: User",
    )


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"name": ""}, bad_request("Model name must be non-empty")),
        ({"name": "my-model"}, bad_request("Model name must be alphanumeric: my-model")),
        ({"name": "Empty"}, ("ConflictException", "Model name already exists for this REST API")),
        ({"schema": ""}, bad_request(NO_SCHEMA)),
        ({"schema": None}, bad_request(NO_SCHEMA)),
        ({"schema": "", "contentType": "application/xml"}, bad_request(NO_SCHEMA)),
        ({"schema": "{"}, bad_request(INVALID_SCHEMA)),
        ({"schema": "[]"}, bad_request(INVALID_SCHEMA)),
        ({"schema": '{"type": "text"}'}, bad_request(INVALID_SCHEMA)),
        ({"schema": '{"properties": {"a": {"required": true}}}'}, bad_request(INVALID_SCHEMA)),
        ({"schema": '{"properties": {"a": {"$ref": "Pet"}}}'}, bad_request(NOT_CANONICAL)),
        ({"schema": '{"$ref": "http://example.org/schema.json"}'}, bad_request(NOT_CANONICAL)),
        ({"schema": '"' + "x" * 409600 + '"'}, bad_request("Model schema exceeds maximum size of 409600 bytes")),
        (
            {"restApiId": "nothing"},
            ("NotFoundException", "Invalid API identifier specified 000000000000:nothing"),
        ),
    ],
)
def test_create_refuses(plane, api, params, expected):
    given = {"restApiId": api.id, "name": "User", "schema": SCHEMA, "contentType": "application/json"}
    assert plane.fails("CreateModel", **{**given, **params}) == expected


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (("replace", "/schema", ""), NO_SCHEMA),
        (
            ("replace", "/name", "x"),
            "Invalid patch path  '/name' specified for op 'replace'. Must be one of: [/description, /schema]",
        ),
        (
            ("add", "/schema", "{}"),
            "Invalid patch path  '/schema' specified for op 'add'. Please choose supported operations",
        ),
    ],
)
def test_update_refuses(plane, api, operation, expected):
    failure = plane.patch_fails("UpdateModel", operation, restApiId=api.id, modelName="Empty")
    assert failure == bad_request(expected)


def test_a_model_in_use_stays(plane, api):
    """control plane 5.6: the root prints //ANY."""
    names = {"restApiId": api.id}
    for name in ("Root", "Test", "Answer"):
        plane("CreateModel", **names, name=name, schema=SCHEMA, contentType="application/json")
    api.method(verb="ANY", requestModels={"application/json": "Root"})
    test = api.method(api.resource("test"), verb="ANY", requestModels={"application/json": "Test"})
    plane("PutMethodResponse", **test, statusCode="200", responseModels={"application/json": "Answer"})
    for name, where in (
        ("Root", "method request: //ANY"),
        ("Test", "method request: /test/ANY"),
        ("Answer", "method response: /test/ANY"),
    ):
        assert plane.fails("DeleteModel", **names, modelName=name) == (
            "ConflictException",
            f"Cannot delete model '{name}', is referenced in {where}",
        )


def test_flatten_puts_referenced_models_in_place(plane, api):
    names = {"restApiId": api.id}
    reference = {"$ref": f"https://apigateway.amazonaws.com/restapis/{api.id}/models/User"}
    both = {"contentType": "application/json"}
    plane("CreateModel", **names, name="User", schema=SCHEMA, **both)
    plane("CreateModel", **names, name="Users", schema=json.dumps({"type": "array", "items": reference}), **both)
    plain = plane("GetModel", **names, modelName="Users")
    assert json.loads(plain["schema"])["items"] == reference
    flat = json.loads(plane("GetModel", **names, modelName="Users", flatten=True)["schema"])
    assert flat == {
        "type": "array",
        "items": {"$ref": "#/definitions/User"},
        "definitions": {"User": json.loads(SCHEMA)},
    }


def test_a_schema_too_deep_to_flatten_is_refused(plane, api):
    schema = '{"a":' * 600 + "1" + "}" * 600
    plane("CreateModel", restApiId=api.id, name="Deep", schema=schema, contentType="application/json")
    code, _ = plane.fails("GetModel", restApiId=api.id, modelName="Deep", flatten=True)
    assert code == "BadRequestException"


@pytest.mark.parametrize(
    ("name", "schema", "value"),
    [
        ("Empty", None, "{ }"),
        ("Error", None, '{\n  "message" : "$inputRoot.message"\n}'),
        (
            "Users",
            '{"type":"array","items":{"type":"object","properties":{"age":{"type":"integer"}}}}',
            '[\n#foreach($elem in $inputRoot)\n  {\n    "age" : $elem.age\n  }#if($foreach.hasNext),#end\n#end\n]',
        ),
    ],
)
def test_the_template_renders_the_model(plane, api, name, schema, value):
    if schema:
        plane("CreateModel", restApiId=api.id, name=name, schema=schema, contentType="application/json")
    template = plane("GetModelTemplate", restApiId=api.id, modelName=name)
    assert template == {"value": f"#set($inputRoot = $input.path('$'))\n{value}"}


class TestRequestValidator:
    """control plane 5.7."""

    def test_create_get_list_update_delete(self, plane, api):
        names = {"restApiId": api.id}
        created = plane("CreateRequestValidator", **names, name="all", validateRequestBody=True)
        assert created == {
            "id": created["id"],
            "name": "all",
            "validateRequestBody": True,
            "validateRequestParameters": False,
        }
        one = {**names, "requestValidatorId": created["id"]}
        assert plane("GetRequestValidator", **one) == created
        assert plane("GetRequestValidators", **names) == {"items": [created]}
        patched = plane.patch(
            "UpdateRequestValidator",
            ("replace", "/name", "params"),
            ("replace", "/validateRequestParameters", "true"),
            ("replace", "/validateRequestBody", None),
            **one,
        )
        assert patched == {
            "id": created["id"],
            "name": "params",
            "validateRequestBody": False,
            "validateRequestParameters": True,
        }
        assert plane("DeleteRequestValidator", **one) == {}
        assert plane.fails("GetRequestValidator", **one) == NO_VALIDATOR

    def test_the_name_may_be_left_out(self, plane, api):
        assert "name" not in plane("CreateRequestValidator", restApiId=api.id)

    def test_create_refuses(self, plane, api):
        assert plane.fails("CreateRequestValidator", restApiId=api.id, name="") == bad_request(
            "Request Validator name cannot be blank"
        )
        assert plane.fails("CreateRequestValidator", restApiId="nothing") == bad_request(
            "Invalid REST API identifier specified"
        )

    def test_the_unknown(self, plane, api):
        for operation in ("Get", "Update", "Delete"):
            names = {"restApiId": api.id, "requestValidatorId": "nothing"}
            assert plane.fails(f"{operation}RequestValidator", **names) == NO_VALIDATOR
        for operation in ("Get", "Delete"):
            names = {"restApiId": "nothing", "requestValidatorId": "nothing"}
            assert plane.fails(f"{operation}RequestValidator", **names) == NO_VALIDATOR

    @pytest.mark.parametrize(
        ("operation", "expected"),
        [
            (("replace", "/name", ""), "Request Validator name cannot be blank"),
            (
                ("replace", "/nothing", "x"),
                (
                    "Invalid patch path  '/nothing' specified for op 'replace'. Must be one of: "
                    "[/name, /validateRequestParameters, /validateRequestBody]"
                ),
            ),
            (
                ("add", "/name", "x"),
                "Invalid patch path  '/name' specified for op 'add'. Please choose supported operations",
            ),
        ],
    )
    def test_update_refuses(self, plane, api, operation, expected):
        created = plane("CreateRequestValidator", restApiId=api.id, name="all")
        names = {"restApiId": api.id, "requestValidatorId": created["id"]}
        assert plane.patch_fails("UpdateRequestValidator", operation, **names) == bad_request(expected)

    def test_a_validator_in_use_stays(self, plane, api):
        created = plane("CreateRequestValidator", restApiId=api.id, name="all")
        api.method(requestValidatorId=created["id"])
        assert plane.fails("DeleteRequestValidator", restApiId=api.id, requestValidatorId=created["id"]) == (
            "ConflictException",
            "Cannot delete request validator 'all', is referenced in method request: //GET",
        )
