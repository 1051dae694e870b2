"""The URI of an AWS service integration: the service, and the action or the path that is asked of it. Pure.

``arn:aws:apigateway:{region}:{service}:action/{Action}&{k}={v}`` or ``...:path/{path}?{query}``.
Reference: apigateway-data-plane section 9.3.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gatelet.gateway.endpoint_uri import fill_path, fill_query
from gatelet.http.client.errors import InvalidTarget

_URI: Final = re.compile(
    r"arn:aws[a-z-]*:apigateway:(?P<region>[a-z0-9-]+):(?P<service>[a-z0-9.-]+):(?P<kind>action|path)/(?P<rest>.*)",
    re.DOTALL,
)
_SENDABLE: Final = re.compile(r"[\x21-\x7e]*")
_ACTION: Final = re.compile(r"(?P<action>[A-Za-z0-9_]+)(?:&(?P<query>.*))?", re.DOTALL)
_INVOCATION: Final = re.compile(r"/2015-03-31/functions/.+/invocations")


@dataclass(frozen=True, slots=True)
class ServiceUri:
    """A URI whose stage variables are filled in. ``path`` and ``query`` may have ``{parameters}``."""

    region: str
    service: str
    """As it stands in the URI: the first part of the service's host name (``dynamodb``, ``states``)."""
    action: str | None
    path: str
    query: str

    @classmethod
    def parse(cls, uri: str) -> ServiceUri:
        """The URI that a text spells. Raises InvalidTarget."""
        found = _URI.fullmatch(uri)
        if found is None or not _SENDABLE.fullmatch(found["rest"]):
            raise InvalidTarget("not the ARN of a service")
        region, service, rest = found["region"], found["service"], found["rest"]
        if found["kind"] == "path":
            path, _, query = rest.partition("?")
            return cls(region, service, None, f"/{path.removeprefix('/')}", query)
        action = _ACTION.fullmatch(rest)
        if action is None:
            raise InvalidTarget("no action")
        return cls(region, service, action["action"], "/", action["query"] or "")

    def fill(self, values: Mapping[str, str]) -> tuple[str, str]:
        """Path and query of one request. Raises InvalidTarget."""
        return fill_path(self.path, values), fill_query(self.query, values)

    @property
    def invokes_function(self) -> bool:
        """Whether it is Lambda's Invoke, whose answers are selected by their error messages (section 9.4)."""
        return self.service == "lambda" and self.action is None and _INVOCATION.fullmatch(self.path) is not None
