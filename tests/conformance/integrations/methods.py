"""Methods with integrations, made as users make them."""

from __future__ import annotations

from typing import Any

from tests.conformance.gateway.world import Api


def add(
    api: Api,
    route: str,
    *,
    declared: tuple[str, ...] = (),
    responses: dict[str, dict[str, Any]] | None = None,
    response_headers: tuple[str, ...] = (),
    **integration: Any,
) -> None:
    """A method whose integration has these members.

    ``declared`` are its request parameters (``querystring.a``), ``responses`` its integration responses by status
    (none with a proxy), ``response_headers`` the headers that its method responses declare.
    """
    verb, path = route.split(" ")
    where = {"restApiId": api.id, "resourceId": api.resource(path), "httpMethod": verb}
    parameters = {f"method.request.{name}": False for name in declared}
    api.client.put_method(**where, authorizationType="NONE", requestParameters=parameters)
    api.client.put_integration(**where, **integration)
    for status, response in (responses or {}).items():
        api.client.put_method_response(
            **where,
            statusCode=status,
            responseParameters={f"method.response.header.{name}": False for name in response_headers},
        )
        api.client.put_integration_response(**where, statusCode=status, **response)


def headers_of(told: dict[str, Any]) -> dict[str, str]:
    """The headers that reached the backend, by the names that it saw."""
    return dict(told["headers"])
