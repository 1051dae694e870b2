"""What rest-json and rest-xml share: everything outside the body.

Paths, query strings and headers on the way in, the status and headers on the way out.
"""

from __future__ import annotations

import base64
import binascii
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import orjson

from gatelet.aws.errors import AwsError, NotSupported
from gatelet.wire.errors import SerializationFailure, UnencodableResult, UnknownOperation
from gatelet.wire.message import WireRequest, WireResponse
from gatelet.wire.models import Operation, ServiceModel, Shape
from gatelet.wire.protocols.forms import parse_multi
from gatelet.wire.protocols.scalars import read_text, write_text
from gatelet.wire.protocols.timestamps import ISO, RFC
from gatelet.wire.routing import RestRouter


class RestProtocol(ABC):
    """One service on a REST protocol; the body's language is the subclass's."""

    content_type: str

    def __init__(self, model: ServiceModel) -> None:
        self._model = model
        self._router = RestRouter(model.operations.values())

    def decode(self, request: WireRequest, headers: Mapping[str, str]) -> tuple[Operation, dict[str, Any]]:
        """See ServiceProtocol."""
        query = parse_multi(request.query)
        try:
            match = self._router.match(request.method, request.path, query, headers)
        except UnicodeError as error:
            raise SerializationFailure("The path is not encoded in UTF-8") from error
        if match is None:
            where = f"{request.method} {request.path}"
            raise UnknownOperation(f"No operation of {self._model.name} is at {where}", status=404)
        operation = match.operation
        shape = operation.input
        if shape is None:
            return operation, {}
        params = _read_located(operation, shape, match.labels, query, headers)
        params.update(self._read_payload(shape, request.body))
        return operation, params

    def encode(self, operation: Operation, result: Mapping[str, Any], request_id: str) -> WireResponse:
        """See ServiceProtocol."""
        shape = operation.output
        headers = [self._request_id_header(request_id)]
        if shape is None:
            if any(value is not None for value in result.values()):
                raise UnencodableResult(f"{operation.name} has no output, got {', '.join(result)}")
            return WireResponse(operation.status, headers, b"")
        status = operation.status
        for name, value in result.items():
            member = shape.members.get(name)
            if value is None or member is None:
                continue
            if member.location == "statusCode":
                status = int(value)
            elif member.location == "header":
                headers.append((member.wire_name or name, _header_text(member, value)))
            elif member.location == "headers":
                headers += [((member.wire_name or "") + key, str(text)) for key, text in value.items()]
        body = b"" if status == 204 else self._body(operation, shape, result)
        if body and not any(name.lower() == "content-type" for name, _ in headers):
            headers.append(("Content-Type", self.content_type))
        return WireResponse(status, headers, body)

    @abstractmethod
    def encode_error(self, error: AwsError, request_id: str) -> WireResponse:
        """See ServiceProtocol."""

    @abstractmethod
    def _read_structure(self, members: Mapping[str, Shape], body: bytes) -> dict[str, Any]:
        """The members of a structure that the body holds."""

    @abstractmethod
    def _write_structure(self, shape: Shape, result: Mapping[str, Any]) -> bytes:
        """The body of a structure: an output, or the payload member of one."""

    def _request_id_header(self, request_id: str) -> tuple[str, str]:
        return "x-amzn-RequestId", request_id

    def _read_payload(self, shape: Shape, body: bytes) -> dict[str, Any]:
        name = shape.payload
        if name is None:
            return self._read_structure(shape.body_members, body) if shape.body_members else {}
        member = shape.members[name]
        if not body and name not in shape.required:
            return {}
        if member.type == "blob":
            return {name: body}
        if member.type == "string":
            return {name: _utf8(body)}
        return {name: self._read_structure(member.members, body)} if body else {}

    def _body(self, operation: Operation, shape: Shape, result: Mapping[str, Any]) -> bytes | AsyncIterator[bytes]:
        """An event stream's member is an iterator over its encoded messages."""
        if shape.event_stream is None:
            return self._write_payload(operation, shape, result)
        messages: AsyncIterator[bytes] | None = result.get(shape.event_stream)
        if messages is None:
            raise NotSupported(f"the event stream of {operation.name}")
        return messages

    def _write_payload(self, operation: Operation, shape: Shape, result: Mapping[str, Any]) -> bytes:
        unknown = [name for name in result if name not in shape.members]
        if unknown:
            raise UnencodableResult(f"{operation.name} has no {', '.join(unknown)} in its output")
        name = shape.payload
        if name is None:
            return self._write_structure(shape, result) if shape.body_members else b""
        member, value = shape.members[name], result.get(name)
        if value is None:
            return b""
        if member.type in ("blob", "string"):
            return value.encode() if isinstance(value, str) else bytes(value)
        return self._write_structure(member, value)


def _utf8(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise SerializationFailure("The body is not encoded in UTF-8") from error


def _read_located(
    operation: Operation,
    shape: Shape,
    labels: Mapping[str, str],
    query: Mapping[str, Sequence[str]],
    headers: Mapping[str, str],
) -> dict[str, Any]:
    params: dict[str, Any] = {}
    for name, member in shape.members.items():
        wire_name = member.wire_name or name
        if member.location == "uri":
            params[name] = read_text(member, labels[wire_name], ISO)
        elif member.location == "querystring":
            if member.type == "map":
                params |= _free_query(operation, shape, name, query)
            elif wire_name in query:
                params[name] = _query_value(member, query[wire_name])
        elif member.location == "header" and wire_name.lower() in headers:
            params[name] = _header_value(member, headers[wire_name.lower()])
        elif member.location == "headers":
            prefix = wire_name.lower()
            found = {key.removeprefix(prefix): text for key, text in headers.items() if key.startswith(prefix)}
            params |= {name: found} if found else {}
    return params


def _query_value(shape: Shape, values: Sequence[str]) -> Any:
    if shape.type == "list":
        return [read_text(shape.element, value, ISO) for value in values]
    return read_text(shape, values[-1], ISO)


def _free_query(operation: Operation, shape: Shape, name: str, query: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """A map in the query string is every parameter that is no other member and not fixed in the path."""
    known = {m.wire_name or n for n, m in shape.members.items() if m.location == "querystring" and m.type != "map"}
    known |= {part.partition("=")[0] for part in operation.uri.partition("?")[2].split("&")}
    of_lists = shape.members[name].value.type == "list"
    free = {key: list(values) if of_lists else values[-1] for key, values in query.items() if key not in known}
    return {name: free} if free else {}


def _header_value(shape: Shape, text: str) -> Any:
    if shape.type == "list":
        return [read_text(shape.element, item.strip(), RFC) for item in text.split(",")]
    if shape.traits.get("jsonvalue"):
        try:
            return orjson.loads(base64.b64decode(text, validate=True))
        except (binascii.Error, orjson.JSONDecodeError) as error:
            raise SerializationFailure("A header is not JSON in base64") from error
    return read_text(shape, text, RFC)


def _header_text(shape: Shape, value: Any) -> str:
    if shape.type == "list":
        return ",".join(write_text(shape.element, item, RFC) for item in value)
    if shape.traits.get("jsonvalue"):
        return base64.b64encode(orjson.dumps(value)).decode("ascii")
    return write_text(shape, value, RFC)
