"""A small world to run the gateway in: documents, records in a dict, and an invoker that runs handlers here."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tests.unit.counters.ledger import Ledger
from tests.unit.identity.world import identity_over

from gatelet.aws.ids import Ids
from gatelet.aws.scope import Scope
from gatelet.counters.memory import MemoryBuckets, MemoryCache, MemoryQuotas
from gatelet.gateway.admission import Admission
from gatelet.gateway.document import DEPLOYMENT, STAGE
from gatelet.gateway.events import proxy
from gatelet.gateway.invoke_url import parse_invoke_url
from gatelet.gateway.live import LiveGateway
from gatelet.gateway.pipeline import serve
from gatelet.gateway.plans import LivePlans
from gatelet.gateway.ports import FunctionTarget, InvokePayloadNotJson, InvokeReply, Ports, ProxyCall, ProxyReply
from gatelet.gateway.response_store import ResponseStore
from gatelet.gateway.settings import GatewaySettings
from gatelet.gateway.stage_logs import LogTarget
from gatelet.http.request import Request
from gatelet.http.response import Response
from gatelet.storage.ports import Change, Collection, Delete, Key, Put, Record

SCOPE = Scope("210987654321", "eu-west-1")
API = "a1b2c3d4e5"
NOW = 1767225599.123
FUNCTION = "arn:aws:lambda:eu-west-1:210987654321:function:users"


def function_uri(function: str = FUNCTION) -> str:
    return f"arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{function}/invocations"


def method(uri: str | None = None, *, integration: dict[str, Any] | None = None, **members: Any) -> dict[str, Any]:
    return {
        "authorizationType": "NONE",
        "apiKeyRequired": False,
        "methodIntegration": {
            "type": "AWS_PROXY",
            "httpMethod": "POST",
            "uri": function_uri() if uri is None else uri,
            "timeoutInMillis": 29000,
            "passthroughBehavior": "WHEN_NO_MATCH",
            **(integration or {}),
        },
        **members,
    }


def mapped(kind: str = "AWS", **members: Any) -> dict[str, Any]:
    """A method with mappings: by default a Lambda function behind it and one response, 200.

    ``request`` and ``response`` are templates for application/json, ``responses`` all integration responses by
    status; other members are the integration's own.
    """
    responses = members.pop("responses", None) or {"200": {}}
    request, response = members.pop("request", None), members.pop("response", None)
    if request is not None:
        members["requestTemplates"] = {"application/json": request}
    if response is not None:
        responses["200"] = {**responses.get("200", {}), "responseTemplates": {"application/json": response}}
    declared = members.pop("declared", tuple(responses))
    shape = method(integration={"type": kind, "integrationResponses": responses, **members})
    return {**shape, "methodResponses": {status: {"statusCode": status} for status in declared}}


def document(tree: dict[str, dict[str, Any]], *, gateway_responses: Any = None, **api: Any) -> dict[str, Any]:
    """An API document; ``tree`` maps paths to their methods by verb. Resource ids are ``r0``, ``r1`` ..."""
    resources = {
        f"r{index}": {"id": f"r{index}", "path": path, "resourceMethods": methods}
        for index, (path, methods) in enumerate(tree.items())
    }
    return {
        "restApi": {"id": API, "name": "users", **api},
        "resources": resources,
        "models": {},
        "requestValidators": {},
        "gatewayResponses": gateway_responses or {},
    }


def stage(**members: Any) -> dict[str, Any]:
    return {"deploymentId": "q1w2e3", "stageName": "dev", "methodSettings": {}, **members}


class DictRecords:
    """Records in a dict: no durability, no conflicts."""

    def __init__(self) -> None:
        self.stored: dict[Key, dict[str, Any]] = {}
        self.reads: list[Key] = []

    async def get(self, key: Key) -> Record | None:
        self.reads.append(key)
        return self._record(key) if key in self.stored else None

    async def list(
        self, collection: Collection, parent: str | None = None, *, after: str = "", limit: int | None = None
    ) -> Sequence[Record]:
        found = sorted((key for key in self.stored if collection.key(key.id) == key), key=lambda key: key.id)
        return [self._record(key) for key in found if key.id > after][:limit]

    async def list_everywhere(self, service: str, kind: str) -> Sequence[Record]:
        found = [key for key in self.stored if (key.service, key.kind) == (service, kind)]
        return [self._record(key) for key in sorted(found, key=lambda key: (key.account, key.region, key.id))]

    async def write(self, *writes: Put | Delete) -> int:
        for write in writes:
            if isinstance(write, Put):
                self.stored[write.key] = dict(write.value)
            else:
                self.stored.pop(write.key, None)
        return len(self.stored)

    def _record(self, key: Key) -> Record:
        return Record(key, 1, copy.deepcopy(self.stored[key]))


def deployment_key(id: str = "q1w2e3", api: str = API, scope: Scope = SCOPE) -> Key:
    return Key("apigateway", DEPLOYMENT, scope.account, scope.region, f"{api}/{id}")


def stage_key(name: str = "dev", api: str = API, scope: Scope = SCOPE) -> Key:
    return Key("apigateway", STAGE, scope.account, scope.region, f"{api}/{name}")


class FixedClock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> float:
        return self.at

    def monotonic(self) -> float:
        return 1.0


class Log:
    def __init__(self) -> None:
        self.written: list[tuple[str, str, str, str, str, list[str]]] = []

    def write(self, account: str, region: str, api_id: str, stage: str, request_id: str, lines: list[str]) -> None:
        self.written.append((account, region, api_id, stage, request_id, lines))

    @property
    def lines(self) -> list[str]:
        return [line for entry in self.written for line in entry[-1]]


class AccessLines:
    """Access log lines with the groups that they went to."""

    def __init__(self) -> None:
        self.written: list[tuple[LogTarget, str]] = []

    def write(self, target: LogTarget, request_id: str, line: str) -> None:
        self.written.append((target, line))


class Streamed:
    """What a streaming handler wrote, piece by piece."""

    request_id = "f-1"
    error: bytes | None = None

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)

    def __aiter__(self) -> Streamed:
        return self

    async def __anext__(self) -> bytes:
        try:
            return next(self._pieces)
        except StopIteration:
            raise StopAsyncIteration from None

    async def aclose(self) -> None:
        self._pieces = iter(())


class LocalInvoker:
    """Runs a handler in this process, through the same event builder and contract as a worker."""

    def __init__(self, handler: Callable[[dict[str, Any]], Any]) -> None:
        self.handler = handler
        self.calls: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []

    async def invoke_proxy_stream(self, call: ProxyCall) -> Streamed:
        self._note(call)
        event = proxy.build(json.loads(call.head), call.body)
        self.events.append(event)
        return Streamed(self.handler(event))

    def _note(self, call: ProxyCall) -> None:
        self.calls.append(
            {
                "target": call.target,
                "source_arn": call.source_arn,
                "source_account": call.source_account,
                "trace_id": call.trace_id,
                "timeout": call.timeout,
            }
        )

    async def invoke_proxy(self, call: ProxyCall) -> ProxyReply:
        self._note(call)
        event = proxy.build(json.loads(call.head), call.body)
        self.events.append(event)
        result = self.handler(event)
        if isinstance(result, ProxyReply):
            return result
        answer = proxy.reply(result)
        if answer is None:
            return ProxyReply("malformed", "f-1", payload=json.dumps(result).encode())
        status, base64, headers, data = answer
        return ProxyReply("response", "f-1", status, base64, headers, data)

    async def invoke(
        self,
        target: FunctionTarget,
        payload: bytes,
        *,
        asynchronous: bool,
        client_context: bytes | None,
        source_arn: str,
        source_account: str,
        trace_id: str,
        timeout: float,
        log_tail: bool = False,
        role: str | None = None,
        dry_run: bool = False,
    ) -> InvokeReply:
        if dry_run:
            return InvokeReply(b"", "dry")
        self.calls.append(
            {
                "target": target,
                "payload": payload,
                "asynchronous": asynchronous,
                "log_tail": log_tail,
                "client_context": client_context,
                "source_arn": source_arn,
                "source_account": source_account,
                "trace_id": trace_id,
                "timeout": timeout,
            }
        )
        if asynchronous:
            return InvokeReply(b"", "f-1")
        try:
            event = json.loads(payload or b"{}")
        except ValueError as error:
            raise InvokePayloadNotJson(f"Could not parse request body into json: {error}") from error
        self.events.append(event)
        result = self.handler(event)
        return result if isinstance(result, InvokeReply) else InvokeReply(json.dumps(result).encode(), "f-1")


class World:
    """A gateway that serves one API, with everything around it at hand."""

    def __init__(
        self,
        tree: dict[str, dict[str, Any]] | None = None,
        handler: Callable[[dict[str, Any]], Any] = lambda event: {"statusCode": 200, "body": event["path"]},
        *,
        settings: GatewaySettings | None = None,
        stage_members: dict[str, Any] | None = None,
        **api: Any,
    ) -> None:
        self.records = DictRecords()
        self.log = Log()
        self.access = AccessLines()
        self.clock = FixedClock()
        self.invoker = LocalInvoker(handler)
        self.live = LiveGateway(self.records)
        self.plans = LivePlans(self.records)
        admission = Admission(self.plans, MemoryBuckets(), MemoryQuotas(Ledger()))
        identity = identity_over(self.records, self.clock, Ids(seed=8))
        self.ports = Ports(
            self.invoker,
            self.log,
            self.clock,
            Ids(seed=7),
            settings or GatewaySettings(),
            admission,
            identity,
            self.access,
            ResponseStore(MemoryCache(), 10_000_000),
        )
        self.records.stored[deployment_key()] = {
            "deployment": {"id": "q1w2e3"},
            "document": document({"/users": {"GET": method()}} if tree is None else tree, **api),
        }
        self.records.stored[stage_key()] = stage(**(stage_members or {}))

    async def call(
        self,
        verb: str = "GET",
        path: str = "/users",
        query: str = "",
        headers: list[tuple[str, str]] | None = None,
        body: bytes = b"",
        *,
        target: str | None = None,
        host: str = "127.0.0.1:4566",
        peer: str = "203.0.113.7",
    ) -> Response:
        """Send one request; ``target`` is the whole path, otherwise the API's own path-form URL is used."""
        raw_path = f"/_aws/execute-api/{API}/dev{path}" if target is None else target
        request = Request.of(verb, raw_path, query, [("Host", host), *(headers or [])], body, peer, "https", 443)
        address = parse_invoke_url(host, raw_path)
        assert address is not None
        return await serve(request, address, self.live, self.ports)

    async def put(self, key: Key, value: dict[str, Any]) -> None:
        """Write a record and tell the gateway, as the control plane does."""
        self.records.stored[key] = value
        await self.live.apply(Change(1, key, deleted=False))

    async def delete(self, key: Key) -> None:
        """Delete a record and tell the gateway."""
        self.records.stored.pop(key, None)
        await self.live.apply(Change(1, key, deleted=True))


def call(world: World, *args: Any, **members: Any) -> Response:
    """Start the gateway and send one request (see World.call)."""

    async def run() -> Response:
        await world.live.start()
        return await world.call(*args, **members)

    return asyncio.run(run())


def headers_of(response: Response) -> list[tuple[str, str]]:
    """The header lines of a response, in order."""
    lines = response.raw_headers.decode("latin-1").split("\r\n")
    assert lines.pop() == ""
    return [*response.headers, *((line.split(": ", 1)[0], line.split(": ", 1)[1]) for line in lines)]


def header(response: Response, name: str) -> str | None:
    """The only value of a header, or None."""
    values = [value for key, value in headers_of(response) if key.lower() == name.lower()]
    assert len(values) <= 1
    return values[0] if values else None
