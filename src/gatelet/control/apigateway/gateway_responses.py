"""GatewayResponse: put, get, list, update, delete. Reference: apigateway-control-plane section 5.8.

Stored are the members that were given, and shown are the defaults beneath them: the data plane must know
whether a status was asked for (an entry without one keeps the status of the failure; data plane section 5).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gatelet.control.apigateway.editing import edit_api, read_api
from gatelet.control.apigateway.errors import BadRequest, NotFound
from gatelet.control.apigateway.expressions import check_content_types, check_gateway_response_parameters
from gatelet.control.apigateway.paging import page
from gatelet.control.apigateway.patching import Edit, Row, Table, as_invalid_path, map_row
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.gateway.document import ApiDocument
from gatelet.gateway.response_types import DEFAULT_TEMPLATE, DEFAULT_TEMPLATE_TYPE, RESPONSE_TYPES, fallback_type

GatewayResponse = dict[str, Any]

_MEMBERS = ("statusCode", "responseParameters", "responseTemplates")


def default_response(response_type: str) -> GatewayResponse:
    """What the type answers while nobody has customised it, or its default."""
    status = RESPONSE_TYPES[response_type]
    response: GatewayResponse = {"responseType": response_type}
    if status is not None:
        response["statusCode"] = str(status)
    return response | {
        "responseParameters": {},
        "responseTemplates": {DEFAULT_TEMPLATE_TYPE: DEFAULT_TEMPLATE},
        "defaultResponse": True,
    }


def effective_response(api: ApiDocument, response_type: str) -> GatewayResponse:
    """The type's own entry, or what DEFAULT_4XX or DEFAULT_5XX was customised to, over its defaults."""
    response = default_response(response_type)
    own = api["gatewayResponses"].get(response_type)
    if own is not None:
        return response | own | {"defaultResponse": False}
    inherited = api["gatewayResponses"].get(fallback_type(response_type) or "", {})
    return response | {member: inherited[member] for member in _MEMBERS if member in inherited}


def _check(response: Mapping[str, Any]) -> None:
    check_gateway_response_parameters(response.get("responseParameters", {}))
    check_content_types(response.get("responseTemplates", ()))


@operation("apigateway", "PutGatewayResponse")
async def put_gateway_response(call: Call, request: Request) -> Response:
    """Replace the whole entry; what is left out falls back to the defaults of the type."""
    response_type = request["responseType"]
    response: GatewayResponse = {"responseType": response_type}
    response |= {member: request[member] for member in _MEMBERS if request.get(member)}
    _check(response)
    async with edit_api(call, request["restApiId"]) as edit:
        edit.api["gatewayResponses"][response_type] = response
    return effective_response(edit.api, response_type)


@operation("apigateway", "GetGatewayResponse")
async def get_gateway_response(call: Call, request: Request) -> Response:
    """One type, customised or not."""
    return effective_response(await read_api(call, request["restApiId"]), request["responseType"])


@operation("apigateway", "GetGatewayResponses")
async def get_gateway_responses(call: Call, request: Request) -> Response:
    """All types, ordered by name, a page at a time."""
    api = await read_api(call, request["restApiId"])
    rows = [effective_response(api, response_type) for response_type in sorted(RESPONSE_TYPES)]
    return page(rows, request, lambda response: str(response["responseType"]), lambda response: response)


def _set_status(response: dict[str, Any], edit: Edit) -> None:
    status = edit.value or ""
    if not (len(status) == 3 and status.isascii() and status.isdigit() and status[0] in "12345"):
        raise BadRequest(f"Invalid statusCode specified: {status}")
    response["statusCode"] = status


TABLE = Table(
    rows=(
        Row("/statusCode", {"replace": _set_status}),
        map_row(
            "/responseParameters/{name}",
            "responseParameters",
            value=lambda edit: edit.required("responseParameters"),
            keep_empty=True,
        ),
        map_row(
            "/responseTemplates/{type}",
            "responseTemplates",
            value=lambda edit: edit.required("responseTemplates"),
            keep_empty=True,
        ),
    ),
    refuse=as_invalid_path,
)


@operation("apigateway", "UpdateGatewayResponse")
async def update_gateway_response(call: Call, request: Request) -> Response:
    """PATCH a type; one that was not customised yet starts from its default."""
    response_type = request["responseType"]
    async with edit_api(call, request["restApiId"]) as edit:
        own = edit.api["gatewayResponses"].get(response_type, {})
        response = default_response(response_type) | own
        del response["defaultResponse"]
        if "statusCode" not in own:
            response.pop("statusCode", None)
        TABLE.apply(response, request.get("patchOperations"))
        _check(response)
        edit.api["gatewayResponses"][response_type] = response
    return effective_response(edit.api, response_type)


@operation("apigateway", "DeleteGatewayResponse")
async def delete_gateway_response(call: Call, request: Request) -> Response:
    """Forget a customisation."""
    async with edit_api(call, request["restApiId"]) as edit:
        if edit.api["gatewayResponses"].pop(request["responseType"], None) is None:
            raise NotFound("Gateway response type not defined on api")
    return {}
