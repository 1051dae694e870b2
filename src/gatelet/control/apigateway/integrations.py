"""Integration: put, get, update, delete. Reference: apigateway-control-plane section 5.4."""

from __future__ import annotations

from typing import Any

from gatelet.aws import quotas
from gatelet.control.apigateway.editing import edit_api, read_api
from gatelet.control.apigateway.errors import BadRequest, no_such_resource
from gatelet.control.apigateway.integration_rules import (
    Integration,
    check_fields,
    check_parameters,
    find_integration,
    refuse_unsupported,
)
from gatelet.control.apigateway.method_rules import method_at
from gatelet.control.apigateway.patching import Edit, Row, Setter, Table, as_invalid_path, map_row, set_text
from gatelet.control.operation import Call, Request, Response, operation

_OPTIONAL = (
    "uri",
    "connectionId",
    "credentials",
    "requestParameters",
    "requestTemplates",
    "contentHandling",
    "tlsConfig",
    "responseTransferMode",
    "integrationTarget",
)


@operation("apigateway", "PutIntegration")
async def put_integration(call: Call, request: Request) -> Response:
    """Set the integration of a method; one that exists is overwritten."""
    integration = _new_integration(request)
    check_fields(integration)
    async with edit_api(call, request["restApiId"], no_such_resource()) as edit:
        method = method_at(edit.api, request)
        check_parameters(method, integration)
        refuse_unsupported(integration, call.ports.service_endpoints)
        method["methodIntegration"] = integration
    return integration


def _new_integration(request: Request) -> Integration:
    kind = request["type"]
    integration: Integration = {"type": kind}
    if request.get("integrationHttpMethod"):
        integration["httpMethod"] = request["integrationHttpMethod"]
    for member in _OPTIONAL:
        if request.get(member):
            integration[member] = request[member]
    if kind in {"HTTP", "HTTP_PROXY"}:
        integration["connectionType"] = request.get("connectionType") or "INTERNET"
    elif request.get("connectionType") == "VPC_LINK":
        integration["connectionType"] = "VPC_LINK"
    integration["passthroughBehavior"] = request.get("passthroughBehavior") or "WHEN_NO_MATCH"
    timeout = request.get("timeoutInMillis")
    integration["timeoutInMillis"] = quotas.INTEGRATION_TIMEOUT_MAX_MS if timeout is None else timeout
    integration["cacheNamespace"] = request.get("cacheNamespace") or request["resourceId"]
    integration["cacheKeyParameters"] = list(request.get("cacheKeyParameters") or ())
    return integration


@operation("apigateway", "GetIntegration")
async def get_integration(call: Call, request: Request) -> Response:
    """The integration of a method."""
    api = await read_api(call, request["restApiId"], no_such_resource())
    return find_integration(method_at(api, request))


def _set_timeout(integration: dict[str, Any], edit: Edit) -> None:
    try:
        integration["timeoutInMillis"] = int(edit.value or "")
    except ValueError:
        raise BadRequest(f"Invalid integer value specified for timeoutInMillis: {edit.value}") from None


def _set_tls(integration: dict[str, Any], edit: Edit) -> None:
    integration["tlsConfig"] = {"insecureSkipVerification": edit.flag}


def _add_cache_key(integration: dict[str, Any], edit: Edit) -> None:
    if edit.name not in integration["cacheKeyParameters"]:
        integration["cacheKeyParameters"].append(edit.name)


def _remove_cache_key(integration: dict[str, Any], edit: Edit) -> None:
    integration["cacheKeyParameters"] = [key for key in integration["cacheKeyParameters"] if key != edit.name]


def _replace_cache_key(integration: dict[str, Any], edit: Edit) -> None:
    _remove_cache_key(integration, edit)
    integration["cacheKeyParameters"].append(edit.required("cacheKeyParameters"))


def _replaceable(path: str, setter: Setter | None = None) -> Row:
    return Row(path, {"replace": setter or set_text(path[1:])})


TABLE = Table(
    rows=(
        _replaceable("/httpMethod"),
        _replaceable("/uri"),
        _replaceable("/credentials"),
        _replaceable("/passthroughBehavior"),
        _replaceable("/contentHandling"),
        _replaceable("/timeoutInMillis", _set_timeout),
        _replaceable("/connectionType"),
        _replaceable("/connectionId"),
        _replaceable("/cacheNamespace"),
        _replaceable("/tlsConfig/insecureSkipVerification", _set_tls),
        _replaceable("/responseTransferMode"),
        map_row("/requestParameters/{expression}", "requestParameters"),
        map_row("/requestTemplates/{type}", "requestTemplates", missing="Content-Type specified was not found"),
        Row(
            "/cacheKeyParameters/{expression}",
            {"add": _add_cache_key, "replace": _replace_cache_key, "remove": _remove_cache_key},
        ),
    ),
    refuse=as_invalid_path,
)


@operation("apigateway", "UpdateIntegration")
async def update_integration(call: Call, request: Request) -> Response:
    """PATCH an integration; the result is checked as PutIntegration checks it."""
    async with edit_api(call, request["restApiId"], no_such_resource()) as edit:
        method = method_at(edit.api, request)
        integration = find_integration(method)
        TABLE.apply(integration, request.get("patchOperations"))
        integration.setdefault("passthroughBehavior", "WHEN_NO_MATCH")
        integration.setdefault("cacheNamespace", request["resourceId"])
        check_fields(integration)
        check_parameters(method, integration)
        refuse_unsupported(integration, call.ports.service_endpoints)
    return integration


@operation("apigateway", "DeleteIntegration")
async def delete_integration(call: Call, request: Request) -> Response:
    """Delete the integration of a method."""
    async with edit_api(call, request["restApiId"], no_such_resource()) as edit:
        method = method_at(edit.api, request)
        find_integration(method)
        del method["methodIntegration"]
    return {}
