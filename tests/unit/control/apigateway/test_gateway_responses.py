"""GatewayResponse. control plane 5.8."""

from __future__ import annotations

import pytest

TEMPLATES = {"application/json": '{"message":$context.error.messageString}'}
HEADER = "gatewayresponse.header.X-Error"
STATUSES = {
    "ACCESS_DENIED": "403",
    "API_CONFIGURATION_ERROR": "500",
    "AUTHORIZER_CONFIGURATION_ERROR": "500",
    "AUTHORIZER_FAILURE": "500",
    "BAD_REQUEST_BODY": "400",
    "BAD_REQUEST_PARAMETERS": "400",
    "DEFAULT_4XX": None,
    "DEFAULT_5XX": None,
    "EXPIRED_TOKEN": "403",
    "INTEGRATION_FAILURE": "504",
    "INTEGRATION_TIMEOUT": "504",
    "INVALID_API_KEY": "403",
    "INVALID_SIGNATURE": "403",
    "MISSING_AUTHENTICATION_TOKEN": "403",
    "QUOTA_EXCEEDED": "429",
    "REQUEST_TOO_LARGE": "413",
    "RESOURCE_NOT_FOUND": "404",
    "THROTTLED": "429",
    "UNAUTHORIZED": "401",
    "UNSUPPORTED_MEDIA_TYPE": "415",
    "WAF_FILTERED": "403",
}


def bad_request(message):
    return "BadRequestException", message


def default(response_type):
    status = STATUSES[response_type]
    return {
        "responseType": response_type,
        **({} if status is None else {"statusCode": status}),
        "responseParameters": {},
        "responseTemplates": TEMPLATES,
        "defaultResponse": True,
    }


@pytest.fixture
def one(api):
    return {"restApiId": api.id, "responseType": "MISSING_AUTHENTICATION_TOKEN"}


def test_the_list_shows_all_types_in_order(plane, api):
    """The two defaults have no statusCode."""
    listed = plane("GetGatewayResponses", restApiId=api.id)
    assert listed == {"items": [default(response_type) for response_type in sorted(STATUSES)]}
    page = plane("GetGatewayResponses", restApiId=api.id, limit=20)
    rest = plane("GetGatewayResponses", restApiId=api.id, limit=20, position=page["position"])
    assert [*page["items"], *rest["items"]] == listed["items"]


def test_put_falls_back_to_the_defaults_of_the_type(plane, api, one):
    put = plane("PutGatewayResponse", **one)
    assert put == {**default(one["responseType"]), "defaultResponse": False}
    assert plane("GetGatewayResponse", **one) == put
    full = {"statusCode": "404", "responseParameters": {HEADER: "'x'"}, "responseTemplates": {"text/plain": "no"}}
    assert plane("PutGatewayResponse", **one, **full) == {**put, **full}
    assert plane("PutGatewayResponse", **one) == put


def test_inheritance(plane, api):
    """control plane 5.8: types of DEFAULT_5XX that are not customised show what it was customised to."""
    names = {"restApiId": api.id}
    plane("PutGatewayResponse", **names, responseType="AUTHORIZER_FAILURE", responseParameters={HEADER: "'own'"})
    full = {"statusCode": "599", "responseParameters": {HEADER: "'x'"}, "responseTemplates": {"text/plain": "no"}}
    plane("PutGatewayResponse", **names, responseType="DEFAULT_5XX", **full)
    listed = {item["responseType"]: item for item in plane("GetGatewayResponses", **names)["items"]}
    for response_type, status in STATUSES.items():
        if response_type == "DEFAULT_5XX":
            assert listed[response_type] == {**default(response_type), **full, "defaultResponse": False}
        elif response_type == "AUTHORIZER_FAILURE":
            assert listed[response_type]["statusCode"] == "500"
            assert listed[response_type]["responseParameters"] == {HEADER: "'own'"}
        elif status in {"500", "504"}:
            assert listed[response_type] == {**default(response_type), **full}
        else:
            assert listed[response_type] == default(response_type)


@pytest.mark.parametrize(
    ("operation", "changed"),
    [
        (("replace", "/statusCode", "404"), {"statusCode": "404"}),
        (("add", f"/responseParameters/{HEADER}", "'x'"), {"responseParameters": {HEADER: "'x'"}}),
        (
            ("replace", "/responseTemplates/application~1json", "{}"),
            {"responseTemplates": {"application/json": "{}"}},
        ),
        (
            ("add", "/responseTemplates/text~1plain", "no"),
            {"responseTemplates": {**TEMPLATES, "text/plain": "no"}},
        ),
        (("remove", "/responseTemplates/application~1json"), {"responseTemplates": {}}),
    ],
)
def test_patch_of_a_type_that_was_not_customised(plane, one, operation, changed):
    expected = {**default(one["responseType"]), **changed, "defaultResponse": False}
    assert plane.patch("UpdateGatewayResponse", operation, **one) == expected
    assert plane("GetGatewayResponse", **one) == expected


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (("add", "/statusCode", "404"), bad_request("Invalid patch path /statusCode")),
        (("remove", "/statusCode"), bad_request("Invalid patch path /statusCode")),
        (("replace", "/nothing", "x"), bad_request("Invalid patch path /nothing")),
        (("replace", None, "x"), bad_request("Invalid patch path null")),
        (("replace", "/statusCode", "abc"), bad_request("Invalid statusCode specified: abc")),
        (
            ("replace", f"/responseParameters/{HEADER}", "'x'"),
            ("NotFoundException", "Invalid parameter name specified"),
        ),
        (
            ("replace", "/responseTemplates/text~1plain", "x"),
            ("NotFoundException", "Invalid parameter name specified"),
        ),
        (
            ("replace", "/responseTemplates/application~1json", None),
            bad_request("Invalid null or empty value in responseTemplates"),
        ),
        (
            ("add", f"/responseParameters/{HEADER}", None),
            bad_request("Invalid null or empty value in responseParameters"),
        ),
    ],
)
def test_patch_refuses(plane, one, operation, expected):
    assert plane.patch_fails("UpdateGatewayResponse", operation, **one) == expected


def test_put_refuses_what_is_no_expression(plane, one):
    # A request that failed has no body to map from: the data plane would have to leave the header out.
    for parameters in ({"header.X": "'x'"}, {HEADER: "x"}, {HEADER: "method.request.body.a"}):
        code, message = plane.fails("PutGatewayResponse", **one, responseParameters=parameters)
        assert code == "BadRequestException"
        assert message.startswith("Invalid mapping expression specified: ")


def test_delete(plane, api, one):
    plane("PutGatewayResponse", **one, statusCode="404")
    assert plane("DeleteGatewayResponse", **one) == {}
    assert plane("GetGatewayResponse", **one) == default(one["responseType"])
    assert plane.fails("DeleteGatewayResponse", **one) == (
        "NotFoundException",
        "Gateway response type not defined on api",
    )


@pytest.mark.parametrize("operation", ["Put", "Get", "Update", "Delete"])
def test_an_unknown_api(plane, one, operation):
    expected = ("NotFoundException", "Invalid API identifier specified 000000000000:nothing")
    assert plane.fails(f"{operation}GatewayResponse", **{**one, "restApiId": "nothing"}) == expected
    assert plane.fails("GetGatewayResponses", restApiId="nothing") == expected
