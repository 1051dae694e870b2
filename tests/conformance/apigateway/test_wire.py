"""How the control plane's answers look on the wire. control plane 1, 1.1 and 3."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


class Raw:
    """Signed requests without a client's own ideas about the answer."""

    def __init__(self, endpoint: str, account: str) -> None:
        self._endpoint = endpoint
        self._credentials = Credentials(account, "test")

    def __call__(self, method: str, path: str, body: Any = None) -> tuple[int, dict[str, str], bytes]:
        """Status, headers with lower-case names, body."""
        data = b"" if body is None else json.dumps(body).encode()
        request = AWSRequest(method, self._endpoint + path, data=data, headers={"Accept": "application/json"})
        SigV4Auth(self._credentials, "apigateway", "us-east-1").add_auth(request)
        parts = urlsplit(self._endpoint)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        try:
            connection.request(method, path, data, dict(request.headers))
            answer = connection.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, headers, answer.read()
        finally:
            connection.close()


@pytest.fixture
def raw(gatelet, plane):
    return Raw(gatelet.endpoint, plane.account)


def test_the_status_of_every_operation(raw):
    """control plane 3: 201 create, 202 delete, 204 for methods and tags, 201 for UpdateMethodResponse."""
    uri = (
        "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
        "arn:aws:lambda:us-east-1:000000000000:function:f/invocations"
    )
    status, _, body = raw("POST", "/restapis", {"name": "users-api"})
    assert status == 201
    api = json.loads(body)
    base, root = f"/restapis/{api['id']}", api["rootResourceId"]
    method = f"{base}/resources/{root}/methods/GET"
    tags = f"/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Frestapis%2F{api['id']}"
    integration = {"type": "AWS_PROXY", "httpMethod": "POST", "uri": uri}
    walk = [
        ("GET", base, None, 200),
        ("GET", "/restapis", None, 200),
        ("PATCH", base, {"patchOperations": []}, 200),
        ("PUT", method, {"authorizationType": "NONE"}, 201),
        ("GET", method, None, 200),
        ("PATCH", method, {"patchOperations": []}, 200),
        ("PUT", f"{method}/responses/200", {}, 201),
        ("GET", f"{method}/responses/200", None, 200),
        ("PATCH", f"{method}/responses/200", {"patchOperations": []}, 201),
        ("PUT", f"{method}/integration", integration, 201),
        ("GET", f"{method}/integration", None, 200),
        ("PATCH", f"{method}/integration", {"patchOperations": []}, 200),
        ("PUT", f"{method}/integration/responses/200", {}, 201),
        ("GET", f"{method}/integration/responses/200", None, 200),
        ("PATCH", f"{method}/integration/responses/200", {"patchOperations": []}, 200),
        ("POST", f"{base}/models", {"name": "M", "contentType": "application/json", "schema": "{}"}, 201),
        ("GET", f"{base}/models/M/default_template", None, 200),
        ("DELETE", f"{base}/models/M", None, 202),
        ("PUT", f"{base}/gatewayresponses/THROTTLED", {}, 201),
        ("DELETE", f"{base}/gatewayresponses/THROTTLED", None, 202),
        ("POST", f"{base}/deployments", {"stageName": "prod"}, 201),
        ("GET", f"{base}/stages", None, 200),
        ("PUT", tags, {"tags": {"a": "1", "b": "2"}}, 204),
        ("GET", tags, None, 200),
        ("DELETE", f"{tags}?tagKeys=a&tagKeys=b", None, 204),
        ("GET", "/account", None, 200),
        ("PATCH", "/account", {"patchOperations": []}, 200),
        ("DELETE", f"{method}/integration/responses/200", None, 204),
        ("DELETE", f"{method}/responses/200", None, 204),
        ("DELETE", f"{method}/integration", None, 204),
        ("DELETE", method, None, 204),
        ("DELETE", f"{base}/stages/prod", None, 202),
        ("DELETE", base, None, 202),
    ]
    for verb, path, content, expected in walk:
        status, _, body = raw(verb, path, content)
        assert (verb, path, status, body if verb == "DELETE" else b"") == (verb, path, expected, b"")


