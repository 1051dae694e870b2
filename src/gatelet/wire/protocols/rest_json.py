"""rest-json: API Gateway and Lambda."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson

from gatelet.aws.errors import AwsError
from gatelet.wire.message import WireResponse
from gatelet.wire.models import Shape
from gatelet.wire.protocols import long_strings
from gatelet.wire.protocols.error_names import status_of
from gatelet.wire.protocols.json_values import read_body, read_members, write_members
from gatelet.wire.protocols.rest import RestProtocol
from gatelet.wire.protocols.scalars import write_text
from gatelet.wire.protocols.timestamps import RFC

_CAPITAL_MESSAGE: Final = frozenset({("lambda", "AccessDeniedException")})
"""Errors outside the model whose body says ``Message``. Reference: lambda-control-plane section 1."""


class RestJson(RestProtocol):
    """One rest-json service."""

    content_type = "application/json"

    def encode_error(self, error: AwsError, request_id: str) -> WireResponse:
        """``x-amzn-ErrorType`` and a body whose casing the model tells.

        Reference: apigateway-control-plane section 1, lambda-control-plane section 1 (the casing table).
        A member of None leaves out what the model would put in: ``members={"Type": None}``.
        """
        shape = self._model.errors.get(error.code)
        members = shape.members if shape is not None else {}
        capital = "Message" in members or (self._model.name, error.code) in _CAPITAL_MESSAGE
        body: dict[str, Any] = {"Type": "User"} if "Type" in members else {}
        body["Message" if capital else "message"] = error.message
        headers = [
            ("x-amzn-RequestId", request_id),
            ("x-amzn-ErrorType", error.code),
            ("Content-Type", self.content_type),
        ]
        for name, value in error.members.items():
            member = members.get(name)
            if value is None:
                body.pop(name, None)
            elif member is not None and member.location == "header":
                headers.append((member.wire_name or name, write_text(member, value, RFC)))
            else:
                body[member.wire_name or name if member is not None else name] = value
        headers += error.headers.items()
        return WireResponse(status_of(self._model, error), headers, orjson.dumps(body))

    def _read_structure(self, members: Mapping[str, Shape], body: bytes) -> dict[str, Any]:
        return read_members(members, read_body(body, long_strings.parse))

    def _write_structure(self, shape: Shape, result: Mapping[str, Any]) -> bytes:
        return orjson.dumps(write_members(shape.body_members, result, among=shape.members))
