"""Integration. control plane 5.4."""

from __future__ import annotations

import pytest
from tests.unit.control.apigateway.integrations import (
    FUNCTION,
    HEADER,
    LAMBDA,
    NO_ACTION,
    NO_ARN,
    NO_INTEGRATION,
    NO_METHOD,
    NO_RESOURCE,
    ONLY_LAMBDA,
    ROLE,
    TIMEOUT,
    UNSUPPORTED,
    URI,
    bad_request,
    custom,
    http,
    invalid_mapping,
    proxy,
)


@pytest.fixture
def names(api):
    return api.method(requestParameters={"method.request.header.X-User": False})


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        (proxy(integrationHttpMethod=""), "Enumeration value for HttpMethod must be non-empty"),
        ({"type": "HTTP", "uri": "http://x.test"}, "Enumeration value for HttpMethod must be non-empty"),
        ({"type": "HTTP_PROXY", "uri": "http://x.test"}, "Enumeration value for HttpMethod must be non-empty"),
        ({"type": "AWS", "uri": URI}, "Enumeration value for HttpMethod must be non-empty"),
        (
            {"type": "HTTP", "integrationHttpMethod": "GET", "uri": "ftp://x.test"},
            "Invalid HTTP endpoint specified for URI",
        ),
        ({"type": "HTTP", "integrationHttpMethod": "GET"}, "Invalid HTTP endpoint specified for URI"),
        ({"type": "AWS", "integrationHttpMethod": "POST", "uri": "nothing"}, NO_ARN),
        (proxy(uri="nothing"), NO_ARN),
        (proxy(uri=""), NO_ARN),
        (proxy(uri=f"{FUNCTION}getUserFunction"), NO_ACTION),
        (proxy(uri="arn:aws:apigateway:us-east-1:lambda:other/x"), NO_ACTION),
        (proxy(uri="arn:aws:apigateway:us-east-1:sqs:path/x"), ONLY_LAMBDA),
        (proxy(uri=f"{LAMBDA}getUserFunction/invocations"), ONLY_LAMBDA),
        (proxy(uri=f"{LAMBDA}{FUNCTION}getUserFunction"), ONLY_LAMBDA),
        (proxy(uri=f"{LAMBDA}{FUNCTION}a b/invocations"), ONLY_LAMBDA),
        # Each version of Lambda's API has one way to invoke (data plane section 14).
        (proxy(uri=URI.replace("2015-03-31", "2021-11-15")), ONLY_LAMBDA),
        (proxy(uri=URI.replace("/invocations", "/response-streaming-invocations")), ONLY_LAMBDA),
        (http(credentials="me"), NO_ARN),
        (proxy(timeoutInMillis=49), TIMEOUT),
        (proxy(timeoutInMillis=29001), TIMEOUT),
        (
            proxy(passthroughBehavior="ALWAYS"),
            "Invalid PassthroughBehavior specified. Valid options are WHEN_NO_MATCH,WHEN_NO_TEMPLATES,NEVER",
        ),
        (
            custom(uri="arn:aws:apigateway:us-east-1:sts:action/GetCallerIdentity"),
            "Role ARN must be specified for AWS integrations",
        ),
        (http(cacheKeyParameters=["method.request.path.other"]), "Invalid cache key parameter specified"),
        (
            custom(requestTemplates={"application/json": "x" * 307_201}),
            "Mapping template for application/json exceeds maximum size of 307200 bytes",
        ),
        (
            custom(requestTemplates={"123": "x"}),
            "Validation Result: warnings : [], errors : [Invalid content type specified: 123]",
        ),
    ],
    ids=str,
)
def test_put_refuses(plane, names, params, expected):
    assert plane.fails("PutIntegration", **names, **params) == bad_request(expected)


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("true", "Invalid mapping expression specified: true"),
        ("method.request.body.[", "Invalid mapping expression specified: method.request.body.["),
        ("method.request.body.a[?(", "Invalid mapping expression specified: method.request.body.a[?("),
        (
            "method.request.querystring.x",
            "Invalid mapping expression parameter specified: method.request.querystring.x",
        ),
    ],
)
def test_put_refuses_mappings(plane, names, source, problem):
    parameters = {"integration.request.header.X-User": source}
    assert plane.fails("PutIntegration", **names, **proxy(requestParameters=parameters)) == invalid_mapping(problem)


