"""RequestValidator: create, get, list, update, delete. Reference: apigateway-control-plane section 5.7."""

from __future__ import annotations

from typing import Any

from gatelet.control.apigateway.editing import edit_api, read_api
from gatelet.control.apigateway.errors import BadRequest, Conflict, NotFound
from gatelet.control.apigateway.method_rules import every_method
from gatelet.control.apigateway.paging import page
from gatelet.control.apigateway.patching import Edit, Row, Table, in_table_words, set_flag
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.gateway.document import ApiDocument

RequestValidator = dict[str, Any]


def _no_such_validator() -> NotFound:
    return NotFound("Invalid Request Validator identifier specified")


def _find(api: ApiDocument, validator_id: str) -> RequestValidator:
    validator = api["requestValidators"].get(validator_id)
    if validator is None:
        raise _no_such_validator()
    return validator


def _check_name(name: str | None) -> None:
    if name is not None and not name.strip():
        raise BadRequest("Request Validator name cannot be blank")


@operation("apigateway", "CreateRequestValidator")
async def create_request_validator(call: Call, request: Request) -> Response:
    """A validator; its name may be left out."""
    _check_name(request.get("name"))
    validator: RequestValidator = {"id": call.ports.ids.lower_alnum(6)}
    if request.get("name") is not None:
        validator["name"] = request["name"]
    for member in ("validateRequestBody", "validateRequestParameters"):
        validator[member] = bool(request.get(member))
    async with edit_api(call, request["restApiId"], BadRequest("Invalid REST API identifier specified")) as edit:
        edit.api["requestValidators"][validator["id"]] = validator
    return validator


@operation("apigateway", "GetRequestValidator")
async def get_request_validator(call: Call, request: Request) -> Response:
    """One validator."""
    return _find(await read_api(call, request["restApiId"], _no_such_validator()), request["requestValidatorId"])


@operation("apigateway", "GetRequestValidators")
async def get_request_validators(call: Call, request: Request) -> Response:
    """The validators of an API, ordered by id, a page at a time."""
    api = await read_api(call, request["restApiId"])
    rows = [api["requestValidators"][key] for key in sorted(api["requestValidators"])]
    return page(rows, request, lambda validator: str(validator["id"]), lambda validator: validator)


def _set_name(validator: dict[str, Any], edit: Edit) -> None:
    _check_name(edit.value or "")
    validator["name"] = edit.value


TABLE = Table(
    rows=(
        Row("/name", {"replace": _set_name}),
        Row("/validateRequestParameters", {"replace": set_flag("validateRequestParameters")}),
        Row("/validateRequestBody", {"replace": set_flag("validateRequestBody")}),
    ),
    refuse=in_table_words,
)


@operation("apigateway", "UpdateRequestValidator")
async def update_request_validator(call: Call, request: Request) -> Response:
    """PATCH a validator."""
    async with edit_api(call, request["restApiId"]) as edit:
        validator = _find(edit.api, request["requestValidatorId"])
        TABLE.apply(validator, request.get("patchOperations"))
    return validator


@operation("apigateway", "DeleteRequestValidator")
async def delete_request_validator(call: Call, request: Request) -> Response:
    """Delete a validator that no method has."""
    async with edit_api(call, request["restApiId"], _no_such_validator()) as edit:
        validator = _find(edit.api, request["requestValidatorId"])
        for resource, verb, method in every_method(edit.api):
            if method.get("requestValidatorId") == validator["id"]:
                raise Conflict(
                    f"Cannot delete request validator '{validator.get('name', validator['id'])}', is referenced in "
                    f"method request: {resource['path']}/{verb}"
                )
        del edit.api["requestValidators"][validator["id"]]
    return {}
