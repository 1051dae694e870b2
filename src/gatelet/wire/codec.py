"""The public face of the wire layer: requests to validated calls, results and errors to responses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gatelet.aws.errors import AwsError
from gatelet.wire.compression import decompress
from gatelet.wire.message import DecodedCall, WireRequest, WireResponse
from gatelet.wire.models import Models, ServiceModel
from gatelet.wire.protocols.protocol import ServiceProtocol
from gatelet.wire.protocols.rest_json import RestJson
from gatelet.wire.validation import Validator

_QUERY = ":query"
"""After the name of a service that is spoken to in the query protocol, though it has another."""


@dataclass(frozen=True, slots=True)
class OperationInfo:
    """What a list of operations shows: the name and the HTTP binding (``POST`` ``/`` on RPC protocols)."""

    name: str
    method: str
    uri: str


@dataclass(frozen=True, slots=True)
class _Service:
    model: ServiceModel
    protocol: ServiceProtocol
    validator: Validator


class Codec:
    """Speaks every service's protocol; one per process. Each service's model loads at its first request."""

    __slots__ = ("_models", "_services")

    def __init__(self, models: Models | None = None) -> None:
        self._models = models or Models()
        self._services: dict[str, _Service] = {}

    def load(self, service: str) -> None:
        """Load the service's model, which takes a moment. Raises UnknownService."""
        self._service(service)

    def dialect(self, service: str, request: WireRequest) -> str:
        """What to call the service here so that it speaks as the request does.

        Services that left the query protocol for JSON (CloudWatch) still have clients of both: those without
        ``X-Amz-Target`` are of the old kind. Raises UnknownService.
        """
        model = self._service(service).model
        old = model.protocol == "json" and model.query_compatible
        targeted = not old or "x-amz-target" in request.values
        return service if targeted else f"{service}{_QUERY}"

    def decode(self, service: str, request: WireRequest) -> DecodedCall:
        """The call that the request makes, parsed and validated (``service`` is botocore's name).

        Raises UnknownOperation, SerializationFailure and ConstraintViolation (all AwsErrors), and
        UnknownService if there is no such service.
        """
        spoken = self._service(service)
        headers = request.values
        if headers.get("content-encoding") == "gzip" and spoken.model.compressed:
            request = decompress(request)
        operation, params = spoken.protocol.decode(request, headers)
        spoken.validator.check(operation, params)
        return DecodedCall(service, operation.name, params, headers)

    def encode(
        self, service: str, operation: str, result: Mapping[str, Any] | None = None, *, request_id: str
    ) -> WireResponse:
        """The response of a successful call. None, as a member's value, means absent.

        Timestamps are datetimes or epoch seconds, blobs bytes. Raises UnencodableResult if the result does
        not fit the operation's output, NotSupported for event streams of JSON protocols.
        """
        spoken = self._service(service)
        return spoken.protocol.encode(spoken.model.operations[operation], result or {}, request_id)

    def encode_error(self, service: str, error: AwsError, *, request_id: str) -> WireResponse:
        """The response of a failed call, in the service's protocol."""
        return self._service(service).protocol.encode_error(error, request_id)

    def operations(self, service: str) -> list[OperationInfo]:
        """Every operation of the service, in the model's order (alphabetical)."""
        operations = self._service(service).model.operations.values()
        return [OperationInfo(each.name, each.method, each.uri) for each in operations]

    def _service(self, name: str) -> _Service:
        service = self._services.get(name)
        if service is None:
            model = self._models.load(name.removesuffix(_QUERY))
            if name.endswith(_QUERY):
                model = model.speaking("query")
            service = self._services[name] = _Service(model, _protocol(model), Validator(model))
        return service


def _protocol(model: ServiceModel) -> ServiceProtocol:
    # The XML protocols are imported when they are first spoken: start-up pays for what it needs.
    if model.protocol == "rest-json":
        return RestJson(model)
    if model.protocol == "json":
        from gatelet.wire.protocols.json import Json

        return Json(model)
    if model.protocol == "query":
        from gatelet.wire.protocols.query import Query

        return Query(model)
    from gatelet.wire.protocols.rest_xml import RestXml

    return RestXml(model)
