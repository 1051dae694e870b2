"""What every protocol does for one service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from gatelet.aws.errors import AwsError
from gatelet.wire.message import WireRequest, WireResponse
from gatelet.wire.models import Operation


class ServiceProtocol(Protocol):
    """One service's protocol: routing and parsing on the way in, serialising on the way out."""

    def decode(self, request: WireRequest, headers: Mapping[str, str]) -> tuple[Operation, dict[str, Any]]:
        """The operation and its parameters, not validated yet (``headers`` have lower-case names).

        Raises UnknownOperation and SerializationFailure.
        """

    def encode(self, operation: Operation, result: Mapping[str, Any], request_id: str) -> WireResponse:
        """The response that carries the result. Raises UnencodableResult and NotSupported."""

    def encode_error(self, error: AwsError, request_id: str) -> WireResponse:
        """The response that carries the error."""