@pytest.mark.parametrize(
    "function",
    [
        "getUserFunction",
        "getUserFunction:prod",
        "getUserFunction:$LATEST",
        "${stageVariables.fn}",
        "get-${stageVariables.fn}:${stageVariables.alias}",
    ],
)
def test_the_forms_of_a_function(plane, names, function):
    """control plane 5.4: stage variables may stand in the name; the function need not exist."""
    uri = f"{LAMBDA}{FUNCTION}{function}/invocations"
    assert plane("PutIntegration", **names, **proxy(uri=uri))["uri"] == uri


@pytest.mark.parametrize(
    ("params", "thing"),
    [
        (
            proxy(uri="arn:aws:apigateway:us-east-1:firehose:action/PutRecord"),
            "AWS_PROXY integrations with Firehose",
        ),
        (proxy(connectionType="VPC_LINK", connectionId="abc123"), "the connection type VPC_LINK"),
        (http(connectionType="VPC_LINK", connectionId="abc123"), "the connection type VPC_LINK"),
        (
            custom(credentials="arn:aws:iam::*:user/*"),
            "the credentials of the caller (arn:aws:iam::*:user/*) on an integration",
        ),
        (
            custom(uri="arn:aws:apigateway:us-east-1:sqs:path/000000000000/queue", credentials=ROLE),
            "the service sqs behind an integration",
        ),
        (proxy(tlsConfig={"insecureSkipVerification": True}), "tlsConfig on an integration of type AWS_PROXY"),
        (custom(responseTransferMode="STREAM"), "responseTransferMode STREAM on an integration of type AWS"),
        (proxy(integrationTarget="arn:aws:elb"), "integrationTarget on an integration"),
    ],
)
def test_put_names_what_is_not_supported(plane, names, params, thing):
    expected = (UNSUPPORTED, f"Gatelet does not support {thing} yet.")
    assert plane.fails("PutIntegration", **names, **params) == expected


@pytest.mark.parametrize(
    ("params", "shown"),
    [
        ({"type": "MOCK"}, {"type": "MOCK"}),
        (
            {"type": "MOCK", "requestTemplates": {"application/json": '{"statusCode": 200}'}},
            {"type": "MOCK", "requestTemplates": {"application/json": '{"statusCode": 200}'}},
        ),
        (custom(), {"type": "AWS", "httpMethod": "POST", "uri": URI}),
        (
            custom(uri="arn:aws:apigateway:us-east-1:sts:action/GetCallerIdentity", credentials=ROLE),
            {
                "type": "AWS",
                "httpMethod": "POST",
                "uri": "arn:aws:apigateway:us-east-1:sts:action/GetCallerIdentity",
                "credentials": ROLE,
            },
        ),
        (
            http(tlsConfig={"insecureSkipVerification": True}, contentHandling="CONVERT_TO_TEXT"),
            {
                "type": "HTTP",
                "httpMethod": "GET",
                "uri": "https://x.test/{id}",
                "connectionType": "INTERNET",
                "tlsConfig": {"insecureSkipVerification": True},
                "contentHandling": "CONVERT_TO_TEXT",
            },
        ),
        (
            http(
                type="HTTP_PROXY",
                integrationHttpMethod="ANY",
                requestParameters={HEADER: "method.request.header.X-User"},
                cacheKeyParameters=["method.request.header.X-User", HEADER],
                cacheNamespace="users",
                passthroughBehavior="NEVER",
                timeoutInMillis=50,
            ),
            {
                "type": "HTTP_PROXY",
                "httpMethod": "ANY",
                "uri": "https://x.test/{id}",
                "connectionType": "INTERNET",
                "requestParameters": {HEADER: "method.request.header.X-User"},
                "cacheKeyParameters": ["method.request.header.X-User", HEADER],
                "cacheNamespace": "users",
                "passthroughBehavior": "NEVER",
                "timeoutInMillis": 50,
            },
        ),
        # A template that does not parse is accepted, and fails when it is rendered (mapping-templates 1)
        (
            custom(requestTemplates={"application/json": "#if($x) never closed"}),
            {
                "type": "AWS",
                "httpMethod": "POST",
                "uri": URI,
                "requestTemplates": {"application/json": "#if($x) never closed"},
            },
        ),
    ],
    ids=["MOCK", "MOCK, template", "AWS, Lambda", "AWS, another", "HTTP", "HTTP_PROXY", "bad template"],
)
def test_every_type_is_kept_as_it_was_sent(plane, names, params, shown):
    """control plane 5.4: the recorded shape, with its defaults."""
    defaults = {
        "passthroughBehavior": "WHEN_NO_MATCH",
        "timeoutInMillis": 29000,
        "cacheNamespace": names["resourceId"],
        "cacheKeyParameters": [],
    }
    assert plane("PutIntegration", **names, **params) == defaults | shown
    assert plane("GetIntegration", **names) == defaults | shown


