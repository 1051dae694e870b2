"""What the wire layer takes and gives: a request and a response without any server behind them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


class WireRequest(Protocol):
    """The parts of an HTTP request that the protocols read (``gatelet.http.request.Request`` fits)."""

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str:
        """Raw, still percent-encoded."""

    @property
    def query(self) -> str:
        """Raw, without the question mark."""

    @property
    def headers(self) -> list[tuple[str, str]]: ...
    @property
    def values(self) -> Mapping[str, str]:
        """The first value of every header by its name in lower case."""

    @property
    def body(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class WireResponse:
    """Status, headers and body, ready to be sent."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes | AsyncIterator[bytes]
    """An iterator gives the messages of an event stream."""


@dataclass(frozen=True, slots=True)
class DecodedCall:
    """One call of an AWS operation, parsed and validated.

    ``params`` has the member names that botocore (the SDK) uses, blobs as bytes, timestamps as aware
    datetimes, streaming bodies as bytes.
    """

    service: str
    operation: str
    params: dict[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    """The request's headers with lower-case names (the first of repeated ones)."""
