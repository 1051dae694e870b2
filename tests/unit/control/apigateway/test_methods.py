"""Method and MethodResponse. control plane 5.2 and 5.3."""

from __future__ import annotations

import pytest

UNSUPPORTED = "NotImplementedException"
NO_RESOURCE = ("NotFoundException", "Invalid Resource identifier specified")
NO_METHOD = ("NotFoundException", "Invalid Method identifier specified")
NO_STATUS = ("NotFoundException", "Invalid Response status code specified")
VERBS = "GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY"
AUTHORIZER = (
    "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a "
    "valid authorizer."
)
NAMES_TWICE = {"method.request.header.id": True, "method.request.querystring.id": True}


def bad_request(message):
    return "BadRequestException", message


@pytest.fixture
def names(api):
    return api.method()


@pytest.fixture
def validators(plane, api):
    """A validator that checks nothing and one that checks bodies."""
    make = {"restApiId": api.id}
    idle = plane("CreateRequestValidator", **make)["id"]
    busy = plane("CreateRequestValidator", **make, validateRequestBody=True)["id"]
    return idle, busy


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"httpMethod": "TEST"}, f"Invalid HttpMethod specified. Valid options are {VERBS}"),
        ({"httpMethod": "get"}, f"Invalid HttpMethod specified. Valid options are {VERBS}"),
        ({"authorizationType": "CUSTOM"}, AUTHORIZER),
        ({"authorizationType": "COGNITO_USER_POOLS"}, AUTHORIZER),
        ({"authorizationType": "CUSTOM", "authorizerId": "abc123"}, AUTHORIZER),
        ({"authorizationType": "JWT", "authorizerId": "abc123"}, AUTHORIZER),
        (
            {"authorizationType": "MAGIC"},
            "Invalid AuthorizationType specified. Valid options are NONE,AWS_IAM,CUSTOM,COGNITO_USER_POOLS,JWT",
        ),
        ({"requestValidatorId": "nothing"}, "Invalid Request Validator identifier specified"),
        ({"requestModels": {"application/json": "petModel"}}, "Invalid model identifier specified: petModel"),
        (
            {"requestParameters": NAMES_TWICE},
            "Parameter names must be unique across querystring, header and path",
        ),
        (
            {"requestParameters": {"method.request.cookie.id": True}},
            (
                "Invalid mapping expression specified: Validation Result: warnings : [], errors : "
                "[Invalid mapping expression specified: method.request.cookie.id]"
            ),
        ),
    ],
)
def test_put_refuses(plane, api, params, expected):
    given = {"restApiId": api.id, "resourceId": api.root, "httpMethod": "GET", "authorizationType": "NONE"}
    assert plane.fails("PutMethod", **{**given, **params}) == bad_request(expected)


def test_put_does_not_overwrite(plane, names):
    """control plane 3."""
    assert plane.fails("PutMethod", **names, authorizationType="NONE") == (
        "ConflictException",
        "Method already exists for this resource",
    )


@pytest.mark.parametrize(
    ("params", "thing"),
    [
        ({"authorizationScopes": ["read"]}, "authorizationScopes with the authorization type NONE"),
    ],
)
def test_put_names_what_is_not_supported(plane, api, params, thing):
    given = {"restApiId": api.id, "resourceId": api.root, "httpMethod": "GET", "authorizationType": "NONE"}
    expected = (UNSUPPORTED, f"Gatelet does not support {thing} yet.")
    assert plane.fails("PutMethod", **{**given, **params}) == expected


def test_a_method_has_its_validator(plane, api, validators):
    """control plane 5.2: set when it is put, or patched later."""
    idle, busy = validators
    names = api.method(requestValidatorId=idle)
    assert plane("GetMethod", **names)["requestValidatorId"] == idle
    plane.patch("UpdateMethod", ("replace", "/requestValidatorId", busy), **names)
    assert plane("GetMethod", **names)["requestValidatorId"] == busy
    wake = ("replace", "/validateRequestBody", "true")
    assert plane.patch("UpdateRequestValidator", wake, restApiId=api.id, requestValidatorId=idle)["validateRequestBody"]