def test_put_overwrites(plane, names):
    """control plane 3."""
    plane("PutIntegration", **names, **proxy(timeoutInMillis=50, contentHandling="CONVERT_TO_TEXT"))
    assert plane("GetIntegration", **names)["contentHandling"] == "CONVERT_TO_TEXT"
    again = plane("PutIntegration", **names, **proxy())
    assert again["timeoutInMillis"] == 29000
    assert plane("GetIntegration", **names) == again
    assert plane("GetMethod", **names)["methodIntegration"] == again


@pytest.mark.parametrize("operation", ["GetIntegration", "UpdateIntegration", "DeleteIntegration"])
def test_the_unknown(plane, names, operation):
    assert plane.fails(operation, **names) == NO_INTEGRATION
    assert plane.fails(operation, **{**names, "httpMethod": "POST"}) == NO_METHOD
    assert plane.fails(operation, **{**names, "resourceId": "nothing"}) == NO_RESOURCE
    assert plane.fails(operation, **{**names, "restApiId": "nothing"}) == NO_RESOURCE


def test_put_needs_the_method(plane, names):
    assert plane.fails("PutIntegration", **{**names, "httpMethod": "POST"}, **proxy()) == NO_METHOD
    assert plane.fails("PutIntegration", **{**names, "resourceId": "nothing"}, **proxy()) == NO_RESOURCE


@pytest.mark.parametrize(
    ("operation", "changed"),
    [
        (("replace", "/httpMethod", "GET"), {"httpMethod": "GET"}),
        (("replace", "/uri", URI.replace("getUser", "other")), {"uri": URI.replace("getUser", "other")}),
        (("replace", "/credentials", ""), {}),
        (("replace", "/passthroughBehavior", "NEVER"), {"passthroughBehavior": "NEVER"}),
        (("replace", "/contentHandling", "CONVERT_TO_TEXT"), {"contentHandling": "CONVERT_TO_TEXT"}),
        (("replace", "/timeoutInMillis", "1000"), {"timeoutInMillis": 1000}),
        (("replace", "/connectionType", "INTERNET"), {"connectionType": "INTERNET"}),
        (("replace", "/connectionId", ""), {}),
        (("replace", "/cacheNamespace", "users"), {"cacheNamespace": "users"}),
        (("replace", "/responseTransferMode", "BUFFERED"), {"responseTransferMode": "BUFFERED"}),
        (("add", f"/requestParameters/{HEADER}", "'static'"), {"requestParameters": {HEADER: "'static'"}}),
        (("add", "/requestTemplates/application~1json", "{}"), {"requestTemplates": {"application/json": "{}"}}),
        (
            ("add", "/cacheKeyParameters/method.request.header.X-User", None),
            {"cacheKeyParameters": ["method.request.header.X-User"]},
        ),
    ],
)
def test_patch(plane, names, operation, changed):
    before = plane("PutIntegration", **names, **proxy())
    assert plane.patch("UpdateIntegration", operation, **names) == {**before, **changed}
    assert plane("GetIntegration", **names) == {**before, **changed}


