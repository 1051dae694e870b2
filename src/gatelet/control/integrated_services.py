"""The AWS services that integrations can reach: those that Gatelet serves, and those whose endpoints are set up.

An integration's URI names a service by the first part of its host name, botocore by a name of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from gatelet.control.registry import PACKAGES

_OWN_NAMES: Final[Mapping[str, str]] = {
    "monitoring": "cloudwatch",
    "states": "stepfunctions",
    "streams.dynamodb": "dynamodbstreams",
}


def service_of_uri(name: str) -> str:
    """Botocore's name of the service that an integration's URI names."""
    return _OWN_NAMES.get(name, name)


def is_reachable(name: str, endpoints: Collection[str]) -> bool:
    """Whether an integration with that service can work; ``endpoints`` are the names that have one set up."""
    return name in endpoints or service_of_uri(name) in PACKAGES
