"""AWS's service models: the operations and shapes of each service, as botocore's data files describe them.

The files are read as data; no module of botocore is imported. Importing ``botocore.loaders`` costs 0.13 s
and 16 MB (it brings urllib3, http.client and email), reading two models here costs 0.01 s.
"""

from __future__ import annotations

import gzip
import importlib.util
import re
from collections.abc import Iterator, Mapping
from copy import copy
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal, cast

import orjson

PROTOCOLS: Final = ("rest-json", "rest-xml", "json", "query")
"""The protocols that Gatelet speaks, the preferred one first."""

ProtocolName = Literal["rest-json", "rest-xml", "json", "query"]

_SERVICE_NAME: Final = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")


_RAW: Final[Mapping[str, frozenset[str]]] = dict.fromkeys(
    ("dynamodb", "dynamodbstreams"), frozenset({"AttributeValue", "AttributeMap", "ItemList"})
)
"""Shapes that a service reads and writes itself, as JSON: walking every attribute of every item costs too much."""


class UnknownService(LookupError):
    """botocore has no model of that service, or none in a protocol that Gatelet speaks."""


class Shape:
    """One shape as one place uses it: the shape's definition overlaid with that member's own traits.

    ``type`` is one of structure, list, map, string, character, integer, long, float, double, boolean,
    timestamp, blob. Members are resolved when they are first asked for, since shapes may be recursive.
    """

    def __init__(self, service: ServiceModel, name: str, traits: Mapping[str, Any]) -> None:
        self._service = service
        self.name = name
        self.traits = traits
        self.type: str = traits["type"]
        self.wire_name: str | None = traits.get("locationName")
        self.location: str | None = traits.get("location")
        self.flattened: bool = traits.get("flattened", False)

    @cached_property
    def members(self) -> dict[str, Shape]:
        """A structure's members by their SDK names, in the model's order."""
        return {name: self._service.resolve(ref) for name, ref in self.traits.get("members", {}).items()}

    @cached_property
    def element(self) -> Shape:
        """What a list holds."""
        return self._service.resolve(self.traits["member"])

    @cached_property
    def key(self) -> Shape:
        """What the keys of a map are."""
        return self._service.resolve(self.traits["key"])

    @cached_property
    def value(self) -> Shape:
        """What a map holds."""
        return self._service.resolve(self.traits["value"])

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The SDK names of the members that a caller must give."""
        return tuple(self.traits.get("required", ()))

    @cached_property
    def payload(self) -> str | None:
        """The SDK name of the member that is the whole body, if one is."""
        return cast("str | None", self.traits.get("payload"))

    @cached_property
    def body_members(self) -> dict[str, Shape]:
        """The members that travel in the body (those without a location)."""
        return {name: member for name, member in self.members.items() if member.location is None}

    @cached_property
    def event_stream(self) -> str | None:
        """The SDK name of the member that is a stream of events, if one is."""
        return next((name for name, member in self.members.items() if member.traits.get("eventstream")), None)

    @cached_property
    def is_document(self) -> bool:
        """Whether any JSON value may stand here."""
        return bool(self.traits.get("document"))

    @cached_property
    def is_raw(self) -> bool:
        """Whether the service reads and writes the JSON that stands here itself."""
        return self.is_document or self.name in self._service.raw_shapes

    def __repr__(self) -> str:
        return f"<Shape {self.name}: {self.type}>"


class Operation:
    """One operation of a service: its HTTP binding and the shapes of its input and output."""

    def __init__(self, service: ServiceModel, name: str, description: Mapping[str, Any]) -> None:
        http = description.get("http", {})
        self._service = service
        self._description = description
        self.name = name
        self.method: str = http.get("method", "POST")
        self.uri: str = http.get("requestUri", "/")
        self.status: int = http.get("responseCode", 200)
        self.deprecated: bool = description.get("deprecated", False)
        self.compressed = "requestcompression" in description

    @cached_property
    def input(self) -> Shape | None:
        """The shape of the parameters; None if the operation takes none."""
        ref = self._description.get("input")
        return None if ref is None else self._service.resolve(ref)

    @cached_property
    def output(self) -> Shape | None:
        """The shape of the result; None if the operation gives none."""
        ref = self._description.get("output")
        return None if ref is None else self._service.resolve(ref)

    def __repr__(self) -> str:
        return f"<Operation {self.name}: {self.method} {self.uri}>"


class ServiceModel:
    """One service: its protocol, operations, shapes and errors."""

    def __init__(self, name: str, description: Mapping[str, Any]) -> None:
        self.name = name
        self.metadata: Mapping[str, Any] = description["metadata"]
        self.protocol = _protocol(name, self.metadata)
        self._shapes: Mapping[str, Mapping[str, Any]] = description["shapes"]
        self._plain: dict[str, Shape] = {}
        self.raw_shapes = _RAW.get(name, frozenset())
        self.operations: dict[str, Operation] = {
            key: Operation(self, key, value) for key, value in description["operations"].items()
        }

    def speaking(self, protocol: ProtocolName) -> ServiceModel:
        """The same service in another of its protocols."""
        other = copy(self)
        other.protocol = protocol
        return other

    @cached_property
    def compressed(self) -> bool:
        """Whether some operation takes compressed requests."""
        return any(operation.compressed for operation in self.operations.values())

    @cached_property
    def query_compatible(self) -> bool:
        """Whether the service spoke the query protocol once, and its clients still want the codes of that."""
        return "awsQueryCompatible" in self.metadata

    def shape(self, name: str) -> Shape:
        """The shape of that name, without any member's traits. Raises KeyError."""
        shape = self._plain.get(name)
        if shape is None:
            shape = self._plain[name] = Shape(self, name, self._shapes[name])
        return shape

    def resolve(self, ref: Mapping[str, Any]) -> Shape:
        """The shape that a reference means: its definition, overlaid with the reference's traits."""
        name = ref["shape"]
        if len(ref) == 1:
            return self.shape(name)
        return Shape(self, name, {**self._shapes[name], **{k: v for k, v in ref.items() if k != "shape"}})

    @cached_property
    def errors(self) -> dict[str, Shape]:
        """The modelled errors, by the shape's name and by the code that the query protocol writes."""
        shapes = [self.shape(name) for name, traits in self._shapes.items() if traits.get("exception")]
        by_code = {shape.traits["error"]["code"]: shape for shape in shapes if "code" in shape.traits.get("error", {})}
        return by_code | {shape.name: shape for shape in shapes}