def test_creations_below_an_api_answer_201_and_deletions_202(raw):
    """control plane 3: Resource, RequestValidator, Deployment and Stage have ids of their own."""
    api = json.loads(raw("POST", "/restapis", {"name": "users-api"})[2])
    base = f"/restapis/{api['id']}"
    for path, content in (
        (f"{base}/resources/{api['rootResourceId']}", {"pathPart": "users"}),
        (f"{base}/requestvalidators", {"name": "all"}),
    ):
        status, _, body = raw("POST", path, content)
        assert status == 201
        collection = path.replace(f"/{api['rootResourceId']}", "")
        assert raw("DELETE", f"{collection}/{json.loads(body)['id']}")[0] == 202


def test_the_key_of_lists_is_item(raw):
    """control plane 1: the wire says item, the SDK items; position is absent on the last page."""
    api = json.loads(raw("POST", "/restapis", {"name": "users-api"})[2])
    _, _, body = raw("GET", f"/restapis/{api['id']}/resources")
    assert json.loads(body) == {"item": [{"id": api["rootResourceId"], "path": "/"}]}
    first = json.loads(raw("GET", f"/restapis/{api['id']}/models?limit=1")[2])
    assert [model["name"] for model in first["item"]] == ["Empty"]
    assert isinstance(first["position"], str)


def test_timestamps_are_numbers(raw):
    """control plane 1: epoch seconds."""
    api = json.loads(raw("POST", "/restapis", {"name": "users-api"})[2])
    assert isinstance(api["createdDate"], int)


def test_the_form_of_errors(raw):
    """control plane 1: x-amzn-ErrorType, and a body with message."""
    status, headers, body = raw("GET", "/restapis/nothing")
    assert status == 404
    assert headers["x-amzn-errortype"].partition(":")[0] == "NotFoundException"
    assert json.loads(body)["message"].startswith("Invalid API identifier specified ")


@pytest.mark.parametrize(
    ("method", "path", "content", "status", "code"),
    [
        ("POST", "/restapis", {"name": "x", "description": ""}, 400, "BadRequestException"),
        ("GET", "/restapis/nothing", None, 404, "NotFoundException"),
        ("POST", "/restapis", {"name": True}, 400, "SerializationException"),
        ("POST", "/restapis", {"name": "x", "apiKeySource": "NOWHERE"}, 400, "ValidationException"),
        ("POST", "/restapis", {"name": "x", "policy": "{}"}, 400, "BadRequestException"),
        ("POST", "/clientcertificates", {}, 501, "NotImplementedException"),
    ],
)
def test_the_status_of_errors(raw, method, path, content, status, code):
    answered, headers, _ = raw(method, path, content)
    assert (answered, headers["x-amzn-errortype"].partition(":")[0]) == (status, code)


def test_a_conflict_is_409(raw, api):
    path = f"/restapis/{api.id}/resources/{api.root}"
    assert raw("POST", path, {"pathPart": "users"})[0] == 201
    assert raw("POST", path, {"pathPart": "users"})[0] == 409


