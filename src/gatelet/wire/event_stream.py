"""``application/vnd.amazon.eventstream``: the messages of a streamed answer. Pure.

A message is its length, the length of its headers and a CRC-32 of both; the headers; the payload; a CRC-32 of all
before it. Numbers are big endian. Reference: lambda-execution section 1 (InvokeWithResponseStream), the Smithy
specification "Amazon Event Stream".
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from typing import Final

CONTENT_TYPE: Final = "application/vnd.amazon.eventstream"
MAX_PAYLOAD: Final = 16 * 1024 * 1024
_PRELUDE: Final = struct.Struct(">II")
_CRC: Final = struct.Struct(">I")
_STRING: Final = 7


def event(kind: str, payload: bytes, content_type: str) -> bytes:
    """An event of this type."""
    return message({":event-type": kind, ":content-type": content_type, ":message-type": "event"}, payload)


def exception(kind: str, payload: bytes) -> bytes:
    """An error of the model that ends the stream; the payload is JSON."""
    headers = {":exception-type": kind, ":content-type": "application/json", ":message-type": "exception"}
    return message(headers, payload)


def message(headers: Mapping[str, str], payload: bytes) -> bytes:
    """A message whose headers are strings. Raises ValueError if it is larger than the format allows."""
    if len(payload) > MAX_PAYLOAD:
        raise ValueError("the payload is too large for a message")
    block = b"".join(_header(name.encode(), value.encode()) for name, value in headers.items())
    prelude = _PRELUDE.pack(_PRELUDE.size + 2 * _CRC.size + len(block) + len(payload), len(block))
    body = b"".join((prelude, _CRC.pack(zlib.crc32(prelude)), block, payload))
    return body + _CRC.pack(zlib.crc32(body))


def _header(name: bytes, value: bytes) -> bytes:
    return b"".join((bytes((len(name),)), name, bytes((_STRING,)), struct.pack(">H", len(value)), value))
