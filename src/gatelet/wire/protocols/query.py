"""query: IAM and STS. A form with ``Action`` and ``Version`` on the way in, XML on the way out.

Reference: identity sections 1.3 (errors) and 3 (lists are ``X.member.1``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gatelet.aws.errors import AwsError
from gatelet.aws.quotas import QUERY_BODY_BYTES, WIRE_NESTING
from gatelet.wire.errors import SerializationFailure, UnencodableResult, UnknownOperation
from gatelet.wire.message import WireRequest, WireResponse
from gatelet.wire.models import Operation, ServiceModel, Shape
from gatelet.wire.protocols.error_names import query_name, status_of
from gatelet.wire.protocols.form_tree import Field, plant
from gatelet.wire.protocols.forms import parse_pairs
from gatelet.wire.protocols.scalars import read_text
from gatelet.wire.protocols.timestamps import ISO
from gatelet.wire.protocols.xml_values import text_of, write_element, write_members


class Query:
    """One service on the query protocol."""

    def __init__(self, model: ServiceModel) -> None:
        self._model = model
        self._version = str(model.metadata["apiVersion"])
        namespace = model.metadata.get("xmlNamespace")
        self._xmlns = f' xmlns="{text_of(namespace)}"' if namespace else ""

    def decode(self, request: WireRequest, headers: Mapping[str, str]) -> tuple[Operation, dict[str, Any]]:
        """See ServiceProtocol. The form may stand in the body or in the query string."""
        if request.method not in {"GET", "POST"}:
            raise UnknownOperation(f"The query protocol knows GET and POST, not {request.method}")
        pairs = parse_pairs(request.query)
        if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            if len(request.body) > QUERY_BODY_BYTES:
                raise SerializationFailure(f"The form must be smaller than {QUERY_BODY_BYTES} bytes")
            pairs += parse_pairs(request.body.decode("latin-1"))
        root = plant(pairs)
        action, version = root.text("Action"), root.text("Version") or self._version
        if action is None:
            raise UnknownOperation("The request must contain the parameter Action", code="MissingAction")
        operation = self._model.operations.get(action) if version == self._version else None
        if operation is None:
            raise UnknownOperation(f"Could not find operation {action} for version {version}")
        return operation, {} if operation.input is None else _read_structure(operation.input, root, 0)

    def encode(self, operation: Operation, result: Mapping[str, Any], request_id: str) -> WireResponse:
        """See ServiceProtocol."""
        shape = operation.output
        inner = ""
        if shape is None:
            if any(value is not None for value in result.values()):
                raise UnencodableResult(f"{operation.name} has no output, got {', '.join(result)}")
        else:
            wrapper = shape.traits.get("resultWrapper") or f"{operation.name}Result"
            inner = f"<{wrapper}>{write_members(shape, result)}</{wrapper}>"
        metadata = f"<ResponseMetadata><RequestId>{text_of(request_id)}</RequestId></ResponseMetadata>"
        body = f"<{operation.name}Response{self._xmlns}>{inner}{metadata}</{operation.name}Response>"
        return WireResponse(operation.status, self._headers(request_id), body.encode())

    def encode_error(self, error: AwsError, request_id: str) -> WireResponse:
        """``<ErrorResponse><Error><Type/><Code/><Message/></Error><RequestId/></ErrorResponse>``."""
        status = status_of(self._model, error)
        shape = self._model.errors.get(error.code)
        members = shape.members if shape is not None else {}
        fields = [f"<Type>{'Sender' if status < 500 else 'Receiver'}</Type>"]
        fields.append(f"<Code>{text_of(query_name(self._model, error))}</Code>")
        if error.message is not None:
            fields.append(f"<Message>{text_of(error.message)}</Message>")
        for name, value in error.members.items():
            if value is None:
                continue
            member = members.get(name)
            fields.append(
                write_element(member.wire_name or name, member, value)
                if member is not None
                else f"<{name}>{text_of(str(value))}</{name}>"
            )
        request = f"<RequestId>{text_of(request_id)}</RequestId>"
        body = f"<ErrorResponse{self._xmlns}><Error>{''.join(fields)}</Error>{request}</ErrorResponse>"
        return WireResponse(status, [*self._headers(request_id), *error.headers.items()], body.encode())

    def _headers(self, request_id: str) -> list[tuple[str, str]]:
        return [("x-amzn-RequestId", request_id), ("Content-Type", "text/xml")]


def _read_structure(shape: Shape, field: Field, depth: int) -> dict[str, Any]:
    if depth > WIRE_NESTING:
        raise SerializationFailure("The request is nested too deeply")
    params: dict[str, Any] = {}
    for name, member in shape.members.items():
        wire_name = member.wire_name or name
        if member.type == "list" and member.flattened:
            wire_name = member.element.wire_name or wire_name
        child = field.children.get(wire_name)
        if child is not None:
            params[name] = _read_value(member, child, depth + 1)
    return params


def _read_value(shape: Shape, field: Field, depth: int) -> Any:
    if shape.type == "structure":
        return _read_structure(shape, field, depth)
    if shape.type == "list":
        items = field if shape.flattened else field.children.get(shape.element.wire_name or "member")
        return [] if items is None else [_read_value(shape.element, item, depth + 1) for item in items.numbered()]
    if shape.type == "map":
        return _read_map(shape, field, depth)
    if field.value is None:
        raise SerializationFailure("Start of structure or map found where not expected")
    return read_text(shape, field.value, ISO)


def _read_map(shape: Shape, field: Field, depth: int) -> dict[str, Any]:
    entries = field if shape.flattened else field.children.get("entry")
    key_name, value_name = shape.key.wire_name or "key", shape.value.wire_name or "value"
    values: dict[str, Any] = {}
    for entry in entries.numbered() if entries is not None else ():
        key, value = entry.children.get(key_name), entry.children.get(value_name)
        if key is None or key.value is None:
            raise SerializationFailure("A map's entry has no key")
        values[key.value] = None if value is None else _read_value(shape.value, value, depth + 1)
    return values
