"""json 1.0 and 1.1: CloudWatch and its Logs, DynamoDB, Cognito."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any, Final

import orjson

from gatelet.aws.errors import AwsError, NotSupported
from gatelet.wire.errors import UnencodableResult, UnknownOperation
from gatelet.wire.message import WireRequest, WireResponse
from gatelet.wire.models import Operation, ServiceModel
from gatelet.wire.protocols import in_pieces
from gatelet.wire.protocols.error_names import query_name, status_of
from gatelet.wire.protocols.json_values import read_body, read_members, write_members

_TYPE_PREFIXES: Final = {
    "dynamodb": "com.amazonaws.dynamodb.v20120810#",
    "dynamodbstreams": "com.amazonaws.dynamodb.v20120810#",
}
"""What stands before the code of a modelled error in ``__type``; bare where a service is not named here.

Reference: platform-neighbours sections 1 (Logs) and 2 (DynamoDB).
"""


_COMMON_PREFIX: Final = "com.amazon.coral.service#"
_COMMON_PREFIXES: Final = {"ValidationException": "com.amazon.coral.validate#"}
"""The same before the code of an error that no service models, where modelled ones have a prefix."""


class Json:
    """One service on json 1.x: ``POST /`` with ``X-Amz-Target``."""

    def __init__(self, model: ServiceModel) -> None:
        self._model = model
        self._target = str(model.metadata["targetPrefix"])
        self._content_type = f"application/x-amz-json-{model.metadata['jsonVersion']}"

    def decode(self, request: WireRequest, headers: Mapping[str, str]) -> tuple[Operation, dict[str, Any]]:
        """See ServiceProtocol."""
        target = headers.get("x-amz-target", "")
        prefix, _, name = target.rpartition(".")
        operation = self._model.operations.get(name) if prefix == self._target else None
        if operation is None or request.method != "POST":
            raise UnknownOperation(
                f"No operation of {self._model.name} is {request.method} {target or 'named by X-Amz-Target'}"
            )
        document = read_body(request.body, in_pieces.parse)
        return operation, {} if operation.input is None else read_members(operation.input.members, document)

    def encode(self, operation: Operation, result: Mapping[str, Any], request_id: str) -> WireResponse:
        """See ServiceProtocol. An operation without output answers with an empty body."""
        shape = operation.output
        body = b""
        if shape is None:
            if any(value is not None for value in result.values()):
                raise UnencodableResult(f"{operation.name} has no output, got {', '.join(result)}")
        elif shape.event_stream is not None:
            raise NotSupported(f"the event stream of {operation.name}")
        else:
            body = orjson.dumps(write_members(shape.members, result))
        return WireResponse(operation.status, self._headers(request_id, body), body)

    def encode_error(self, error: AwsError, request_id: str) -> WireResponse:
        """``{"__type": ..., "message": ...}`` (identity section 1.3)."""
        shape = self._model.errors.get(error.code)
        prefix = self._prefix(error.code, modelled=shape is not None)
        capital = shape is not None and "Message" in shape.members
        body: dict[str, Any] = {"__type": prefix + error.code, "Message" if capital else "message": error.message}
        for name, value in error.members.items():
            if value is None:
                body.pop(name, None)
            else:
                body[name] = value
        content = orjson.dumps(body)
        headers = [*self._headers(request_id, content), *error.headers.items()]
        if self._model.query_compatible:
            headers.append(("x-amzn-query-error", self._query_error(error)))
        return WireResponse(status_of(self._model, error), headers, content)

    def _query_error(self, error: AwsError) -> str:
        """``Code;Sender``: the code of the query protocol, which clients of that age know (botocore, query mode)."""
        fault = "Sender" if status_of(self._model, error) < 500 else "Receiver"
        return f"{query_name(self._model, error)};{fault}"

    def _prefix(self, code: str, *, modelled: bool) -> str:
        if self._model.name not in _TYPE_PREFIXES:
            return ""
        return _TYPE_PREFIXES[self._model.name] if modelled else _COMMON_PREFIXES.get(code, _COMMON_PREFIX)

    def _headers(self, request_id: str, body: bytes) -> list[tuple[str, str]]:
        headers = [("x-amzn-RequestId", request_id), ("Content-Type", self._content_type)]
        if self._model.name in _TYPE_PREFIXES:  # platform-neighbours 2: SDKs of DynamoDB check it
            headers.append(("x-amz-crc32", str(zlib.crc32(body))))
        return headers
