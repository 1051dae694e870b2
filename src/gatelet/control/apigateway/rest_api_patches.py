"""PATCH of a REST API. Reference: apigateway-control-plane section 4.3."""

from __future__ import annotations

from typing import Any

from gatelet.aws.errors import AwsError
from gatelet.control.apigateway.errors import BadRequest
from gatelet.control.apigateway.patching import (
    Edit,
    Row,
    Table,
    clear,
    in_plain_words,
    set_flag,
    set_required_text,
    set_text,
)
from gatelet.control.apigateway.rest_api_rules import (
    API_KEY_SOURCES,
    ENDPOINT_TYPES,
    IP_ADDRESS_TYPES,
    check_compression,
    invalid_compression,
)

_TYPES = "/endpointConfiguration/types/{type}"


def _set_api_key_source(rest_api: dict[str, Any], edit: Edit) -> None:
    if edit.value not in API_KEY_SOURCES:
        raise BadRequest(f"Invalid ApiKeySourceType specified. Valid options are {','.join(API_KEY_SOURCES)}")
    rest_api["apiKeySource"] = edit.value


def _add_media_type(rest_api: dict[str, Any], edit: Edit) -> None:
    media_types = rest_api.setdefault("binaryMediaTypes", [])
    if edit.name not in media_types:
        media_types.append(edit.name)


def _remove_media_type(rest_api: dict[str, Any], edit: Edit) -> None:
    kept = [media_type for media_type in rest_api.get("binaryMediaTypes", ()) if media_type != edit.name]
    if kept:
        rest_api["binaryMediaTypes"] = kept
    else:
        rest_api.pop("binaryMediaTypes", None)


def _replace_media_type(rest_api: dict[str, Any], edit: Edit) -> None:
    """The new type goes to the end: [png, jpeg] with png replaced by gif is [jpeg, gif]."""
    new = edit.required("binaryMediaTypes")
    _remove_media_type(rest_api, edit)
    media_types = rest_api.setdefault("binaryMediaTypes", [])
    if new not in media_types:
        media_types.append(new)


def _set_compression(rest_api: dict[str, Any], edit: Edit) -> None:
    if not edit.value:
        rest_api.pop("minimumCompressionSize", None)
        return
    try:
        size = int(edit.value)
    except ValueError:
        raise invalid_compression() from None
    check_compression(size)
    rest_api["minimumCompressionSize"] = size


def _checked_endpoint_type(value: str | None) -> str:
    if value not in ENDPOINT_TYPES:
        raise BadRequest(f"Invalid EndpointTypes specified. Valid options are {','.join(ENDPOINT_TYPES)}")
    return value


def _replace_endpoint_type(rest_api: dict[str, Any], edit: Edit) -> None:
    """Whatever the path names (the old type, or the index that some tools send), the value is the new type."""
    configuration = rest_api["endpointConfiguration"]
    new = _checked_endpoint_type(edit.value)
    configuration["types"] = [new]
    if new == "PRIVATE":
        configuration["ipAddressType"] = "dualstack"


def _add_endpoint_type(rest_api: dict[str, Any], edit: Edit) -> None:
    types = rest_api["endpointConfiguration"]["types"]
    new = _checked_endpoint_type(edit.value or edit.name)
    if new not in types:
        types.append(new)


def _remove_endpoint_type(rest_api: dict[str, Any], edit: Edit) -> None:
    configuration = rest_api["endpointConfiguration"]
    old = _checked_endpoint_type(edit.name)
    configuration["types"] = [kept for kept in configuration["types"] if kept != old]


def _set_ip_address_type(rest_api: dict[str, Any], edit: Edit) -> None:
    if edit.value not in IP_ADDRESS_TYPES:
        raise BadRequest("ipAddressType must be either ipv4 or dualstack.")
    configuration = rest_api["endpointConfiguration"]
    if configuration["types"] == ["PRIVATE"] and edit.value == "ipv4":
        raise BadRequest("Only dualstack ipAddressType is supported for Private APIs.")
    configuration["ipAddressType"] = edit.value


def _add_vpc_endpoint(rest_api: dict[str, Any], edit: Edit) -> None:
    rest_api["endpointConfiguration"].setdefault("vpcEndpointIds", []).append(edit.required("vpcEndpointIds"))


def _remove_vpc_endpoint(rest_api: dict[str, Any], edit: Edit) -> None:
    configuration = rest_api["endpointConfiguration"]
    kept = [endpoint for endpoint in configuration.get("vpcEndpointIds", ()) if endpoint != edit.value]
    configuration.pop("vpcEndpointIds", None)
    if kept:
        configuration["vpcEndpointIds"] = kept


def _refuse(table: Table, row: Row | None, op: str, path: str) -> AwsError:
    if row is not None and row.pattern == _TYPES:
        return BadRequest("Invalid patch operation specified. Must be 'add'|'remove'|'replace'")
    return in_plain_words(table, row, op, path)


TABLE = Table(
    rows=(
        Row("/name", {"replace": set_required_text("name")}),
        Row("/description", {"replace": set_text("description"), "remove": clear("description")}),
        Row("/version", {"replace": set_text("version")}),
        Row("/apiKeySource", {"replace": _set_api_key_source}),
        Row("/policy", {"replace": set_text("policy")}),
        Row("/disableExecuteApiEndpoint", {"replace": set_flag("disableExecuteApiEndpoint")}),
        Row(
            "/binaryMediaTypes/{type}",
            {"add": _add_media_type, "replace": _replace_media_type, "remove": _remove_media_type},
        ),
        Row("/minimumCompressionSize", {"replace": _set_compression}),
        Row(
            _TYPES,
            {"replace": _replace_endpoint_type, "add": _add_endpoint_type, "remove": _remove_endpoint_type},
        ),
        Row("/endpointConfiguration/ipAddressType", {"replace": _set_ip_address_type}),
        Row("/endpointConfiguration/vpcEndpointIds", {"add": _add_vpc_endpoint, "remove": _remove_vpc_endpoint}),
        Row("/securityPolicy", {"replace": set_text("securityPolicy")}),
        Row("/endpointAccessMode", {"replace": set_text("endpointAccessMode")}),
    ),
    refuse=_refuse,
)
