"""IntegrationResponse. control plane 5.5."""

from __future__ import annotations

import pytest
from tests.unit.control.apigateway.integrations import (
    NO_INTEGRATION,
    NO_METHOD,
    NO_RESOURCE,
    NO_STATUS,
    UNSUPPORTED,
    bad_request,
    invalid_mapping,
    proxy,
)


@pytest.fixture
def names(api):
    return api.method(requestParameters={"method.request.header.X-User": False})


class TestIntegrationResponse:
    """control plane 5.5."""

    @pytest.fixture
    def status(self, plane, names):
        plane("PutIntegration", **names, **proxy())
        plane("PutMethodResponse", **names, statusCode="200", responseParameters={"method.response.header.X": False})
        plane("PutMethodResponse", **names, statusCode="404")
        return {**names, "statusCode": "200"}

    def test_put_shows_what_was_sent(self, plane, status):
        assert plane("PutIntegrationResponse", **status) == {"statusCode": "200"}
        full = plane(
            "PutIntegrationResponse",
            **status,
            selectionPattern="",
            responseTemplates={"application/json": "", "text/plain": None, "text/html": "x"},
            responseParameters={"method.response.header.X": "integration.response.header.Y"},
        )
        assert full == {
            "statusCode": "200",
            "selectionPattern": "",
            "responseTemplates": {"application/json": None, "text/plain": None, "text/html": "x"},
            "responseParameters": {"method.response.header.X": "integration.response.header.Y"},
        }
        assert plane("GetIntegrationResponse", **status) == full
        assert plane("PutIntegrationResponse", **status, responseTemplates={})["responseTemplates"] == {}

    @pytest.mark.parametrize(
        ("params", "expected"),
        [
            ({"statusCode": "500"}, NO_STATUS),
            ({"httpMethod": "POST"}, NO_METHOD),
            ({"resourceId": "nothing"}, NO_RESOURCE),
            ({"restApiId": "nothing"}, NO_RESOURCE),
            (
                {"responseTemplates": {"123": "x"}},
                bad_request("Validation Result: warnings : [], errors : [Invalid content type specified: 123]"),
            ),
            (
                {"responseParameters": {"method.response.header.X": "true"}},
                invalid_mapping("Invalid mapping expression specified: true"),
            ),
            (
                {"responseParameters": {"method.response.header.Z": "'z'"}},
                invalid_mapping("Invalid mapping expression parameter specified: method.response.header.Z"),
            ),
        ],
    )
    def test_put_refuses(self, plane, status, params, expected):
        assert plane.fails("PutIntegrationResponse", **{**status, **params}) == expected

    @pytest.mark.parametrize(
        ("params", "expected"),
        [
            ({"selectionPattern": "*.error"}, bad_request("Invalid selection pattern specified: *.error")),
            ({"selectionPattern": "(unclosed"}, bad_request("Invalid selection pattern specified: (unclosed")),
            (
                {"responseParameters": {"method.response.header.X": "integration.response.body.["}},
                invalid_mapping("Invalid mapping expression specified: integration.response.body.["),
            ),
        ],
        ids=["quantifier", "parenthesis", "path"],
    )
    def test_put_refuses_what_cannot_be_compiled(self, plane, status, params, expected):
        assert plane.fails("PutIntegrationResponse", **status, **params) == expected

    @pytest.mark.parametrize("pattern", ["(?=.*error).*", "(a)\\1"], ids=["look ahead", "back-reference"])
    def test_a_pattern_that_must_step_back_is_not_supported(self, plane, status, pattern):
        code, message = plane.fails("PutIntegrationResponse", **status, selectionPattern=pattern)
        assert code == UNSUPPORTED
        assert pattern in message

    def test_two_statuses_cannot_have_the_same_pattern(self, plane, status):
        plane("PutIntegrationResponse", **status)
        assert plane.fails("PutIntegrationResponse", **{**status, "statusCode": "404"}) == (
            "ConflictException",
            "Integration response with selection pattern default already exists",
        )
        plane("PutIntegrationResponse", **{**status, "statusCode": "404"}, selectionPattern="4\\d\\d")

    def test_patch(self, plane, status):
        plane("PutIntegrationResponse", **status)
        patched = plane.patch(
            "UpdateIntegrationResponse",
            ("replace", "/selectionPattern", "2\\d\\d"),
            ("replace", "/contentHandling", "CONVERT_TO_TEXT"),
            ("add", "/responseTemplates/application~1json", "x"),
            ("add", "/responseParameters/method.response.header.X", "'x'"),
            **status,
        )
        assert patched == {
            "statusCode": "200",
            "selectionPattern": "2\\d\\d",
            "contentHandling": "CONVERT_TO_TEXT",
            "responseTemplates": {"application/json": "x"},
            "responseParameters": {"method.response.header.X": "'x'"},
        }
        gone = plane.patch(
            "UpdateIntegrationResponse",
            ("remove", "/responseTemplates/application~1json"),
            ("remove", "/responseParameters/method.response.header.X"),
            ("replace", "/contentHandling", ""),
            **status,
        )
        assert gone == {"statusCode": "200", "selectionPattern": "2\\d\\d"}

    @pytest.mark.parametrize(
        ("operation", "expected"),
        [
            (("replace", "/nothing", "x"), bad_request("Invalid patch path /nothing")),
            (
                ("replace", "/contentHandling", "MAGIC"),
                bad_request("Invalid ContentHandling specified. Valid options are CONVERT_TO_BINARY,CONVERT_TO_TEXT"),
            ),
            (
                ("remove", "/responseTemplates/text~1plain"),
                ("NotFoundException", "Content-Type specified was not found"),
            ),
        ],
    )
    def test_patch_refuses(self, plane, status, operation, expected):
        plane("PutIntegrationResponse", **status)
        assert plane.patch_fails("UpdateIntegrationResponse", operation, **status) == expected

    @pytest.mark.parametrize(
        ("operation", "no_method"),
        [
            ("GetIntegrationResponse", NO_METHOD),
            ("UpdateIntegrationResponse", NO_METHOD),
            ("DeleteIntegrationResponse", NO_INTEGRATION),
        ],
    )
    def test_the_unknown(self, plane, status, operation, no_method):
        """Delete alone reports a missing method as a missing integration."""
        assert plane.fails(operation, **status) == NO_STATUS
        assert plane.fails(operation, **{**status, "httpMethod": "POST"}) == no_method
        assert plane.fails(operation, **{**status, "resourceId": "nothing"}) == NO_RESOURCE

    def test_an_integration_is_needed(self, plane, api):
        names = api.method(verb="PUT")
        for operation in ("Put", "Get", "Update", "Delete"):
            assert plane.fails(f"{operation}IntegrationResponse", **names, statusCode="200") == NO_INTEGRATION

    def test_delete(self, plane, status):
        plane("PutIntegrationResponse", **status)
        assert plane("DeleteIntegrationResponse", **status) == {}
        names = {name: status[name] for name in ("restApiId", "resourceId", "httpMethod")}
        assert "integrationResponses" not in plane("GetIntegration", **names)
