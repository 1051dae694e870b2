"""A function service on real storage, real logs and real worker processes, for tests."""

from __future__ import annotations

import asyncio
import hashlib
import io
import itertools
import json
import zipfile
from base64 import b64encode
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from gatelet.aws.clock import Clock, SystemClock
from gatelet.aws.ids import Ids
from gatelet.functions.invocation import (
    FunctionTarget,
    Invocation,
    InvocationResult,
    ProxyInvocation,
    ProxyResult,
)
from gatelet.functions.lambda_service import LambdaService
from gatelet.functions.machinery import Machinery
from gatelet.functions.model import CodeReference, FunctionDocument
from gatelet.functions.settings import FunctionSettings
from gatelet.gateway.events import proxy
from gatelet.identity.credentials import Credentials
from gatelet.logs.groups import LogGroups
from gatelet.logs.writer import LogWriter
from gatelet.storage.ports import Change, Collection, Delete, Put
from gatelet.storage.sqlite.directory import DataDirectory, open_data_directory

ACCOUNT = "000000000000"
REGION = "us-east-1"
API_ARN = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:abcdef1234/prod/GET/users"
FUNCTIONS = Collection("lambda", "Function", ACCOUNT, REGION)
LIBRARY = "def version():\n    return 'of the runtime'\n"

T = TypeVar("T")


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """A zip archive of these files: the same bytes for the same files, whatever the time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            if name == "bootstrap" or name.startswith("extensions/"):  # programs
                entry.external_attr = 0o755 << 16
            archive.writestr(entry, content)
    return buffer.getvalue()


def head(**query: str) -> bytes:
    """The head of ``GET /users`` as the gateway writes it."""
    text = "&".join(f"{name}={value}" for name, value in query.items())
    fixed = [proxy.VERSION, "/users", "res123", ACCOUNT, "prod", "dep123", "abcdef1234", None, None, "HTTP/1.1"]
    request = ["GET", "/users", "/prod/users", None, text, [["Host", "h"]], None, "", "", "", "h", "h",
        "01/Jan/2026:00:00:00 +0000", 1767225600000, "rid", "xid=", "127.0.0.1", None, None]  # fmt: skip
    return json.dumps([fixed, request]).encode()


class World:
    """The service and what it stands on. ``run`` lives in the fixture's loop."""

    def __init__(
        self, place: Path, runner: asyncio.Runner, data: DataDirectory, service: LambdaService, logs: LogWriter
    ) -> None:
        self.place = place
        self.runner = runner
        self.data = data
        self.service = service
        self.logs = logs
        self.ids = Ids()
        self._sequence = itertools.count(1)

    @property
    def shared(self) -> Path:
        """A directory that functions may write to."""
        return self.place / "shared"

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    async def define(
        self,
        source: str | Mapping[str, str | bytes],
        *,
        name: str | None = None,
        permitted: bool = True,
        reserved: int | None = None,
        serving: bool = True,
        layers: Sequence[CodeReference] = (),
        **configuration: Any,
    ) -> FunctionTarget:
        """Create or update a function as the control plane does; ``source`` is ``app.py`` or all files."""
        number = next(self._sequence)
        name = name or f"f{number}"
        data = zipped({"app.py": source} if isinstance(source, str) else source)
        blob = await self.data.blobs.put(data)
        digest = b64encode(hashlib.sha256(data).digest()).decode()
        code: CodeReference = {"blob": blob, "size": len(data), "sha256": digest}
        arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"
        settings = {
            "FunctionName": name, "FunctionArn": arn, "Runtime": "python3.11", "Handler": "app.handler", "Timeout": 3,
            "MemorySize": 128, "Role": f"arn:aws:iam::{ACCOUNT}:role/r", "LastModified": str(number),
            "RuntimeVersionConfig": {"RuntimeVersionArn": f"arn:aws:lambda:{REGION}::runtime:{'0' * 64}"},
            **configuration,
        }  # fmt: skip
        statement = {
            "Sid": "api", "Effect": "Allow", "Principal": {"Service": "apigateway.amazonaws.com"},
            "Action": "lambda:InvokeFunction", "Resource": arn, "Condition": {"ArnLike": {"AWS:SourceArn": API_ARN}},
        }  # fmt: skip
        document: FunctionDocument = {
            "configuration": {**settings, "State": "Active" if serving else "Pending"},
            "code": code,
            "serving": {"configuration": settings, "code": code, "layers": list(layers)} if serving else None,
            "tags": {},
            "policies": {"$LATEST": {"RevisionId": f"p{number}", "Statement": [statement]}} if permitted else {},
        }
        if reserved is not None:
            document["reserved_concurrency"] = reserved
        sequence = await self.data.records.write(Put(FUNCTIONS.key(name), document))
        await self.service.prepare(code)
        await self.service.apply(Change(sequence, FUNCTIONS.key(name), deleted=False))
        return FunctionTarget(ACCOUNT, REGION, name)

    async def delete(self, target: FunctionTarget) -> None:
        key = FUNCTIONS.key(target.name)
        sequence = await self.data.records.write(Delete(key))
        await self.service.apply(Change(sequence, key, deleted=True))

    def function(self, source: str | Mapping[str, str | bytes], **more: Any) -> FunctionTarget:
        return self.run(self.define(source, **more))

    async def call(self, target: FunctionTarget, event: Any = None, **more: Any) -> InvocationResult:
        request_id = self.ids.uuid()
        return await self.service.invoke(
            Invocation(
                target, json.dumps(event).encode(), request_id, "Root=1-5759e988-bd862e3fe1be46a994272793", **more
            )
        )

    def invoke(self, target: FunctionTarget, event: Any = None, **more: Any) -> InvocationResult:
        return self.run(self.call(target, event, **more))

    def value(self, target: FunctionTarget, event: Any = None) -> Any:
        """What the handler returned; it must have returned."""
        result = self.invoke(target, event)
        assert result.function_error is None, result.payload
        return json.loads(result.payload)

    async def request(
        self, target: FunctionTarget, *, query: str = "12345", body: bytes = b"", timeout: float = 29.0,
        source_arn: str = API_ARN,
    ) -> ProxyResult:  # fmt: skip
        return await self.service.invoke_proxy(
            ProxyInvocation(target, head(userId=query), body, source_arn, ACCOUNT, "Root=1-x", timeout)
        )

    def proxy(self, target: FunctionTarget, **more: Any) -> ProxyResult:
        return self.run(self.request(target, **more))

    def log(self, target: FunctionTarget) -> list[str]:
        """Every event of the function's log, stream by stream."""
        return [message for _, message in self.log_events(target)]

    def log_with(self, target: FunctionTarget, mark: str) -> list[str]:
        """The log once an event begins so: an answer may be ahead of what its runtime does afterwards."""

        async def wait() -> list[str]:
            async with asyncio.timeout(10):
                while True:
                    found = [message for _, message in await self._log_events(f"/aws/lambda/{target.name}")]
                    if any(message.startswith(mark) for message in found):
                        return found
                    await asyncio.sleep(0.01)

        return self.run(wait())

    def log_events(self, target: FunctionTarget) -> list[tuple[str, str]]:
        """``(stream, message)``."""
        return self.run(self._log_events(f"/aws/lambda/{target.name}"))

    async def _log_events(self, group: str) -> list[tuple[str, str]]:
        await self.logs.flush()
        found = []
        for summary in await self.data.log_chunks.streams(ACCOUNT, REGION, group):
            found += [(summary.key.stream, event.message) for event in await self.data.log_chunks.read(summary.key)]
        return found


