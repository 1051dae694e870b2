"""A control plane without a server: operations are called as functions, over records in memory."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Iterator, Sequence
from typing import Any, cast

import pytest

from gatelet.aws.errors import AwsError
from gatelet.aws.ids import Ids
from gatelet.aws.scope import DEFAULT_ACCOUNT, DEFAULT_REGION, Scope
from gatelet.control.operation import Call
from gatelet.control.ports import Ports
from gatelet.control.registry import Registry
from gatelet.identity.principals import root_principal
from gatelet.storage.ports import Collection, Delete, Key, Put, Record, RevisionConflict

NOW = 1_767_225_600.25
PROXY_URI = (
    "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
    "arn:aws:lambda:us-east-1:000000000000:function:getUserFunction/invocations"
)


class DictRecords:
    """The port of Records over a dict: all or nothing, with revisions."""

    def __init__(self) -> None:
        self.rows: dict[Key, Record] = {}

    async def get(self, key: Key) -> Record | None:
        return copy.deepcopy(self.rows.get(key))

    async def list(
        self, collection: Collection, parent: str | None = None, *, after: str = "", limit: int | None = None
    ) -> Sequence[Record]:
        rows = [
            record
            for key, record in sorted(self.rows.items(), key=lambda row: row[0].id)
            if collection.key(key.id) == key and parent in (None, record.parent) and key.id > after
        ]
        return copy.deepcopy(rows[:limit])

    async def list_everywhere(self, service: str, kind: str) -> Sequence[Record]:
        return copy.deepcopy([row for key, row in self.rows.items() if (key.service, key.kind) == (service, kind)])

    async def write(self, *writes: Put | Delete) -> int:
        for one in writes:
            held = self.rows.get(one.key)
            if one.expected is not None and one.expected != (held.revision if held else 0):
                raise RevisionConflict
        for one in writes:
            if isinstance(one, Delete):
                self.rows.pop(one.key, None)
            else:
                held = self.rows.get(one.key)
                revision = held.revision + 1 if held else 1
                self.rows[one.key] = Record(one.key, revision, copy.deepcopy(dict(one.value)), one.parent)
        return len(self.rows)


class FixedClock:
    """A clock that stands still."""

    def now(self) -> float:
        return NOW

    def monotonic(self) -> float:
        return 0.0


class ControlPlane:
    """Calls operations by name: ``plane("CreateRestApi", name="users-api")``."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self._runner = runner
        self._registry = Registry()
        self.records = DictRecords()
        absent = cast(Any, None)
        self.ports = Ports(
            records=self.records,
            blobs=absent,
            log_chunks=absent,
            log_writer=absent,
            functions=absent,
            gateway=absent,
            clock=FixedClock(),
            ids=Ids(seed=7),
        )

    def __call__(self, name: str, /, *, region: str = DEFAULT_REGION, **params: Any) -> dict[str, Any]:
        operation = self._registry.find("apigateway", name)
        assert operation is not None, name
        call = Call(
            Scope(DEFAULT_ACCOUNT, region),
            root_principal(DEFAULT_ACCOUNT, "test"),
            "request-id",
            "http://127.0.0.1:4566",
            self.ports,
        )
        return copy.deepcopy(dict(self._runner.run(cast(Any, operation(call, params)))))

    def fails(self, name: str, /, **params: Any) -> tuple[str, str]:
        """The code and message of the call's error; nothing may have been written."""
        before = copy.deepcopy(self.records.rows)
        with pytest.raises(AwsError) as caught:
            self(name, **params)
        assert self.records.rows == before
        return caught.value.code, caught.value.message or ""

    def patch(self, name: str, /, *operations: tuple[str | None, ...], **params: Any) -> dict[str, Any]:
        """An Update... call; operations are (op, path, value, from)."""
        return self(name, **params, patchOperations=patch_operations(*operations))

    def patch_fails(self, name: str, /, *operations: tuple[str | None, ...], **params: Any) -> tuple[str, str]:
        """An Update... call that fails."""
        return self.fails(name, **params, patchOperations=patch_operations(*operations))

    def api(self, **params: Any) -> Api:
        """A new REST API."""
        created = self("CreateRestApi", **{"name": "users-api", **params})
        return Api(self, created["id"], created["rootResourceId"])


class Api:
    """A REST API of the test."""

    def __init__(self, plane: ControlPlane, id: str, root: str) -> None:
        self.plane = plane
        self.id = id
        self.root = root

    def resource(self, part: str, parent: str | None = None) -> str:
        created = self.plane("CreateResource", restApiId=self.id, parentId=parent or self.root, pathPart=part)
        return str(created["id"])

    def method(self, resource: str | None = None, verb: str = "GET", **params: Any) -> dict[str, str]:
        """Put a method; the members that name it."""
        names = {"restApiId": self.id, "resourceId": resource or self.root, "httpMethod": verb}
        self.plane("PutMethod", **names, **{"authorizationType": "NONE", **params})
        return names

    def integrated_method(self, resource: str | None = None, verb: str = "GET", **params: Any) -> dict[str, str]:
        """Put a method and its Lambda integration."""
        names = self.method(resource, verb)
        self.plane("PutIntegration", **names, **proxy(**params))
        return names

    def deploy(self, **params: Any) -> str:
        """The id of a new deployment."""
        return str(self.plane("CreateDeployment", restApiId=self.id, **params)["id"])


def proxy(**params: Any) -> dict[str, Any]:
    """The members of PutIntegration for a Lambda proxy integration."""
    return {"type": "AWS_PROXY", "integrationHttpMethod": "POST", "uri": PROXY_URI, **params}


def patch_operations(*operations: tuple[str | None, ...]) -> list[dict[str, str]]:
    """(op, path, value, from) as patch operations; None is absent."""
    names = ("op", "path", "value", "from")
    return [{name: text for name, text in zip(names, given, strict=False) if text is not None} for given in operations]


@pytest.fixture
def plane() -> Iterator[ControlPlane]:
    with asyncio.Runner() as runner:
        yield ControlPlane(runner)


@pytest.fixture
def api(plane: ControlPlane) -> Api:
    return plane.api()
