"""Where a function's code can be downloaded, and the download itself (the edge serves it)."""

from __future__ import annotations

import os
from contextlib import suppress

from gatelet.control.lambda_.code_location import VALID_SECONDS, CodeLocation, sign, verify
from gatelet.control.operation import Call
from gatelet.control.ports import Ports
from gatelet.functions.model import CodeReference
from gatelet.storage.ports import Collection, Put, Records, RevisionConflict

_SECRET = Collection("gatelet", "Secret", "", "").key("code-location")


async def code_url(call: Call, name: str, code: CodeReference) -> str:
    """A URL that gives exactly the bytes uploaded for a function or a layer of the caller's, for ten minutes."""
    expires = int(call.ports.clock.now()) + VALID_SECONDS
    location = CodeLocation(call.scope.account, call.scope.region, name, code["blob"], expires)
    return call.endpoint + sign(location, await _secret(call.ports.records))


async def download(ports: Ports, path: str, query: str) -> bytes | None:
    """The archive that a request asks for; None if the URL is not (or no longer) good, or the code is gone."""
    location = verify(path, query, await _secret(ports.records), ports.clock.now())
    return None if location is None else await ports.blobs.get(location.blob)


async def _secret(records: Records) -> bytes:
    """The signing key, made at its first use from the kernel's random source."""
    record = await records.get(_SECRET)
    while record is None:
        with suppress(RevisionConflict):
            await records.write(Put(_SECRET, {"key": os.urandom(32).hex()}, expected=0))
        record = await records.get(_SECRET)
    return bytes.fromhex(record.value["key"])
