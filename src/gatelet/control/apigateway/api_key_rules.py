"""What an API key may be, as pure rules. Reference: apigateway-control-plane section 8."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gatelet.aws import quotas
from gatelet.aws.errors import NotSupported
from gatelet.control.apigateway.errors import BadRequest
from gatelet.control.apigateway.patching import Edit, Row, Setter, Table, in_table_words, set_flag, set_text

ApiKey = dict[str, Any]


def check_name(name: str | None) -> None:
    """Raises BadRequest."""
    if name is not None and len(name) > quotas.API_KEY_NAME_CHARACTERS:
        raise BadRequest(f"Invalid API Key name, can be at most {quotas.API_KEY_NAME_CHARACTERS} characters.")


def check_description(description: str | None) -> None:
    """Raises BadRequest."""
    if description is not None and len(description) > quotas.API_KEY_DESCRIPTION_CHARACTERS:
        raise BadRequest("Invalid API Key description specified.")


def check_value(value: str) -> None:
    """Raises BadRequest."""
    if len(value) < quotas.API_KEY_VALUE_MIN_CHARACTERS:
        raise BadRequest(f"API Key value should be at least {quotas.API_KEY_VALUE_MIN_CHARACTERS} characters")
    if len(value) > quotas.API_KEY_VALUE_MAX_CHARACTERS:
        raise BadRequest(f"API Key value exceeds maximum size of {quotas.API_KEY_VALUE_MAX_CHARACTERS} characters")


def new_api_key(key_id: str, value: str, request: Mapping[str, Any], now: int) -> ApiKey:
    """A key with its defaults: it is disabled unless told. Raises BadRequest, NotSupported."""
    check_name(request.get("name"))
    check_description(request.get("description"))
    check_value(value)
    if request.get("stageKeys"):
        raise NotSupported("stageKeys on an API key (usage plans took their place)")
    key: ApiKey = {"id": key_id, "value": value, "enabled": bool(request.get("enabled"))}
    for member in ("name", "description", "customerId", "tags"):
        if request.get(member):
            key[member] = request[member]
    return key | {"createdDate": now, "lastUpdatedDate": now, "stageKeys": []}


def shown(key: Mapping[str, Any], *, with_value: bool) -> dict[str, Any]:
    """A key in a list: without its value unless asked for, and without tags."""
    hidden = {"tags"} if with_value else {"tags", "value"}
    return {member: value for member, value in key.items() if member not in hidden}


def shown_alone(key: Mapping[str, Any], *, with_value: bool) -> dict[str, Any]:
    """A key alone: with its tags, though there be none."""
    return shown(key, with_value=with_value) | {"tags": key.get("tags", {})}


def _set_checked(member: str, check: Any) -> Setter:
    def apply(target: dict[str, Any], edit: Edit) -> None:
        check(edit.value)
        if edit.value:
            target[member] = edit.value
        else:
            target.pop(member, None)

    return apply


def _refuse(member: str) -> Setter:
    def apply(target: dict[str, Any], edit: Edit) -> None:  # noqa: ARG001 - one signature
        raise NotSupported(f"{member} of an API key")

    return apply


TABLE = Table(
    rows=(
        Row("/description", {"replace": _set_checked("description", check_description)}),
        Row("/enabled", {"replace": set_flag("enabled")}),
        Row("/name", {"replace": _set_checked("name", check_name)}),
        Row("/customerId", {"replace": set_text("customerId")}),
        Row("/stages", {"add": _refuse("stages"), "remove": _refuse("stages")}),
        Row("/labels", {"add": _refuse("labels"), "remove": _refuse("labels")}),
    ),
    refuse=in_table_words,
)