class Models:
    """Loads service models from botocore's data directory, each when it is first asked for."""

    def __init__(self, data: Path | None = None) -> None:
        self._data = data
        self._loaded: dict[str, ServiceModel] = {}

    def load(self, service: str) -> ServiceModel:
        """The model of the service (botocore's name, ``apigateway``). Raises UnknownService."""
        model = self._loaded.get(service)
        if model is None:
            model = self._loaded[service] = ServiceModel(service, _read(self._directory(service)))
        return model

    def _directory(self, service: str) -> Path:
        # The name may come from a credential's scope: it must never lead out of the data directory.
        if self._data is None:
            self._data = _botocore_data()
        root = self._data / service
        if not _SERVICE_NAME.fullmatch(service) or not root.is_dir():
            raise UnknownService(service)
        return max(version for version in root.iterdir() if any(version.glob("service-2.json*")))


def _botocore_data() -> Path:
    spec = importlib.util.find_spec("botocore")
    if spec is None or not spec.submodule_search_locations:
        raise UnknownService("botocore is not installed")
    return Path(spec.submodule_search_locations[0]) / "data"


def _read(directory: Path) -> dict[str, Any]:
    packed = directory / "service-2.json.gz"
    text = gzip.decompress(packed.read_bytes()) if packed.exists() else (directory / "service-2.json").read_bytes()
    description: dict[str, Any] = orjson.loads(text)
    extras = directory / "service-2.sdk-extras.json"
    if extras.exists():
        _merge(description, orjson.loads(extras.read_bytes()).get("merge", {}))
    for traits in _documented(description):
        traits.pop("documentation", None)
    return description


def _merge(base: dict[str, Any], extra: Mapping[str, Any]) -> None:
    for key, value in extra.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            _merge(base[key], value)
        else:
            base[key] = value


def _documented(description: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every place that carries prose: it is half of the model's memory, and also makes references look special."""
    yield description
    for operation in description["operations"].values():
        yield operation
        yield from (operation[part] for part in ("input", "output") if part in operation)
    for shape in description["shapes"].values():
        yield shape
        yield from shape.get("members", {}).values()
        yield from (shape[part] for part in ("member", "key", "value") if part in shape)


def _protocol(name: str, metadata: Mapping[str, Any]) -> ProtocolName:
    spoken = metadata.get("protocols") or [metadata["protocol"]]
    for protocol in PROTOCOLS:
        if protocol in spoken:
            return protocol
    raise UnknownService(f"{name}: none of {spoken} is spoken")
