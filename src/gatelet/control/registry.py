"""Which function is which operation. Packages are imported when their service is first called."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping

from gatelet.control.operation import MARK, Operation

PACKAGES: Mapping[str, str] = {
    "apigateway": "gatelet.control.apigateway",
    "cognito-idp": "gatelet.control.cognito_idp",
    "cloudwatch": "gatelet.control.cloudwatch",
    "dynamodb": "gatelet.control.dynamodb",
    "dynamodbstreams": "gatelet.control.dynamodbstreams",
    "iam": "gatelet.control.iam",
    "lambda": "gatelet.control.lambda_",
    "logs": "gatelet.control.logs",
    "sts": "gatelet.control.sts",
}
"""The services that Gatelet serves, by botocore's name, and where their operations are."""


class Registry:
    """Finds operations by service and name."""

    __slots__ = ("_services",)

    def __init__(self) -> None:
        self._services: dict[str, dict[str, Operation]] = {}

    def find(self, service: str, name: str) -> Operation | None:
        """The function of an operation, or None: it does not exist here (yet)."""
        return self.operations(service).get(name)

    def operations(self, service: str) -> Mapping[str, Operation]:
        """Every operation of a service that exists here."""
        found = self._services.get(service)
        if found is None:
            found = self._services[service] = _collect(service)
        return found


def _collect(service: str) -> dict[str, Operation]:
    found: dict[str, Operation] = {}
    if service not in PACKAGES:
        return found
    package = importlib.import_module(PACKAGES[service])
    for module_info in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        module = importlib.import_module(module_info.name)
        for value in vars(module).values():
            mark = getattr(value, MARK, None)
            if mark is not None and value.__module__ == module.__name__ and mark[0] == service:
                if mark[1] in found:
                    raise RuntimeError(f"two functions claim {service}:{mark[1]}")
                found[mark[1]] = value
    return found
