"""A function's code: taken from a request, checked, stored, and forgotten when nothing refers to it.

Reference: lambda-control-plane section 4 (CodeSha256, zip limits and texts).
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from gatelet.aws import quotas
from gatelet.aws.errors import AwsError, NotSupported
from gatelet.control.lambda_.documents import document_of, functions_of
from gatelet.control.lambda_.errors import InvalidParameterValue
from gatelet.control.operation import Call
from gatelet.control.ports import Ports
from gatelet.functions.model import KIND, SERVICE, CodeReference


def zip_of(code: Mapping[str, Any]) -> bytes:
    """The archive in a FunctionCode. Raises NotSupported for code that is elsewhere."""
    for member in ("S3Bucket", "S3Key", "S3ObjectVersion", "S3ObjectStorageMode"):
        if code.get(member):
            raise NotSupported(f"function code from S3 ({member})")
    if code.get("ImageUri"):
        raise NotSupported("function code in a container image (ImageUri)")
    if code.get("SourceKMSKeyArn"):
        raise NotSupported("function code encrypted with a key of yours (SourceKMSKeyArn)")
    data = code.get("ZipFile")
    if data is None:
        raise InvalidParameterValue("Please provide a source for function code.")
    if not data:
        raise InvalidParameterValue("Uploaded file must be a non-empty zip")
    return bytes(data)


async def check_code(call: Call, data: bytes) -> None:
    """Whether the archive may be a function's code. Raises AwsError as Lambda words it."""
    await call.ports.functions.check_code(data)
    used = await stored_bytes(call)
    if used + len(data) > quotas.TOTAL_CODE_BYTES:
        raise AwsError("CodeStorageExceededException", "Code storage limit exceeded.", status=400)


async def stored_bytes(call: Call) -> int:
    """The bytes of all functions' archives in the caller's account and region (TotalCodeSize)."""
    return sum(document["code"]["size"] for document in await functions_of(call))


@asynccontextmanager
async def stored_code(ports: Ports, data: bytes) -> AsyncIterator[CodeReference]:
    """Store an archive, and keep ``forget`` off it until the block has written who refers to it."""
    async with ports.editing.hold(_STORE):
        blob = await ports.blobs.put(data)
        try:
            yield _reference(blob, len(data))
        except BaseException:
            await _delete_unused(ports, blob)
            raise


async def measured(data: bytes) -> CodeReference:
    """What a function would remember of the archive, nothing stored."""
    return _reference(await asyncio.to_thread(_address, data), len(data))


def _address(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _reference(blob: str, size: int) -> CodeReference:
    return {"blob": blob, "size": size, "sha256": base64.b64encode(bytes.fromhex(blob)).decode()}


async def forget(ports: Ports, blob: str) -> None:
    """Delete an archive unless a function, of any account and region, refers to it."""
    async with ports.editing.hold(_STORE):
        await _delete_unused(ports, blob)


async def _delete_unused(ports: Ports, blob: str) -> None:
    for record in await ports.records.list_everywhere(SERVICE, KIND):
        document = document_of(record)
        serving = document["serving"]
        if blob in (document["code"]["blob"], serving["code"]["blob"] if serving else None):
            return
    await ports.blobs.delete(blob)


_STORE = ("lambda", "code")
"""Held while an archive is stored and referred to, or found to be of no use."""