def test_put_keeps_what_was_given(plane, api):
    given = {
        "operationName": "getUser",
        "requestParameters": {"method.request.path.id": True, "method.request.header.X-Trace": False},
        "requestModels": {"application/json": "Empty"},
    }
    names = api.method(**given)
    assert plane("GetMethod", **names) == {
        "httpMethod": "GET",
        "authorizationType": "NONE",
        "apiKeyRequired": False,
        **given,
    }


def test_a_parameter_without_a_value_is_optional(plane, api):
    """A null in a map of booleans is false."""
    parameter = "method.request.header.id"
    names = api.method(requestParameters={parameter: None})
    assert plane("GetMethod", **names)["requestParameters"] == {parameter: False}
    header = "method.response.header.X"
    status = plane("PutMethodResponse", **names, statusCode="200", responseParameters={header: None})
    assert status["responseParameters"] == {header: False}


def test_an_authorizer_of_an_open_method_is_dropped(plane, names):
    """control plane 5.2: accepted while the type is NONE, and not shown."""
    assert "authorizerId" not in plane.patch("UpdateMethod", ("replace", "/authorizerId", "abc123"), **names)


@pytest.mark.parametrize("operation", ["GetMethod", "DeleteMethod", "UpdateMethod"])
def test_the_unknown(plane, names, operation):
    assert plane.fails(operation, **{**names, "httpMethod": "POST"}) == NO_METHOD
    assert plane.fails(operation, **{**names, "resourceId": "nothing"}) == NO_RESOURCE
    assert plane.fails(operation, **{**names, "restApiId": "nothing"}) == NO_RESOURCE


@pytest.mark.parametrize(
    ("operation", "changed"),
    [
        (("replace", "/authorizationType", "NONE"), {}),
        (("replace", "/authorizerId", "abc123"), {}),
        (("replace", "/apiKeyRequired", "whatever"), {}),
        (("replace", "/operationName", "getUser"), {"operationName": "getUser"}),
        (
            ("add", "/requestParameters/method.request.header.id", "true"),
            {"requestParameters": {"method.request.header.id": True}},
        ),
        (("add", "/requestModels/application~1json", "Empty"), {"requestModels": {"application/json": "Empty"}}),
        (("remove", "/authorizationScopes", "read"), {}),
    ],
)
def test_patch(plane, names, operation, changed):
    before = plane("GetMethod", **names)
    assert plane.patch("UpdateMethod", operation, **names) == {**before, **changed}
    assert plane("GetMethod", **names) == {**before, **changed}


def test_patch_replaces_and_removes_entries(plane, api):
    """control plane 5.2: the last entry takes the map with it."""
    parameter = "method.request.header.id"
    names = api.method(requestParameters={parameter: False}, requestModels={"application/json": "Empty"})
    patched = plane.patch(
        "UpdateMethod",
        ("replace", f"/requestParameters/{parameter}", "true"),
        ("replace", "/requestModels/application~1json", "Error"),
        **names,
    )
    assert patched["requestParameters"] == {parameter: True}
    assert patched["requestModels"] == {"application/json": "Error"}
    patched = plane.patch(
        "UpdateMethod",
        ("remove", f"/requestParameters/{parameter}"),
        ("remove", "/requestModels/application~1json"),
        **names,
    )
    assert "requestParameters" not in patched
    assert "requestModels" not in patched


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (("replace", "/httpMethod", "POST"), "Invalid patch path /httpMethod"),
        (("replace", None, "x"), "Invalid patch path null"),
        (("add", "/operationName", "x"), "Invalid patch operation specified. Must be one of: [replace]"),
        (("replace", "/authorizationType", "CUSTOM"), AUTHORIZER),
        (("replace", "/requestValidatorId", "nothing"), "Invalid Request Validator identifier specified"),
        (
            ("add", "/requestModels/application~1json", "petModel"),
            "Invalid model identifier specified: petModel",
        ),
    ],
)
def test_patch_refuses(plane, names, operation, expected):
    first = ("replace", "/operationName", "changed")
    assert plane.patch_fails("UpdateMethod", first, operation, **names) == bad_request(expected)


@pytest.mark.parametrize(
    "operations",
    [
        [("add", "/authorizationScopes", "read")],
    ],
)
def test_patch_names_what_is_not_supported(plane, names, operations):
    """control plane 5.2: the order inside one PATCH does not matter."""
    assert plane.patch_fails("UpdateMethod", *operations, **names)[0] == UNSUPPORTED


