"""What a REST API may be: checks, defaults, and how it is shown.

Reference: apigateway-control-plane sections 4.1 and 4.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gatelet.aws import quotas
from gatelet.aws.errors import NotSupported
from gatelet.control.apigateway.errors import BadRequest
from gatelet.control.apigateway.resource_policy import shown_policy

ENDPOINT_TYPES = ("REGIONAL", "EDGE", "PRIVATE")
IP_ADDRESS_TYPES = ("ipv4", "dualstack")
API_KEY_SOURCES = ("HEADER", "AUTHORIZER")


def check_create(request: Mapping[str, Any]) -> None:
    """The checks of CreateRestApi's own members. Raises BadRequest."""
    if not request["name"]:
        raise BadRequest("Invalid null or empty value in name")
    if request.get("description") == "":
        raise BadRequest("Description cannot be an empty string")
    check_compression(request.get("minimumCompressionSize"))


def check_compression(size: int | None) -> None:
    """Raises BadRequest unless the size is absent or within 0..10485760 bytes."""
    if size is not None and not 0 <= size <= quotas.COMPRESSION_SIZE_MAX:
        raise invalid_compression()


def invalid_compression() -> BadRequest:
    """The size is no number, or out of its range."""
    return BadRequest("Invalid minimum compression size, must be between 0 and 10485760")


def endpoint_configuration(given: Mapping[str, Any] | None) -> dict[str, Any]:
    """The configuration with its defaults: EDGE and ipv4, dualstack for PRIVATE. Raises BadRequest."""
    configuration = dict(given or {})
    types = configuration.setdefault("types", ["EDGE"])
    check_endpoint_types(types)
    if types == ["PRIVATE"]:
        if configuration.get("ipAddressType") == "ipv4":
            raise BadRequest("Only dualstack ipAddressType is supported for Private APIs.")
        configuration["ipAddressType"] = "dualstack"
    else:
        configuration.setdefault("ipAddressType", "ipv4")
    if not configuration.get("vpcEndpointIds"):
        configuration.pop("vpcEndpointIds", None)
    return configuration


def check_endpoint_types(types: list[str]) -> None:
    """Raises BadRequest unless there is exactly one type."""
    if not types:
        raise BadRequest("REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.")
    if len(types) > 1:
        raise BadRequest("Cannot create an api with multiple Endpoint Types.")


def refuse_unsupported(rest_api: Mapping[str, Any]) -> None:
    """Raises NotSupported for what is valid on AWS and not enforced here yet."""
    configuration = rest_api["endpointConfiguration"]
    if "PRIVATE" in configuration["types"]:
        raise NotSupported("the endpoint type PRIVATE")
    if configuration.get("vpcEndpointIds"):
        raise NotSupported("endpointConfiguration.vpcEndpointIds")
    for member in ("securityPolicy", "endpointAccessMode"):
        if rest_api.get(member):
            raise NotSupported(f"{member} on a REST API")


def shown(rest_api: Mapping[str, Any]) -> dict[str, Any]:
    """As create and list show it: empty tags are left out."""
    visible = {name: value for name, value in rest_api.items() if name != "tags" or value}
    if "policy" in visible:
        visible["policy"] = shown_policy(visible["policy"])
    return visible


def shown_alone(rest_api: Mapping[str, Any]) -> dict[str, Any]:
    """As a single GET and PATCH show it: with ``tags: {}`` when it has none."""
    return {**shown(rest_api), "tags": rest_api.get("tags", {})}
