"""Model: create, get, list, update, delete, and its template. Reference: apigateway-control-plane section 5.6."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

from gatelet.aws import quotas
from gatelet.control.apigateway.editing import edit_api, read_api
from gatelet.control.apigateway.errors import BadRequest, Conflict, NotFound
from gatelet.control.apigateway.method_rules import every_method
from gatelet.control.apigateway.model_template import sample_template
from gatelet.control.apigateway.paging import page
from gatelet.control.apigateway.patching import Edit, Row, Table, in_table_words, set_text
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.gateway.document import ApiDocument
from gatelet.gateway.validation.model import is_draft_4
from gatelet.gateway.validation.schemas import references

Model = dict[str, Any]

_INVALID_SCHEMA = "Invalid model schema specified"
_CANONICAL = re.compile(r"#|https://apigateway\.amazonaws\.com/restapis/[^/]+/models/[A-Za-z0-9]+")
_NAME = re.compile(r"[A-Za-z0-9]+")


def _find(api: ApiDocument, name: str) -> Model:
    model = api["models"].get(name)
    if model is None:
        raise NotFound(f"Invalid model name specified: {name}")
    return model


def _check_name(name: str) -> None:
    if not name:
        raise BadRequest("Model name must be non-empty")
    if not _NAME.fullmatch(name):
        raise BadRequest(f"Model name must be alphanumeric: {name}")


async def _check_schema(schema: str | None, content_type: str) -> None:
    """Raises BadRequest; a schema of JSON must be a JSON object, and JSON Schema draft 4."""
    if not schema:
        raise BadRequest("Model schema must have at least 1 property or array items defined")
    if len(schema.encode()) > quotas.MODEL_SCHEMA_BYTES:
        raise BadRequest(f"Model schema exceeds maximum size of {quotas.MODEL_SCHEMA_BYTES} bytes")
    if "json" in content_type:
        # In a thread: schemas may be large, and the first one loads the library
        problems = await asyncio.to_thread(_schema_problems, schema)
        if problems:
            raise BadRequest(
                f"Invalid model specified: Validation Result: warnings : [], errors : [{', '.join(problems)}]"
            )


def _schema_problems(schema: str) -> list[str]:
    parsed = parsed_schema(schema)
    try:
        if parsed is not None and any(not _CANONICAL.match(reference) for reference in references(parsed)):
            return [_INVALID_SCHEMA, "Model reference must be in canonical form"]
        return [] if parsed is not None and is_draft_4(parsed) else [_INVALID_SCHEMA]
    except RecursionError:
        return [_INVALID_SCHEMA]


def parsed_schema(schema: str) -> dict[str, Any] | None:
    """The schema as a JSON object, or None."""
    try:
        parsed = json.loads(schema)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None


@operation("apigateway", "CreateModel")
async def create_model(call: Call, request: Request) -> Response:
    """A model with a name that is free."""
    name, content_type = request["name"], request["contentType"]
    _check_name(name)
    await _check_schema(request.get("schema"), content_type)
    async with edit_api(call, request["restApiId"]) as edit:
        if name in edit.api["models"]:
            raise Conflict("Model name already exists for this REST API")
        model: Model = {"id": call.ports.ids.lower_alnum(6), "name": name}
        if request.get("description"):
            model["description"] = request["description"]
        model |= {"schema": request["schema"], "contentType": content_type}
        edit.api["models"][name] = model
    return model


@operation("apigateway", "GetModel")
async def get_model(call: Call, request: Request) -> Response:
    """One model; ``flatten`` puts the models that it refers to in place."""
    api = await read_api(call, request["restApiId"])
    model = _find(api, request["modelName"])
    if not request.get("flatten"):
        return model
    try:
        return _flattened(api, model)
    except RecursionError:
        raise BadRequest("Model schema is nested too deeply to be flattened") from None


def _flattened(api: ApiDocument, model: Model) -> Model:
    """The schema with the models that it refers to (by their URLs) as ``definitions``."""
    schema = parsed_schema(model["schema"])
    if schema is None:
        return model
    found: dict[str, Any] = {}
    flat = _localised(api, schema, found)
    if found:
        flat["definitions"] = {**flat.get("definitions", {}), **found}
    return {**model, "schema": json.dumps(flat, indent=2)}


def _localised(api: ApiDocument, node: Any, found: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_localised(api, item, found) for item in node]
    if not isinstance(node, dict):
        return node
    reference = node.get("$ref")
    prefix = f"https://apigateway.amazonaws.com/restapis/{api['restApi']['id']}/models/"
    if not isinstance(reference, str) or not reference.startswith(prefix):
        return {name: _localised(api, value, found) for name, value in node.items()}
    name = reference.removeprefix(prefix)
    if name in api["models"] and name not in found:
        found[name] = {}
        found[name] = _localised(api, parsed_schema(api["models"][name]["schema"]), found)
    return {**node, "$ref": f"#/definitions/{name}"}


@operation("apigateway", "GetModels")
async def get_models(call: Call, request: Request) -> Response:
    """The models of an API, ordered by name, a page at a time."""
    api = await read_api(call, request["restApiId"])
    rows = [api["models"][name] for name in sorted(api["models"])]
    return page(rows, request, lambda model: str(model["name"]), lambda model: model)


@operation("apigateway", "GetModelTemplate")
async def get_model_template(call: Call, request: Request) -> Response:
    """A sample mapping template that renders the model."""
    model = _find(await read_api(call, request["restApiId"]), request["modelName"])
    return {"value": sample_template(parsed_schema(model["schema"]) or {})}


def _set_schema(model: dict[str, Any], edit: Edit) -> None:
    model["schema"] = edit.value


TABLE = Table(
    rows=(Row("/description", {"replace": set_text("description")}), Row("/schema", {"replace": _set_schema})),
    refuse=in_table_words,
)


@operation("apigateway", "UpdateModel")
async def update_model(call: Call, request: Request) -> Response:
    """PATCH a model's description and schema."""
    async with edit_api(call, request["restApiId"]) as edit:
        model = _find(edit.api, request["modelName"])
        before = model["schema"]
        TABLE.apply(model, request.get("patchOperations"))
        if model["schema"] != before:
            await _check_schema(model["schema"], model["contentType"])
    return model


@operation("apigateway", "DeleteModel")
async def delete_model(call: Call, request: Request) -> Response:
    """Delete a model that no method names."""
    name = request["modelName"]
    async with edit_api(call, request["restApiId"]) as edit:
        _find(edit.api, name)
        _refuse_if_used(edit.api, name)
        del edit.api["models"][name]
    return {}


def _refuse_if_used(api: ApiDocument, name: str) -> None:
    """Raises Conflict. AWS prints the root as ``//ANY``: its path, a slash, the verb."""
    for resource, verb, method in every_method(api):
        where = f"{resource['path']}/{verb}"
        if name in method.get("requestModels", {}).values():
            raise Conflict(f"Cannot delete model '{name}', is referenced in method request: {where}")
        for response in method.get("methodResponses", {}).values():
            if name in response.get("responseModels", {}).values():
                raise Conflict(f"Cannot delete model '{name}', is referenced in method response: {where}")
