"""MethodResponse: put, get, update, delete. Reference: apigateway-control-plane section 5.3."""

from __future__ import annotations

from typing import Any

from gatelet.control.apigateway.editing import edit_api, read_api
from gatelet.control.apigateway.errors import no_such_model, no_such_resource, no_such_status
from gatelet.control.apigateway.expressions import check_response_parameters
from gatelet.control.apigateway.method_rules import Method, method_at
from gatelet.control.apigateway.patching import Table, as_invalid_path, flag_value, map_row
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.gateway.document import ApiDocument

MethodResponse = dict[str, Any]


def find_method_response(method: Method, status: str) -> MethodResponse:
    """The response for the status. Raises NotFound."""
    response: MethodResponse | None = method.get("methodResponses", {}).get(status)
    if response is None:
        raise no_such_status()
    return response


def _check(api: ApiDocument, response: MethodResponse) -> None:
    check_response_parameters(response.get("responseParameters", ()))
    for name in response.get("responseModels", {}).values():
        if name not in api["models"]:
            raise no_such_model(name)


@operation("apigateway", "PutMethodResponse")
async def put_method_response(call: Call, request: Request) -> Response:
    """Declare a response; maps that are sent empty are shown empty."""
    response: MethodResponse = {"statusCode": request["statusCode"]}
    if request.get("responseParameters") is not None:
        response["responseParameters"] = {name: bool(needed) for name, needed in request["responseParameters"].items()}
    if request.get("responseModels") is not None:
        response["responseModels"] = request["responseModels"]
    async with edit_api(call, request["restApiId"], no_such_resource()) as edit:
        method = method_at(edit.api, request)
        _check(edit.api, response)
        method.setdefault("methodResponses", {})[response["statusCode"]] = response
    return response


@operation("apigateway", "GetMethodResponse")
async def get_method_response(call: Call, request: Request) -> Response:
    """One declared response."""
    api = await read_api(call, request["restApiId"], no_such_resource())
    return find_method_response(method_at(api, request), request["statusCode"])


TABLE = Table(
    rows=(
        map_row("/responseParameters/{expression}", "responseParameters", value=flag_value),
        map_row("/responseModels/{type}", "responseModels", missing="Content-Type specified was not found"),
    ),
    refuse=as_invalid_path,
)


@operation("apigateway", "UpdateMethodResponse")
async def update_method_response(call: Call, request: Request) -> Response:
    """PATCH a declared response."""
    async with edit_api(call, request["restApiId"], no_such_resource()) as edit:
        response = find_method_response(method_at(edit.api, request), request["statusCode"])
        TABLE.apply(response, request.get("patchOperations"))
        _check(edit.api, response)
    return response


@operation("apigateway", "DeleteMethodResponse")
async def delete_method_response(call: Call, request: Request) -> Response:
    """Delete a declared response."""
    async with edit_api(call, request["restApiId"], no_such_resource()) as edit:
        method = method_at(edit.api, request)
        find_method_response(method, request["statusCode"])
        del method["methodResponses"][request["statusCode"]]
        if not method["methodResponses"]:
            del method["methodResponses"]
    return {}