def test_patch_replaces_and_removes_entries(plane, names):
    plane(
        "PutIntegration",
        **names,
        **proxy(
            requestParameters={HEADER: "'a'"},
            requestTemplates={"application/json": "{}"},
            cacheKeyParameters=["method.request.header.X-User"],
        ),
    )
    patched = plane.patch(
        "UpdateIntegration",
        ("replace", f"/requestParameters/{HEADER}", "method.request.header.X-User"),
        ("remove", "/requestTemplates/application~1json"),
        ("remove", "/cacheKeyParameters/method.request.header.X-User"),
        **names,
    )
    assert patched["requestParameters"] == {HEADER: "method.request.header.X-User"}
    assert "requestTemplates" not in patched
    assert patched["cacheKeyParameters"] == []


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (("replace", "/type", "MOCK"), bad_request("Invalid patch path /type")),
        (("replace", "/uri", "nothing"), bad_request(NO_ARN)),
        (("replace", "/uri", None), bad_request(NO_ARN)),
        (("replace", "/httpMethod", None), bad_request("Enumeration value for HttpMethod must be non-empty")),
        (("replace", "/timeoutInMillis", "1"), bad_request(TIMEOUT)),
        (
            ("replace", "/contentHandling", "MAGIC"),
            bad_request("Invalid ContentHandling specified. Valid options are CONVERT_TO_BINARY,CONVERT_TO_TEXT"),
        ),
        (
            ("replace", "/connectionType", "TUNNEL"),
            bad_request("Invalid ConnectionType specified. Valid options are INTERNET,VPC_LINK"),
        ),
        (
            ("add", "/cacheKeyParameters/method.request.path.x", None),
            bad_request("Invalid cache key parameter specified"),
        ),
        (
            ("replace", "/timeoutInMillis", "soon"),
            bad_request("Invalid integer value specified for timeoutInMillis: soon"),
        ),
        (
            ("add", f"/requestParameters/{HEADER}", "true"),
            invalid_mapping("Invalid mapping expression specified: true"),
        ),
        (
            ("remove", f"/requestParameters/{HEADER}"),
            ("NotFoundException", "Invalid parameter name specified"),
        ),
    ],
)
def test_patch_refuses(plane, names, operation, expected):
    plane("PutIntegration", **names, **proxy())
    assert plane.patch_fails("UpdateIntegration", operation, **names) == expected


@pytest.mark.parametrize(
    "operation",
    [
        ("replace", "/connectionType", "VPC_LINK"),
        ("replace", "/tlsConfig/insecureSkipVerification", "true"),
    ],
)
def test_patch_names_what_is_not_supported(plane, names, operation):
    plane("PutIntegration", **names, **proxy())
    assert plane.patch_fails("UpdateIntegration", operation, **names)[0] == UNSUPPORTED


def test_delete(plane, names):
    plane("PutIntegration", **names, **proxy())
    assert plane("DeleteIntegration", **names) == {}
    assert "methodIntegration" not in plane("GetMethod", **names)


STREAMING = f"{LAMBDA.replace('2015-03-31', '2021-11-15')}{FUNCTION}f/response-streaming-invocations"


def test_a_function_streams_through_its_own_uri(plane, names):
    """Section 14 of the data plane: InvokeWithResponseStream's path, and the mode, together."""
    made = plane("PutIntegration", **names, **proxy(uri=STREAMING, responseTransferMode="STREAM"))
    assert (made["uri"], made["responseTransferMode"]) == (STREAMING, "STREAM")


@pytest.mark.parametrize("given", [{"uri": STREAMING}, {"responseTransferMode": "STREAM"}], ids=["uri", "mode"])
def test_one_without_the_other_is_refused(plane, names, given):
    code, message = plane.fails("PutIntegration", **names, **proxy(**given))
    assert (code, message[-14:]) == ("BadRequestException", "elong together")
