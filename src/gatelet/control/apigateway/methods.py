"""Method: put, get, update, delete. Reference: apigateway-control-plane section 5.2."""

from __future__ import annotations

from typing import Any

from gatelet.control.apigateway.editing import edit_api, read_api
from gatelet.control.apigateway.errors import Conflict, no_such_resource
from gatelet.control.apigateway.method_rules import (
    Method,
    check_fields,
    check_references,
    check_verb,
    find_method,
    method_at,
    refuse_unsupported,
)
from gatelet.control.apigateway.patching import (
    Edit,
    Row,
    Table,
    flag_value,
    in_plain_words,
    map_row,
    set_flag,
    set_text,
)
from gatelet.control.apigateway.resource_tree import find_resource
from gatelet.control.operation import Call, Request, Response, operation


@operation("apigateway", "PutMethod")
async def put_method(call: Call, request: Request) -> Response:
    """A method on a resource; one that exists is not overwritten."""
    verb = request["httpMethod"]
    check_verb(verb)
    method: Method = {
        "httpMethod": verb,
        "authorizationType": request["authorizationType"],
        "apiKeyRequired": bool(request.get("apiKeyRequired")),
    }
    optional = ("authorizerId", "authorizationScopes", "requestValidatorId", "operationName")
    for member in (*optional, "requestModels"):
        if request.get(member):
            method[member] = request[member]
    if request.get("requestParameters"):
        method["requestParameters"] = {name: bool(needed) for name, needed in request["requestParameters"].items()}
    check_fields(method)
    async with edit_api(call, request["restApiId"], no_such_resource()) as edit:
        resource = find_resource(edit.api, request["resourceId"])
        check_references(edit.api, method)
        methods = resource.setdefault("resourceMethods", {})
        if verb in methods:
            raise Conflict("Method already exists for this resource")
        refuse_unsupported(method)
        methods[verb] = method
    return method


@operation("apigateway", "GetMethod")
async def get_method(call: Call, request: Request) -> Response:
    """One method with its integration and responses."""
    return method_at(await read_api(call, request["restApiId"], no_such_resource()), request)


def _add_scope(method: dict[str, Any], edit: Edit) -> None:
    scope = edit.required("authorizationScopes")
    scopes = method.setdefault("authorizationScopes", [])
    if scope not in scopes:
        scopes.append(scope)


def _remove_scope(method: dict[str, Any], edit: Edit) -> None:
    kept = [scope for scope in method.get("authorizationScopes", ()) if scope != edit.value]
    method.pop("authorizationScopes", None)
    if kept:
        method["authorizationScopes"] = kept


TABLE = Table(
    rows=(
        Row("/authorizationType", {"replace": set_text("authorizationType")}),
        Row("/authorizerId", {"replace": set_text("authorizerId")}),
        Row("/apiKeyRequired", {"replace": set_flag("apiKeyRequired")}),
        Row("/operationName", {"replace": set_text("operationName")}),
        Row("/requestValidatorId", {"replace": set_text("requestValidatorId")}),
        map_row("/requestParameters/{expression}", "requestParameters", value=flag_value),
        map_row("/requestModels/{type}", "requestModels", missing="Content-Type specified was not found"),
        Row("/authorizationScopes", {"add": _add_scope, "remove": _remove_scope}),
    ),
    refuse=in_plain_words,
)


@operation("apigateway", "UpdateMethod")
async def update_method(call: Call, request: Request) -> Response:
    """PATCH a method; what counts is where the operations lead together, not their order."""
    async with edit_api(call, request["restApiId"], no_such_resource()) as edit:
        method = method_at(edit.api, request)
        TABLE.apply(method, request.get("patchOperations"))
        method.setdefault("authorizationType", "")
        check_fields(method)
        check_references(edit.api, method)
        refuse_unsupported(method)
    return method


@operation("apigateway", "DeleteMethod")
async def delete_method(call: Call, request: Request) -> Response:
    """Delete a method with its integration and responses."""
    async with edit_api(call, request["restApiId"], no_such_resource()) as edit:
        resource = find_resource(edit.api, request["resourceId"])
        find_method(resource, request["httpMethod"])
        del resource["resourceMethods"][request["httpMethod"]]
        if not resource["resourceMethods"]:
            del resource["resourceMethods"]
    return {}
