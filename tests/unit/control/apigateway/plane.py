"""A control plane under test: its operations by name. One set of tests, two drivers (in memory, over HTTP)."""

from __future__ import annotations

from typing import Any, Protocol

NOW = 1_767_225_600
PROXY_URI = (
    "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
    "arn:aws:lambda:us-east-1:000000000000:function:getUserFunction/invocations"
)

Operation = tuple[str | None, ...]
"""(op, path, value, from); None is absent."""


class Plane(Protocol):
    """Calls operations: ``plane("CreateRestApi", name="users-api")``. An account of its own for each test."""

    account: str

    def __call__(self, name: str, /, *, region: str = "us-east-1", **params: Any) -> dict[str, Any]:
        """The response's members; times are ``NOW``."""

    def fails(self, name: str, /, **params: Any) -> tuple[str, str]:
        """The code and message of a call that must fail."""


class PatchingPlane(Plane, Protocol):
    """With words for PATCH and for the API of a test."""

    def patch(self, name: str, /, *operations: Operation, **params: Any) -> dict[str, Any]:
        """An Update... call."""
        return self(name, **params, patchOperations=patch_operations(*operations))

    def patch_fails(self, name: str, /, *operations: Operation, **params: Any) -> tuple[str, str]:
        """An Update... call that must fail."""
        return self.fails(name, **params, patchOperations=patch_operations(*operations))

    def api(self, **params: Any) -> Api:
        """A new REST API."""
        created = self("CreateRestApi", **{"name": "users-api", **params})
        return Api(self, created["id"], created["rootResourceId"])


class Flushes:
    """The gateway's port, of which only flushes are asked: what was flushed."""

    def __init__(self) -> None:
        self.flushed: list[tuple[Any, ...]] = []

    async def flush_responses(self, *names: Any) -> None:
        self.flushed.append(names[1:])

    def flush_authorizers(self, *names: Any) -> None:
        self.flushed.append(names)


class Api:
    """A REST API of the test."""

    def __init__(self, plane: PatchingPlane, id: str, root: str) -> None:
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


def patch_operations(*operations: Operation) -> list[dict[str, str]]:
    """As PATCH sends them."""
    names = ("op", "path", "value", "from")
    return [{name: text for name, text in zip(names, given, strict=False) if text is not None} for given in operations]
