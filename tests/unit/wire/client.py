"""botocore's own serialisers and parsers, as the other end of the wire."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import HeadersDict, create_request_object, prepare_request_dict
from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

from gatelet.http.request import first_values
from gatelet.wire.message import WireResponse

SERVICES = ("apigateway", "lambda", "iam", "sts", "logs")
ENDPOINT = "http://localhost:4566"


@dataclass(slots=True)
class Sent:
    """A WireRequest."""

    method: str = "POST"
    path: str = "/"
    query: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    @property
    def values(self) -> Mapping[str, str]:
        return first_values(self.headers)


@cache
def model(service: str) -> ServiceModel:
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def operations(*services: str) -> list[tuple[str, str]]:
    return [(service, name) for service in services or SERVICES for name in model(service).operation_names]


def send(operation: OperationModel, params: dict[str, Any]) -> Sent:
    """The request that boto3 would send for these parameters."""
    serializer = create_serializer(operation.service_model.resolved_protocol)
    described = serializer.serialize_to_request(params, operation)
    prepare_request_dict(described, endpoint_url=ENDPOINT)
    return wire(create_request_object(described))


def wire(request: Any) -> Sent:
    """An AWSRequest as the server gets it."""
    prepared = request.prepare()
    url = urlsplit(prepared.url)
    headers = [(k, v if isinstance(v, str) else v.decode("latin-1")) for k, v in prepared.headers.items()]
    body = prepared.body or b""
    if not isinstance(body, bytes):
        body = body.encode() if isinstance(body, str) else bytes(body.read())
    return Sent(prepared.method, url.path, url.query, headers, body)


def parse(protocol: str, shape: Any, response: WireResponse, *, streaming: bool = False) -> dict[str, Any]:
    """What boto3 would make of the response."""
    headers = HeadersDict()
    for name, value in response.headers:
        headers[name] = value
    body: Any = io.BytesIO(response.body) if streaming else response.body
    described = {"status_code": response.status, "headers": headers, "body": body}
    parsed: dict[str, Any] = create_parser(protocol).parse(described, shape)
    return {name: value.read() if isinstance(value, io.BytesIO) else value for name, value in parsed.items()}
