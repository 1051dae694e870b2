"""IntegrationResponse: put, get, update, delete. Reference: apigateway-control-plane section 5.5.

A Lambda proxy integration takes no notice of them, on AWS as here.
"""

from __future__ import annotations

from typing import Any

from gatelet.control.apigateway.editing import edit_api, read_api
from gatelet.control.apigateway.errors import (
    Conflict,
    no_such_integration,
    no_such_resource,
    no_such_status,
)
from gatelet.control.apigateway.expressions import check_response_mapping
from gatelet.control.apigateway.integration_rules import Integration, find_integration
from gatelet.control.apigateway.method_responses import find_method_response
from gatelet.control.apigateway.method_rules import Method, method_at
from gatelet.control.apigateway.patching import Edit, Row, Table, as_invalid_path, map_row, set_text
from gatelet.control.apigateway.resource_tree import find_resource
from gatelet.control.apigateway.template_rules import (
    check_content_handling,
    check_selection_pattern,
    check_templates,
)
from gatelet.control.operation import Call, Request, Response, operation

IntegrationResponse = dict[str, Any]


def find_integration_response(integration: Integration, status: str) -> IntegrationResponse:
    """The response for the status. Raises NotFound."""
    response: IntegrationResponse | None = integration.get("integrationResponses", {}).get(status)
    if response is None:
        raise no_such_status()
    return response


def _check(method: Method, integration: Integration, response: IntegrationResponse) -> None:
    """Its maps, and that no other status has the same pattern. Raises BadRequest, NotFound or Conflict."""
    check_templates(response.get("responseTemplates", {}))
    check_content_handling(response.get("contentHandling"))
    check_selection_pattern(response.get("selectionPattern"))
    declared = find_method_response(method, response["statusCode"])
    check_response_mapping(response.get("responseParameters", {}), declared.get("responseParameters", ()))
    pattern = response.get("selectionPattern") or "default"
    for status, other in integration.get("integrationResponses", {}).items():
        if status != response["statusCode"] and (other.get("selectionPattern") or "default") == pattern:
            raise Conflict(f"Integration response with selection pattern {pattern} already exists")


def _stored_templates(templates: dict[str, str | None]) -> dict[str, str | None]:
    """An empty template is stored as null."""
    return {content_type: template or None for content_type, template in templates.items()}


@operation("apigateway", "PutIntegrationResponse")
async def put_integration_response(call: Call, request: Request) -> Response:
    """Set the response for a status; one that exists is overwritten."""
    response: IntegrationResponse = {"statusCode": request["statusCode"]}
    for member in ("selectionPattern", "responseParameters", "contentHandling"):
        if request.get(member) is not None:
            response[member] = request[member]
    if request.get("responseTemplates") is not None:
        response["responseTemplates"] = _stored_templates(request["responseTemplates"])
    async with edit_api(call, request["restApiId"], no_such_resource()) as edit:
        method = method_at(edit.api, request)
        integration = find_integration(method)
        _check(method, integration, response)
        integration.setdefault("integrationResponses", {})[response["statusCode"]] = response
    return response


@operation("apigateway", "GetIntegrationResponse")
async def get_integration_response(call: Call, request: Request) -> Response:
    """One response of an integration."""
    api = await read_api(call, request["restApiId"], no_such_resource())
    return find_integration_response(find_integration(method_at(api, request)), request["statusCode"])


def _set_pattern(response: dict[str, Any], edit: Edit) -> None:
    response["selectionPattern"] = edit.value or ""


TABLE = Table(
    rows=(
        Row("/selectionPattern", {"replace": _set_pattern}),
        Row("/contentHandling", {"replace": set_text("contentHandling")}),
        map_row("/responseParameters/{expression}", "responseParameters"),
        map_row(
            "/responseTemplates/{type}",
            "responseTemplates",
            missing="Content-Type specified was not found",
            value=lambda edit: edit.value or None,
        ),
    ),
    refuse=as_invalid_path,
)


@operation("apigateway", "UpdateIntegrationResponse")
async def update_integration_response(call: Call, request: Request) -> Response:
    """PATCH a response of an integration."""
    async with edit_api(call, request["restApiId"], no_such_resource()) as edit:
        method = method_at(edit.api, request)
        integration = find_integration(method)
        response = find_integration_response(integration, request["statusCode"])
        TABLE.apply(response, request.get("patchOperations"))
        _check(method, integration, response)
    return response


@operation("apigateway", "DeleteIntegrationResponse")
async def delete_integration_response(call: Call, request: Request) -> Response:
    """Delete a response; a missing method is reported as a missing integration here, and only here."""
    async with edit_api(call, request["restApiId"], no_such_resource()) as edit:
        methods = find_resource(edit.api, request["resourceId"]).get("resourceMethods", {})
        if request["httpMethod"] not in methods:
            raise no_such_integration()
        integration = find_integration(methods[request["httpMethod"]])
        find_integration_response(integration, request["statusCode"])
        del integration["integrationResponses"][request["statusCode"]]
        if not integration["integrationResponses"]:
            del integration["integrationResponses"]
    return {}
