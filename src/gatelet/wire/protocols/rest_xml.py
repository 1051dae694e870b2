"""rest-xml: S3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from xml.etree import ElementTree as ET

from gatelet.aws.errors import AwsError
from gatelet.wire.errors import SerializationFailure
from gatelet.wire.message import WireResponse
from gatelet.wire.models import Shape
from gatelet.wire.protocols.error_names import query_name, status_of
from gatelet.wire.protocols.rest import RestProtocol
from gatelet.wire.protocols.xml_values import read_members, text_of, write_element

_DECLARATION: Final = b'<?xml version="1.0" encoding="UTF-8"?>\n'


class RestXml(RestProtocol):
    """One rest-xml service."""

    content_type = "application/xml"

    def encode_error(self, error: AwsError, request_id: str) -> WireResponse:
        """S3's bare ``<Error>``; elsewhere the query protocol's ``<ErrorResponse>``."""
        status = status_of(self._model, error)
        extra = "".join(f"<{k}>{text_of(str(v))}</{k}>" for k, v in error.members.items() if v is not None)
        message = "" if error.message is None else f"<Message>{text_of(error.message)}</Message>"
        fields = f"<Code>{text_of(query_name(self._model, error))}</Code>{message}{extra}"
        request = f"<RequestId>{text_of(request_id)}</RequestId>"
        if self._model.name == "s3":
            body = f"<Error>{fields}{request}</Error>"
        else:
            fault = "Sender" if status < 500 else "Receiver"
            body = f"<ErrorResponse><Error><Type>{fault}</Type>{fields}</Error>{request}</ErrorResponse>"
        headers = [self._request_id_header(request_id), ("Content-Type", self.content_type), *error.headers.items()]
        return WireResponse(status, headers, _DECLARATION + body.encode())

    def _request_id_header(self, request_id: str) -> tuple[str, str]:
        return ("x-amz-request-id" if self._model.name == "s3" else "x-amzn-RequestId"), request_id

    def _read_structure(self, members: Mapping[str, Shape], body: bytes) -> dict[str, Any]:
        if not body.strip():
            return {}
        if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
            raise SerializationFailure("The XML must not declare a document type")
        try:
            root = ET.fromstring(body.decode())  # noqa: S314 - no document type, so no entities
        except (UnicodeDecodeError, ET.ParseError) as error:
            raise SerializationFailure(f"The XML is not well-formed: {error}") from error
        return read_members(members, root)

    def _write_structure(self, shape: Shape, result: Mapping[str, Any]) -> bytes:
        return _DECLARATION + write_element(shape.wire_name or shape.name, shape, result).encode()
