"""Malformed calls of AWS operations, made from botocore's models: the same ones at every run.

Each operation starts from a plausible call (the required members, with the ids of things that exist) and
is then spoiled in one place. ``must_fail`` marks the calls that no implementation could rightly accept.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlencode

import botocore.session
from botocore.model import OperationModel, ServiceModel, Shape
from botocore.serialize import create_serializer
from tests.security.plausible import Plausible

LONG = "x" * 70_000
CONTROL = "a\u0000b\u0007\r\nX-Evil: 1\u2028\u202e"
DEEP_LIST = b"[" * 20_000 + b"]" * 20_000
DEEP_OBJECT = b'{"a":' * 20_000 + b"1" + b"}" * 20_000
NOT_JSON = (b"{", b"not json", b'{"a":1}}', b"[1]", b'"text"', b"5", b"\xff\xfe\x00", b"{'a': 1}", DEEP_LIST)
ODD_LABELS = (
    "..",
    "%2e%2e",
    "..%2F..%2Fetc%2Fpasswd",
    "%00",
    "a%00b",
    "%0d%0aX-Evil%3a%201",
    "%",
    "%zz",
    "%ff%fe",
    "a%2Fb",
    "*",
    "%20",
    "%F0%9F%92%A9",
    "L" * 4000,
)
ODD_PATCHES: tuple[Any, ...] = (
    [{}],
    [{"op": "replace"}],
    [{"op": "replace", "path": ""}],
    [{"op": "replace", "path": "/", "value": "x"}],
    [{"op": "replace", "path": "name", "value": "x"}],
    [{"op": "replace", "path": "/nothing/there", "value": "x"}],
    [{"op": "replace", "path": "/id", "value": "x"}],
    [{"op": "replace", "path": "/~2~", "value": "x"}],
    [{"op": "replace", "path": "/" + "a/" * 500, "value": "x"}],
    [{"op": "replace", "path": "/__class__/__init__", "value": "x"}],
    [{"op": "remove", "path": "/"}],
    [{"op": "remove", "path": "/nothing"}],
    [{"op": "add", "path": "/nothing", "value": "x"}],
    [{"op": "copy", "path": "/nothing", "from": "/id"}],
    [{"op": "copy", "path": "/nothing"}],
    [{"op": "move", "path": "/nothing", "from": "/name"}],
    [{"op": "test", "path": "/nothing", "value": "x"}],
    [{"op": "explode", "path": "/nothing", "value": "x"}],
    [{"op": "replace", "path": "/nothing", "value": {"a": 1}}],
    [{"op": "replace", "path": ["/nothing"], "value": "x"}],
    [{"op": "replace", "path": "/nothing", "value": "x"}] * 600,
    {"op": "replace"},
    "replace",
    [None],
    [["replace"]],
)
PATCHED = (
    "/name",
    "/description",
    "/policy",
    "/binaryMediaTypes/image~1png",
    "/minimumCompressionSize",
    "/endpointConfiguration/types/REGIONAL",
    "/pathPart",
    "/parentId",
    "/authorizationType",
    "/apiKeyRequired",
    "/requestParameters/method.request.header.x",
    "/responseParameters/method.response.header.x",
    "/uri",
    "/timeoutInMillis",
    "/statusCode",
    "/schema",
    "/variables/x",
    "/~1users/GET/logging/loglevel",
    "/validateRequestBody",
)
"""Paths that one update or another knows."""
ODD_VALUES = (LONG, CONTROL, "", "-1", "{", "null", "\u2603")
_WRONG: Mapping[str, tuple[Any, ...]] = {
    "string": ({}, [], 5, True, {"a": {}}),
    "character": ({}, [], 5),
    "integer": ("abc", "", {}, [], True, "1; drop table records"),
    "long": ("abc", {}, [], True),
    "float": ("abc", {}, []),
    "double": ("abc", {}, []),
    "boolean": ("maybe", 5, {}, []),
    "blob": (5, {}, [], "!!!not base64!!!"),
    "timestamp": ("not a time", {}, [], True),
    "list": ({}, "text", 5, True),
    "map": ([], "text", 5, True),
    "structure": ([], "text", 5, True),
}
_HUGE_NUMBERS = (-1, 0, 2**31, 2**63, 10**30, 1e300, -1e300, 1.5)


@dataclass(frozen=True)
class Call:
    """One HTTP request, not yet signed, and what is known of its answer; ``service`` as signatures name it."""

    service: str
    operation: str
    name: str
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    must_fail: bool = False

    def __str__(self) -> str:
        return f"{self.service}:{self.operation} {self.name}"


def protocol_of(model: ServiceModel) -> str:
    """The protocol to speak: JSON where a service also has a binary one."""
    return "json" if "json" in model.metadata.get("protocols", ()) else str(model.protocol)


def calls_of(service: str, operations: list[str], plausible: Plausible) -> Iterator[Call]:
    """Every malformed call of those operations of a service."""
    model = botocore.session.Session().get_service_model(service)
    protocol = protocol_of(model)
    serializer = create_serializer(protocol, include_validation=False)
    for name in operations:
        operation = model.operation_model(name)
        parameters = plausible.parameters(operation)
        serialized = serializer.serialize_to_request(copy.deepcopy(parameters), operation)
        base = _call(model.signing_name, name, serialized)
        if protocol == "query":
            yield from _forms(base, operation, parameters)
        else:
            yield from _documents(base, operation, json_1=protocol == "json")
        if protocol == "rest-json":
            yield from _labels(base, operation, parameters)
            yield from _queries(base, operation)
        yield from _frames(base)


def _call(service: str, operation: str, serialized: Mapping[str, Any]) -> Call:
    query = serialized["query_string"]
    text = query if isinstance(query, str) else urlencode(query, doseq=True)
    body = serialized["body"]
    if isinstance(body, Mapping):
        body = urlencode(body, doseq=True).encode()
    target = quote(serialized["url_path"], safe="/%-._~") + (f"?{text}" if text else "")
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8", **serialized["headers"]}
    if service in {"apigateway", "lambda"}:
        headers = {"Content-Type": "application/json", **serialized["headers"]}
    body = body.encode() if isinstance(body, str) else bytes(body or b"")
    return Call(service, operation, "plausible", serialized["method"], target, headers, body)


def _documents(base: Call, operation: OperationModel, *, json_1: bool) -> Iterator[Call]:
    """JSON bodies: members of the wrong type, missing, too long, unknown; and what is no JSON at all."""
    shape = operation.input_shape
    members = _body_members(shape) if shape is not None else {}
    for number, body in enumerate(NOT_JSON):
        yield replace(
            base,
            name=f"body {number}",
            body=body,
            must_fail=bool(members) and shape.serialization.get("payload") is None,
        )
    yield replace(base, name="deep object", body=DEEP_OBJECT)
    if shape is None or not members or shape.serialization.get("payload") is not None:
        return
    document = json.loads(base.body or b"{}")
    required = {members[name].serialization.get("name", name) for name in shape.required_members if name in members}
    for path, member in _places(members, ()):
        where = "/".join(map(str, path))
        for number, value in enumerate(_WRONG[member.type_name]):
            yield _with(
                base,
                document,
                path,
                value,
                f"{where} wrong type {number}",
                must_fail=not getattr(member, "is_document_type", False),
            )
        if member.type_name == "string":
            for what, text in (("long", LONG), ("control", CONTROL), ("empty", "")):
                yield _with(base, document, path, text, f"{where} {what}")
        elif member.type_name in {"integer", "long", "float", "double", "timestamp"}:
            for number in _HUGE_NUMBERS:
                yield _with(base, document, path, number, f"{where} {number}")
        elif member.type_name == "map":
            for what, value in (
                ("long", {LONG: LONG}),
                ("many", {f"k{n}": "v" for n in range(500)}),
                ("null", {"k": None}),
            ):
                yield _with(base, document, path, value, f"{where} {what}")
            yield _with(base, document, path, {CONTROL: CONTROL, "": ""}, f"{where} control")
        elif member.type_name == "list":
            for what, value in (("null", [None]), ("many", [None] * 2000), ("nested", [[[]]])):
                yield _with(base, document, path, value, f"{where} {what}", must_fail=what == "nested")
    for name in required:
        rest = {key: value for key, value in document.items() if key != name}
        yield replace(base, name=f"without {name}", body=json.dumps(rest).encode(), must_fail=True)
        rest[name] = None
        yield replace(base, name=f"null {name}", body=json.dumps(rest).encode(), must_fail=True)
    for number, patch in enumerate(ODD_PATCHES if "patchOperations" in members else ()):
        yield _with(base, document, ("patchOperations",), patch, f"patch {number}")
    for path in PATCHED if "patchOperations" in members else ():
        for number, value in enumerate(ODD_VALUES):
            odd = [{"op": "replace", "path": path, "value": value}]
            yield _with(base, document, ("patchOperations",), odd, f"patch {path} value {number}")
        for operation_name in ("add", "remove", "replace", "copy"):
            odd = [{"op": operation_name, "path": path}, {"op": "replace", "path": "/nothing", "value": "x"}]
            yield _with(base, document, ("patchOperations",), odd, f"{operation_name} {path} and nothing")
    if not operation.name.startswith(("Create", "Put")):
        return
    yield _with(base, document, ("nobodyKnowsThis",), {"a": [1]}, "unknown member")


def _body_members(shape: Shape) -> dict[str, Shape]:
    return {name: member for name, member in shape.members.items() if "location" not in member.serialization}


def _places(members: Mapping[str, Shape], above: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Shape]]:
    """Every member of the body, two levels deep."""
    for name, member in members.items():
        path = (*above, member.serialization.get("name", name))
        yield path, member
        if len(above) >= 2:
            continue
        if member.type_name == "structure":
            yield from _places(member.members, path)
        elif member.type_name == "list":
            inner = member.member
            yield (*path, 0), inner
            if inner.type_name == "structure":
                yield from _places(inner.members, (*path, 0))
        elif member.type_name == "map":
            yield (*path, "key"), member.value


def _with(
    base: Call, document: Mapping[str, Any], path: tuple[Any, ...], value: Any, name: str, *, must_fail: bool = False
) -> Call:
    body = _set(dict(document), path, value)
    return replace(base, name=name, body=json.dumps(body).encode(), must_fail=must_fail)


def _set(into: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    first, rest = path[0], path[1:]
    if isinstance(first, int):
        present = into[0] if isinstance(into, list) and into else None
        return [_set(present, rest, value)]
    copied = dict(into) if isinstance(into, Mapping) else {}
    copied[first] = _set(copied.get(first), rest, value)
    return copied


def _labels(base: Call, operation: OperationModel, parameters: Mapping[str, Any]) -> Iterator[Call]:
    """Paths whose labels are hostile."""
    shape = operation.input_shape
    for name, member in shape.members.items() if shape is not None else ():
        if member.serialization.get("location") != "uri":
            continue
        present = quote(str(parameters[name]), safe="-._~")
        path, mark, query = base.target.partition("?")
        few = ODD_LABELS[::4] if path.rpartition("/")[2] != present else ODD_LABELS
        for label in (*few, ""):
            segments = path.split("/")
            spoiled = "/".join(label if segment in {present, parameters[name]} else segment for segment in segments)
            yield replace(base, name=f"label {name}={label[:20]!r}", target=spoiled + mark + query)


def _queries(base: Call, operation: OperationModel) -> Iterator[Call]:
    """Query strings with values of the wrong kind."""
    shape = operation.input_shape
    for name, member in shape.members.items() if shape is not None else ():
        if member.serialization.get("location") != "querystring":
            continue
        wire = member.serialization.get("name", name)
        odd: tuple[str, ...] = ("", "%00", "%ff", "..%2f", "L" * 3000, "%7B%7D", "%0d%0a")
        if member.type_name in {"integer", "long"}:
            odd = ("abc", "-1", "0", "1.5", "99999999999999999999", "", "1e3", "%00")
        for value in odd:
            joint = "&" if "?" in base.target else "?"
            yield replace(base, name=f"query {wire}={value[:20]}", target=f"{base.target}{joint}{wire}={value}")


def _forms(base: Call, operation: OperationModel, parameters: Mapping[str, Any]) -> Iterator[Call]:
    """Form bodies of the query protocol."""
    fields = dict(item.split("=", 1) for item in base.body.decode().split("&"))

    def form(name: str, changed: Mapping[str, str | None], *, must_fail: bool = False) -> Call:
        merged = {key: value for key, value in {**fields, **changed}.items() if value is not None}
        body = "&".join(f"{key}={value}" for key, value in merged.items()).encode()
        return replace(base, name=name, body=body, must_fail=must_fail)

    yield form("no action", {"Action": None}, must_fail=True)
    yield form("unknown action", {"Action": "Explode%00"}, must_fail=True)
    yield form("other version", {"Version": "1999-01-01"}, must_fail=True)
    yield form("unknown field", {"NobodyKnowsThis.member.1": "x"}) if operation.name.startswith("Get") else base
    yield form("deep name", {"a." * 5000 + "a": "x"})
    yield replace(base, name="no form", body=b"{}", must_fail=True)
    yield replace(base, name="not text", body=base.body + b"&Path=%ff%fe\xff")
    shape = operation.input_shape
    for name, member in shape.members.items() if shape is not None else ():
        if name in shape.required_members:
            dropped = {key: None for key in fields if key == name or key.startswith(f"{name}.")}
            yield form(f"without {name}", dropped, must_fail=True)
        if member.type_name in {"integer", "long"}:
            for value in ("abc", "1.5", "", "-1", "99999999999999999999"):
                yield form(f"{name}={value}", {name: value}, must_fail=value in {"abc", "1.5"})
        elif member.type_name == "boolean":
            yield form(f"{name} maybe", {name: "maybe"}, must_fail=True)
        elif member.type_name == "string":
            for what, value in (("long", LONG), ("control", quote(CONTROL)), ("empty", ""), ("markup", "%3C%2F%3E%26")):
                yield form(f"{name} {what}", {name: value})
            yield form(f"{name} as structure", {name: None, f"{name}.member.1": "x"})
        elif member.type_name == "list":
            for key in (f"{name}", f"{name}.member", f"{name}.member.x.Key", f"{name}.member.99999999999.Key"):
                yield form(f"{key} odd", {key: "x"})


def _frames(base: Call) -> Iterator[Call]:
    """The right bytes in the wrong envelope."""
    if base.operation.startswith(("Get", "List", "Describe", "Filter")):
        for kind in ("text/plain", "application/xml", "multipart/form-data; boundary=x", "\x80;;;", ""):
            yield replace(base, name=f"content type {kind!r}", headers={**base.headers, "Content-Type": kind})
    for method in ("TRACE", "LOCK", "PROPFIND"):
        yield replace(base, name=f"method {method}", method=method, must_fail=True)
    target = base.headers.get("X-Amz-Target")
    if target is not None:
        for odd in (f"{target}X", target.partition(".")[0], "", "..", f"Other.{target.partition('.')[2]}", "L" * 3000):
            yield replace(
                base, name=f"target {odd[:30]!r}", headers={**base.headers, "X-Amz-Target": odd}, must_fail=True
            )
