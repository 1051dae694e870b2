"""FunctionUrlConfig: a function's own HTTP endpoint. Reference: lambda-control-plane section 10.

The URL that is answered is one that works on this machine: the path form below the endpoint that the client used.
AWS's own form, ``{id}.lambda-url.{region}.on.aws``, is served too, to clients whose names lead here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from gatelet.aws.arn import function_arn
from gatelet.aws.clock import url_timestamp
from gatelet.control.lambda_.documents import document_of, edit_function, function_key, named
from gatelet.control.lambda_.errors import ResourceConflict, ResourceNotFound
from gatelet.control.lambda_.names import LATEST, FunctionName
from gatelet.control.lambda_.paging import after, next_marker, page_size
from gatelet.control.lambda_.qualifiers import names_something
from gatelet.control.operation import Call, Response, operation
from gatelet.functions.model import FunctionDocument, UrlDocument
from gatelet.functions.urls.address import shown_url

if TYPE_CHECKING:
    from types_boto3_lambda.type_defs import (
        CreateFunctionUrlConfigRequestTypeDef,
        DeleteFunctionUrlConfigRequestTypeDef,
        GetFunctionUrlConfigRequestTypeDef,
        ListFunctionUrlConfigsRequestTypeDef,
        UpdateFunctionUrlConfigRequestTypeDef,
    )

_ID_CHARACTERS = 32


@operation("lambda", "CreateFunctionUrlConfig")
async def create_function_url_config(call: Call, request: CreateFunctionUrlConfigRequestTypeDef) -> Response:
    """A URL for the function or for one of its aliases."""
    name = named(call, request, "CreateFunctionUrlConfig")
    async with _edit(call, name) as document:
        urls = _urls(document)
        if _qualifier(name) in urls:
            raise ResourceConflict(
                f"Failed to create function url config for [functionArn = {name.arn}]. "
                "Error message:  FunctionUrlConfig exists for this Lambda function"
            )
        now = url_timestamp(call.ports.clock.now())
        url: UrlDocument = {
            "id": call.ports.ids.lower_alnum(_ID_CHARACTERS),
            "AuthType": request["AuthType"],
            "CreationTime": now,
            "LastModifiedTime": now,
        }
        _change(url, request)
        urls[_qualifier(name)] = url
    answer = _shown(call, name, _qualifier(name), url)
    del answer["LastModifiedTime"]
    if not request.get("InvokeMode"):
        del answer["InvokeMode"]
    return answer


@operation("lambda", "GetFunctionUrlConfig")
async def get_function_url_config(call: Call, request: GetFunctionUrlConfigRequestTypeDef) -> Response:
    """The URL of the function or of one of its aliases."""
    name = named(call, request, "GetFunctionUrlConfig")
    record = await call.ports.records.get(function_key(name))
    urls = {} if record is None else document_of(record).get("urls", {})
    if _qualifier(name) not in urls:
        raise _no_url()
    return _shown(call, name, _qualifier(name), urls[_qualifier(name)])


@operation("lambda", "UpdateFunctionUrlConfig")
async def update_function_url_config(call: Call, request: UpdateFunctionUrlConfigRequestTypeDef) -> Response:
    """Set what is given; ``Cors`` is replaced as a whole."""
    name = named(call, request, "UpdateFunctionUrlConfig")
    async with _edit(call, name) as document:
        url = _urls(document).get(_qualifier(name))
        if url is None:
            raise _no_url()
        _change(url, request)
        url["LastModifiedTime"] = url_timestamp(call.ports.clock.now())
    return _shown(call, name, _qualifier(name), url)


@operation("lambda", "DeleteFunctionUrlConfig")
async def delete_function_url_config(call: Call, request: DeleteFunctionUrlConfigRequestTypeDef) -> Response:
    """Delete one URL: without a qualifier those of aliases stay."""
    name = named(call, request, "DeleteFunctionUrlConfig")
    async with edit_function(call.ports, name, _no_url()) as document:
        if _urls(document).pop(_qualifier(name), None) is None:
            raise _no_url()
    return {}


@operation("lambda", "ListFunctionUrlConfigs")
async def list_function_url_configs(call: Call, request: ListFunctionUrlConfigsRequestTypeDef) -> Response:
    """The URLs of the function and its aliases, ordered by qualifier."""
    name = named(call, request, "ListFunctionUrlConfigs")
    record = await call.ports.records.get(function_key(name))
    if record is None:
        raise _no_function()
    urls = document_of(record).get("urls", {})
    size, begin = page_size(request), after(request)
    qualifiers = sorted(qualifier for qualifier in urls if qualifier > begin)[: size + 1]
    return {
        "FunctionUrlConfigs": [_shown(call, name, qualifier, urls[qualifier]) for qualifier in qualifiers[:size]],
        "NextMarker": next_marker(qualifiers, size),
    }


@asynccontextmanager
async def _edit(call: Call, name: FunctionName) -> AsyncIterator[FunctionDocument]:
    async with edit_function(call.ports, name, _no_function()) as document:
        if not await names_something(call.ports, name, document):
            raise _no_function()
        yield document


def _qualifier(name: FunctionName) -> str:
    return name.qualifier or LATEST


def _urls(document: FunctionDocument) -> dict[str, UrlDocument]:
    return document.setdefault("urls", {})


def _change(url: UrlDocument, request: Mapping[str, Any]) -> None:
    if request.get("AuthType"):
        url["AuthType"] = request["AuthType"]
    if request.get("InvokeMode"):
        url["InvokeMode"] = request["InvokeMode"]
    if request.get("Cors") is not None:
        url["Cors"] = {member: value for member, value in request["Cors"].items() if value is not None}


def _shown(call: Call, name: FunctionName, qualifier: str, url: UrlDocument) -> dict[str, Any]:
    return {
        "FunctionUrl": shown_url(call.endpoint, url["id"]),
        "FunctionArn": function_arn(name.scope, name.name, None if qualifier == LATEST else qualifier),
        "AuthType": url["AuthType"],
        "Cors": url.get("Cors"),
        "CreationTime": url["CreationTime"],
        "LastModifiedTime": url["LastModifiedTime"],
        "InvokeMode": url.get("InvokeMode", "BUFFERED"),
    }


def _no_function() -> ResourceNotFound:
    return ResourceNotFound("Function does not exist")


def _no_url() -> ResourceNotFound:
    return ResourceNotFound("The resource you requested does not exist.")
