"""Resource: create, get, list, update, delete. Reference: apigateway-control-plane section 5.1."""

from __future__ import annotations

from typing import Any

from gatelet.control.apigateway.editing import edit_api, read_api
from gatelet.control.apigateway.errors import BadRequest, no_such_resource
from gatelet.control.apigateway.paging import page
from gatelet.control.apigateway.patching import Edit, Row, Table, in_table_words
from gatelet.control.apigateway.resource_tree import (
    check_not_below,
    check_path_part,
    find_resource,
    place,
    remove_subtree,
    shown,
)
from gatelet.control.operation import Call, Request, Response, operation


@operation("apigateway", "CreateResource")
async def create_resource(call: Call, request: Request) -> Response:
    """A resource below another."""
    check_path_part(request["pathPart"])
    resource: dict[str, Any] = {
        "id": call.ports.ids.lower_alnum(6),
        "parentId": request["parentId"],
        "pathPart": request["pathPart"],
    }
    async with edit_api(call, request["restApiId"], no_such_resource()) as edit:
        place(edit.api, resource)
    return shown(resource, methods=False)


@operation("apigateway", "GetResource")
async def get_resource(call: Call, request: Request) -> Response:
    """One resource, with its methods if ``embed`` asks for them."""
    api = await read_api(call, request["restApiId"], no_such_resource())
    return shown(find_resource(api, request["resourceId"]), methods=_embeds_methods(request))


@operation("apigateway", "GetResources")
async def get_resources(call: Call, request: Request) -> Response:
    """The resources of an API, ordered by path, a page at a time."""
    api = await read_api(call, request["restApiId"])
    rows = sorted(api["resources"].values(), key=_path_of)
    methods = _embeds_methods(request)
    return page(rows, request, _path_of, lambda resource: shown(resource, methods=methods))


def _path_of(resource: dict[str, Any]) -> str:
    return str(resource["path"])


def _embeds_methods(request: Request) -> bool:
    return "methods" in (request.get("embed") or ())


def _set_path_part(resource: dict[str, Any], edit: Edit) -> None:
    if "parentId" not in resource:
        raise BadRequest("Root resource cannot update its pathPart.")
    part = edit.value or ""
    check_path_part(part)
    resource["pathPart"] = part


def _set_parent_id(resource: dict[str, Any], edit: Edit) -> None:
    if "parentId" not in resource:
        raise BadRequest("Root resource cannot update its parentId.")
    resource["parentId"] = edit.value or ""


TABLE = Table(
    rows=(Row("/pathPart", {"replace": _set_path_part}), Row("/parentId", {"replace": _set_parent_id})),
    refuse=in_table_words,
)


@operation("apigateway", "UpdateResource")
async def update_resource(call: Call, request: Request) -> Response:
    """Rename or move a resource; its subtree's paths follow."""
    async with edit_api(call, request["restApiId"], no_such_resource()) as edit:
        resource = find_resource(edit.api, request["resourceId"])
        moved = {**resource}
        TABLE.apply(moved, request.get("patchOperations"))
        if "parentId" in moved:
            check_not_below(edit.api, resource, moved["parentId"])
            place(edit.api, moved)
    return shown(moved, methods=False)


@operation("apigateway", "DeleteResource")
async def delete_resource(call: Call, request: Request) -> Response:
    """Delete a resource and all below it."""
    async with edit_api(call, request["restApiId"], no_such_resource()) as edit:
        remove_subtree(edit.api, request["resourceId"])
    return {}
