"""The variables of a request (``context.*``, ``stageVariables.*``, ``method.request.*``), found when asked for.

Reference: apigateway-data-plane sections 4, 11 and 17.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import orjson

from gatelet.gateway.errors import GatewayError
from gatelet.gateway.events.proxy import DROPPED, parse_query
from gatelet.gateway.response_types import DEFAULT_4XX, DEFAULT_5XX
from gatelet.gateway.trace import Trace


class Context:
    """The variables of one request that failed with ``error``."""

    __slots__ = ("_error", "_status", "_trace")

    def __init__(self, trace: Trace, error: GatewayError, status: int) -> None:
        self._trace = trace
        self._error = error
        self._status = status

    def lookup(self, name: str) -> str | None:
        """The value of a variable by its full name, or None."""
        if name.startswith("context."):
            find = _CONTEXT.get(name.removeprefix("context."))
            return None if find is None else find(self)
        if name.startswith("stageVariables."):
            snapshot = self._trace.snapshot
            return None if snapshot is None else snapshot.variables.get(name.removeprefix("stageVariables."))
        return self._parameter(name)

    def _parameter(self, name: str) -> str | None:
        _, _, place, parameter = name.split(".", 3)
        if place == "path":
            route = self._trace.route
            return None if route is None or route.path_parameters is None else route.path_parameters.get(parameter)
        if place == "querystring":
            values, _ = parse_query(self._trace.request.query)
            return None if values is None else values.get(parameter)
        return self._header(parameter)

    def _header(self, name: str) -> str | None:
        if name.lower() in DROPPED:
            return None
        found = None
        for key, value in self._trace.request.headers:
            if key == name:
                found = value
        return found

    def resource_id(self) -> str | None:
        route = self._trace.route
        return None if route is None else route.resource.id

    def resource_path(self) -> str | None:
        route = self._trace.route
        return None if route is None else route.resource.path

    def account_id(self) -> str | None:
        snapshot = self._trace.snapshot
        return None if snapshot is None else snapshot.scope.account

    def deployment_id(self) -> str | None:
        snapshot = self._trace.snapshot
        return None if snapshot is None else snapshot.deployment_id

    def user_agent(self) -> str | None:
        return self._trace.request.header("user-agent")

    def message_string(self) -> str:
        return orjson.dumps(self._error.message).decode()

    def response_type(self) -> str:
        return self._error.response_type or (DEFAULT_4XX if self._error.status < 500 else DEFAULT_5XX)

    @property
    def trace(self) -> Trace:
        """The request's trace."""
        return self._trace

    @property
    def message(self) -> str | None:
        """What the failure tells the client."""
        return self._error.message

    @property
    def status(self) -> int:
        """The status of the response."""
        return self._status


_CONTEXT: Mapping[str, Callable[[Context], str | None]] = {
    "accountId": Context.account_id,
    "apiId": lambda context: context.trace.address.api_id,
    "deploymentId": Context.deployment_id,
    "domainName": lambda context: context.trace.domain_name,
    "domainPrefix": lambda context: context.trace.domain_name.partition(".")[0],
    "error.message": lambda context: context.message,
    "error.messageString": Context.message_string,
    "error.responseType": Context.response_type,
    "extendedRequestId": lambda context: context.trace.extended_id,
    "httpMethod": lambda context: context.trace.verb,
    "identity.sourceIp": lambda context: context.trace.client.source_ip,
    "identity.userAgent": Context.user_agent,
    "path": lambda context: context.trace.context_path,
    "protocol": lambda _: "HTTP/1.1",
    "requestId": lambda context: context.trace.request_id,
    "requestTime": lambda context: context.trace.request_time,
    "requestTimeEpoch": lambda context: str(context.trace.epoch_milliseconds),
    "resourceId": Context.resource_id,
    "resourcePath": Context.resource_path,
    "stage": lambda context: context.trace.address.stage,
    "status": lambda context: str(context.status),
}