def test_delete(plane, api, names):
    assert plane("DeleteMethod", **names) == {}
    assert plane("GetResource", restApiId=api.id, resourceId=api.root) == {"id": api.root, "path": "/"}


class TestMethodResponse:
    """control plane 5.3."""

    def test_put_shows_empty_maps_only_if_they_were_sent(self, plane, names):
        status = {**names, "statusCode": "200"}
        assert plane("PutMethodResponse", **status) == {"statusCode": "200"}
        empty = plane("PutMethodResponse", **status, responseModels={}, responseParameters={})
        assert empty == {"statusCode": "200", "responseModels": {}, "responseParameters": {}}
        assert plane("GetMethodResponse", **status) == empty
        assert plane("GetMethod", **names)["methodResponses"] == {"200": empty}

    def test_patch(self, plane, names):
        status = {**names, "statusCode": "200"}
        plane("PutMethodResponse", **status)
        header = "/responseParameters/method.response.header.X-Total"
        patched = plane.patch(
            "UpdateMethodResponse",
            ("add", header, "true"),
            ("replace", header, "false"),
            ("add", "/responseModels/application~1json", "Empty"),
            ("replace", "/responseModels/application~1json", "Error"),
            **status,
        )
        assert patched["responseParameters"] == {"method.response.header.X-Total": False}
        assert patched["responseModels"] == {"application/json": "Error"}
        gone = plane.patch(
            "UpdateMethodResponse", ("remove", header), ("remove", "/responseModels/application~1json"), **status
        )
        assert gone == {"statusCode": "200"}

    @pytest.mark.parametrize(
        ("operation", "expected"),
        [
            (
                ("replace", "/responseParameters/method.response.header.X", "true"),
                ("NotFoundException", "Invalid parameter name specified"),
            ),
            (
                ("remove", "/responseParameters/method.response.header.X"),
                ("NotFoundException", "Invalid parameter name specified"),
            ),
            (
                ("replace", "/responseModels/text~1plain", "Empty"),
                ("NotFoundException", "Content-Type specified was not found"),
            ),
            (
                ("remove", "/responseModels/text~1plain"),
                ("NotFoundException", "Content-Type specified was not found"),
            ),
            (
                ("add", "/wrong/method.response.header.my-header", "true"),
                bad_request("Invalid patch path /wrong/method.response.header.my-header"),
            ),
            (
                ("add", "/responseModels/text~1plain", "petModel"),
                bad_request("Invalid model identifier specified: petModel"),
            ),
        ],
    )
    def test_patch_refuses(self, plane, names, operation, expected):
        plane("PutMethodResponse", **names, statusCode="200")
        assert plane.patch_fails("UpdateMethodResponse", operation, **names, statusCode="200") == expected

    @pytest.mark.parametrize("operation", ["GetMethodResponse", "UpdateMethodResponse", "DeleteMethodResponse"])
    def test_the_unknown(self, plane, names, operation):
        status = {**names, "statusCode": "404"}
        assert plane.fails(operation, **status) == NO_STATUS
        assert plane.fails(operation, **{**status, "httpMethod": "POST"}) == NO_METHOD
        assert plane.fails(operation, **{**status, "resourceId": "nothing"}) == NO_RESOURCE
        assert plane.fails(operation, **{**status, "restApiId": "nothing"}) == NO_RESOURCE

    def test_put_refuses(self, plane, names):
        put = {**names, "statusCode": "200"}
        models = {"application/json": "petModel"}
        assert plane.fails("PutMethodResponse", **put, responseModels=models) == bad_request(
            "Invalid model identifier specified: petModel"
        )
        code, message = plane.fails("PutMethodResponse", **put, responseParameters={"header.X": True})
        assert code == "BadRequestException"
        assert "[Invalid mapping expression specified: header.X]" in message

    def test_delete(self, plane, names):
        status = {**names, "statusCode": "200"}
        plane("PutMethodResponse", **status)
        assert plane("DeleteMethodResponse", **status) == {}
        assert "methodResponses" not in plane("GetMethod", **names)