@asynccontextmanager
async def open_world(
    place: Path, runner: asyncio.Runner, clock: Clock | None = None, **settings: Any
) -> AsyncIterator[World]:
    """Everything real, below one directory; ``borrowed`` is a library of the runtime."""
    library = place / "runtime" / "python"
    library.mkdir(parents=True, exist_ok=True)
    (library / "borrowed.py").write_text(LIBRARY)
    shared = place / "shared"
    shared.mkdir(exist_ok=True)
    shared.chmod(0o777)
    clock = clock or SystemClock()
    async with open_data_directory(place / "data") as data:
        logs = LogWriter(LogGroups(data.records, data.log_chunks, clock), data.log_chunks, clock)
        of_functions = FunctionSettings(
            **{
                "work_directory": place / "work",
                "runtime_directory": place / "runtime",
                "proxy_event_module": Path(proxy.__file__),
                "endpoint_url": "http://127.0.0.1:4566",
                "drain_seconds": 1.0,
                "shared_directories": (shared,),
                **settings,
            }
        )
        machinery = Machinery(of_functions, clock)
        service = LambdaService(
            of_functions,
            machinery=machinery,
            records=data.records,
            blobs=data.blobs,
            log_writer=logs,
            clock=clock,
            ids=Ids(),
            credentials=lambda account, role, name: Credentials(
                "ASIAEXAMPLE", f"secret of {name}", f"{account} {role}"
            ),
            queue=data.queue,
        )
        await machinery.start()
        await service.start()
        try:
            yield World(place, runner, data, service, logs)
        finally:
            await service.stop()
            await machinery.stop()
            await logs.close()