class TestModelValidation:
    """control plane 1.1 and 4.2: what the service's model forbids is told before anything else is looked at."""

    def test_a_boolean_for_a_string(self, plane):
        assert plane.fails("CreateRestApi", name=True) == (
            "SerializationException",
            "class java.lang.Boolean can not be converted to an String",
        )

    def test_a_number_for_a_string(self, plane):
        assert plane.fails("CreateRestApi", name=1) == (
            "SerializationException",
            "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an String",
        )

    def test_an_enum_in_a_list_and_one_beside_it(self, plane):
        configuration = {"types": ["wrong"], "ipAddressType": "wrong"}
        assert plane.fails("CreateRestApi", name="x", endpointConfiguration=configuration) == (
            "ValidationException",
            (
                "2 validation errors detected: Value '[wrong]' at 'createRestApiInput.endpointConfiguration.types' "
                "failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: "
                "[PRIVATE, EDGE, REGIONAL]]; Value 'wrong' at 'createRestApiInput.endpointConfiguration.ipAddressType' "
                "failed to satisfy constraint: Member must satisfy enum value set: [ipv4, dualstack]"
            ),
        )

    def test_the_type_of_an_integration(self, plane, api):
        """control plane 5.4."""
        code, message = plane.fails("PutIntegration", **api.method(), type="HTTPS_PROXY")
        assert code == "ValidationException"
        assert message == (
            "1 validation error detected: Value 'HTTPS_PROXY' at 'putIntegrationInput.type' failed to satisfy "
            "constraint: Member must satisfy enum value set: [HTTP, MOCK, AWS_PROXY, HTTP_PROXY, AWS]"
        )

    def test_the_type_of_a_gateway_response(self, plane, api):
        """control plane 5.8."""
        code, message = plane.fails("GetGatewayResponse", restApiId=api.id, responseType="NOTHING")
        assert code == "ValidationException"
        assert message.startswith("1 validation error detected: Value 'NOTHING' at 'responseType' failed to satisfy ")
        order = (
            "[REQUEST_TOO_LARGE, RESOURCE_NOT_FOUND, AUTHORIZER_CONFIGURATION_ERROR, MISSING_AUTHENTICATION_TOKEN, "
            "BAD_REQUEST_BODY, INVALID_SIGNATURE, INVALID_API_KEY, BAD_REQUEST_PARAMETERS, AUTHORIZER_FAILURE, "
            "UNAUTHORIZED, INTEGRATION_TIMEOUT, ACCESS_DENIED, DEFAULT_4XX, DEFAULT_5XX, WAF_FILTERED, QUOTA_EXCEEDED, "
            "THROTTLED, API_CONFIGURATION_ERROR, UNSUPPORTED_MEDIA_TYPE, INTEGRATION_FAILURE, EXPIRED_TOKEN]"
        )
        assert message.endswith(f"Member must satisfy enum value set: {order}")

    def test_a_status(self, plane, api):
        assert plane.fails("GetMethodResponse", **api.method(), statusCode="wrong") == (
            "ValidationException",
            (
                "1 validation error detected: Value 'wrong' at 'statusCode' failed to satisfy constraint: Member must "
                "satisfy regular expression pattern: [1-5]\\d\\d"
            ),
        )

    def test_a_patch_operation(self, plane, api):
        names = api.method()
        plane("PutMethodResponse", **names, statusCode="200")
        failure = plane.patch_fails("UpdateMethodResponse", ("wrong", "/x", "y"), **names, statusCode="200")
        assert failure == (
            "ValidationException",
            (
                "1 validation error detected: Value 'wrong' at 'updateMethodResponseInput.patchOperations.1.member.op' "
                "failed to satisfy constraint: Member must satisfy enum value set: "
                "[add, remove, move, test, replace, copy]"
            ),
        )

    def test_models_before_fields_before_existence(self, plane, api):
        """control plane 1.1: the order of checks."""
        wrong = {"name": "x", "description": "", "endpointConfiguration": {"types": ["wrong"]}}
        assert plane.fails("CreateRestApi", **wrong)[0] == "ValidationException"
        missing = {"restApiId": "nothing", "resourceId": "nothing", "httpMethod": "WRONG"}
        assert plane.fails("PutMethod", **missing, authorizationType="NONE")[0] == "BadRequestException"
        assert plane.fails("PutMethod", **{**missing, "httpMethod": "GET"}, authorizationType="NONE")[0] == (
            "NotFoundException"
        )


def test_what_has_no_function_names_itself(plane):
    """An operation that Gatelet does not have yet answers 501 with its name."""
    code, message = plane.fails("CreateVpcLink", name="x", targetArns=["arn:aws:elasticloadbalancing:::x"])
    assert code == "NotImplementedException"
    assert "CreateVpcLink" in message
