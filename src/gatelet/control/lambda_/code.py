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
from gatelet.control.lambda_.errors import InvalidParameterValue
from gatelet.control.operation import Call
from gatelet.control.ports import Ports
from gatelet.functions.model import REFERRING_KINDS, SERVICE, CodeReference, blobs_of
from gatelet.storage.ports import Collection


def zip_of(code: Mapping[str, Any], what: str = "function code") -> bytes:
    """The archive in a FunctionCode or a LayerVersionContent. Raises NotSupported for one that is elsewhere."""
    for member in ("S3Bucket", "S3Key", "S3ObjectVersion", "S3ObjectStorageMode"):
        if code.get(member):
            raise NotSupported(f"{what} from S3 ({member})")
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


async def check_code(call: Call, data: bytes) -> int:
    """Whether the archive may be a function's code or a layer's content; its bytes unzipped.

    Raises AwsError as Lambda words it.
    """
    unzipped = await call.ports.functions.check_code(data)
    await check_storage(call, len(data))
    return unzipped


async def check_storage(call: Call, size: int) -> None:
    """Whether so many bytes more fit into TotalCodeSize. Raises CodeStorageExceededException."""
    if await stored_bytes(call) + size > quotas.TOTAL_CODE_BYTES:
        raise AwsError("CodeStorageExceededException", "Code storage limit exceeded.", status=400)


async def stored_bytes(call: Call) -> int:
    """The bytes of all archives in the caller's account and region (TotalCodeSize): every published version and
    every version of a layer counts (lambda-control-plane section 7)."""
    scope = call.scope
    size = 0
    for kind in REFERRING_KINDS:
        records = await call.ports.records.list(Collection(SERVICE, kind, scope.account, scope.region))
        size += sum(record.value["code"]["size"] for record in records)
    return size


@asynccontextmanager
async def stored_code(ports: Ports, data: bytes, unzipped: int) -> AsyncIterator[CodeReference]:
    """Store an archive, and keep ``forget`` off it until the block has written who refers to it."""
    async with ports.editing.hold(_STORE):
        blob = await ports.blobs.put(data)
        try:
            yield {**_reference(blob, len(data)), "unzipped": unzipped}
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


@asynccontextmanager
async def keeping_code(ports: Ports) -> AsyncIterator[None]:
    """Until the block ends nothing is forgotten: for who refers to an archive that is stored already."""
    async with ports.editing.hold(_STORE):
        yield


async def forget(ports: Ports, *blobs: str) -> None:
    """Delete archives unless something, of any account and region, refers to them."""
    async with ports.editing.hold(_STORE):
        for blob in blobs:
            await _delete_unused(ports, blob)


async def _delete_unused(ports: Ports, blob: str) -> None:
    # Functions first: what is published or attached meanwhile was referred to by then.
    for kind in REFERRING_KINDS:
        for record in await ports.records.list_everywhere(SERVICE, kind):
            if blob in blobs_of(kind, record.value):
                return
    await ports.blobs.delete(blob)


_STORE = ("lambda", "code")
"""Held while an archive is stored and referred to, or found to be of no use."""
