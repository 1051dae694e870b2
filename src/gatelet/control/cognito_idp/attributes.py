"""The attributes of users: the standard schema, custom ones, and what a pool accepts. Pure.

Reference: identity section 4.1; Cognito Developer Guide, "Working with user attributes".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from gatelet.aws import quotas
from gatelet.control.cognito_idp.errors import InvalidParameter, NotAuthorized

_TEXTS: Final = (
    "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture",
    "website", "email", "gender", "zoneinfo", "locale", "phone_number", "address",
)  # fmt: skip
VERIFIED: Final = {"email": "email_verified", "phone_number": "phone_number_verified"}
_RESERVED: Final = ("sub", "identities", "cognito:mfa_enabled", "cognito:user_status", "updated_at_internal")
_EMAIL: Final = re.compile(r"[^@\s]{1,256}@[^@\s.]+(?:\.[^@\s.]+)+")
_PHONE: Final = re.compile(r"\+[0-9]{1,15}")
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_NUMBER: Final = re.compile(r"-?[0-9]{1,18}")


def standard_schema() -> list[dict[str, Any]]:
    """What DescribeUserPool tells of the attributes that every pool has."""
    schema: list[dict[str, Any]] = [_text("sub", "1", "2048", mutable=False, required=True)]
    schema += [_text(name, "0", "2048") for name in _TEXTS]
    schema += [_plain(name, "Boolean") for name in VERIFIED.values()]
    schema.append(_text("birthdate", "10", "10"))
    schema.append(_plain("updated_at", "Number") | {"NumberAttributeConstraints": {"MinValue": "0"}})
    schema.append(_plain("identities", "String") | {"StringAttributeConstraints": {}})
    return schema


def _plain(name: str, kind: str, *, mutable: bool = True, required: bool = False) -> dict[str, Any]:
    return {
        "Name": name,
        "AttributeDataType": kind,
        "DeveloperOnlyAttribute": False,
        "Mutable": mutable,
        "Required": required,
    }


def _text(name: str, least: str, most: str, *, mutable: bool = True, required: bool = False) -> dict[str, Any]:
    bounds = {"MinLength": least, "MaxLength": most}
    return _plain(name, "String", mutable=mutable, required=required) | {"StringAttributeConstraints": bounds}


def schema_with(given: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The standard schema with a pool's own wishes. Raises InvalidParameter."""
    schema = {entry["Name"]: entry for entry in standard_schema()}
    for one in given:
        name = one.get("Name")
        if not name:
            raise InvalidParameter("Invalid attribute provided: a name is required.")
        if name in schema and name not in {"sub", "identities"}:
            entry = schema[name]
            if one.get("AttributeDataType", entry["AttributeDataType"]) != entry["AttributeDataType"]:
                raise InvalidParameter(
                    f"You can not change AttributeDataType or set developerOnlyAttribute for standard schema "
                    f"attribute {name}"
                )
            entry["Required"] = bool(one.get("Required", entry["Required"]))
            entry["Mutable"] = bool(one.get("Mutable", entry["Mutable"]))
        else:
            custom = custom_attribute(one)
            schema[custom["Name"]] = custom
    if sum(name.startswith(("custom:", "dev:")) for name in schema) > quotas.POOL_CUSTOM_ATTRIBUTES:
        raise InvalidParameter(f"A pool has at most {quotas.POOL_CUSTOM_ATTRIBUTES} custom attributes.")
    return list(schema.values())


def custom_attribute(given: Mapping[str, Any]) -> dict[str, Any]:
    """A custom attribute as it is kept: ``custom:`` before its name. Raises InvalidParameter."""
    name = given["Name"].removeprefix("custom:")
    if given.get("Required"):
        raise InvalidParameter("Required custom attributes are not supported currently.")
    developer = bool(given.get("DeveloperOnlyAttribute", False))
    kind = given.get("AttributeDataType", "String")
    entry = _plain(("dev:custom:" if developer else "custom:") + name, kind, mutable=bool(given.get("Mutable", True)))
    entry["DeveloperOnlyAttribute"] = developer
    if kind == "String":
        entry["StringAttributeConstraints"] = dict(given.get("StringAttributeConstraints") or {})
    elif kind == "Number":
        entry["NumberAttributeConstraints"] = dict(given.get("NumberAttributeConstraints") or {})
    return entry


def given_attributes(given: Iterable[Mapping[str, Any]] | None) -> dict[str, str]:
    """A list of Name and Value as a mapping."""
    return {one["Name"]: one.get("Value") or "" for one in given or ()}


def listed(attributes: Mapping[str, str]) -> list[dict[str, str]]:
    """A mapping as AWS lists it."""
    return [{"Name": name, "Value": value} for name, value in attributes.items()]


def check_attributes(
    pool: Mapping[str, Any],
    given: Mapping[str, str],
    *,
    held: Mapping[str, str] = _NOTHING,
    by_admin: bool = False,
    writable: Iterable[str] | None = None,
) -> None:
    """Whether a user may have these. ``held``: what the user has already.

    ``writable``: what the client may write; None: everything. Raises InvalidParameter, NotAuthorized.
    """
    schema = {entry["Name"]: entry for entry in pool["SchemaAttributes"]}
    allowed = None if writable is None else set(writable)
    for name, value in given.items():
        entry = schema.get(name)
        if entry is None or name in _RESERVED:
            raise _broken(f"{name}: Attribute does not exist in the schema.\n")
        hidden = entry["DeveloperOnlyAttribute"] or name in VERIFIED.values()
        if not by_admin and (hidden or (allowed is not None and name not in allowed)):
            raise NotAuthorized("A client attempted to write unauthorized attribute")
        if name in held and not entry["Mutable"] and held[name] != value:
            raise InvalidParameter(f"user.{name}: Attribute cannot be updated.\n")
        _check_value(entry, name, value)


def _check_value(entry: Mapping[str, Any], name: str, value: str) -> None:
    if not value:
        return
    if name == "email" and not _EMAIL.fullmatch(value):
        raise InvalidParameter("Invalid email address format.")
    if name == "phone_number" and not _PHONE.fullmatch(value):
        raise InvalidParameter("Invalid phone number format.")
    kind = entry["AttributeDataType"]
    if kind == "Boolean" and value.lower() not in {"true", "false"}:
        raise _broken(f"{name}: Value must be true or false.\n")
    if kind == "Number":
        _check_number(entry.get("NumberAttributeConstraints") or {}, name, value)
    bounds = entry.get("StringAttributeConstraints") or {}
    least, most = int(bounds.get("MinLength", 0)), int(bounds.get("MaxLength", 2048))
    if kind == "String" and not least <= len(value) <= most:
        raise _broken(f"{name}: String must be between {least} and {most} characters long.\n")


def _check_number(bounds: Mapping[str, str], name: str, value: str) -> None:
    if not _NUMBER.fullmatch(value):
        raise _broken(f"{name}: The attribute value must be a number.\n")
    if not int(bounds.get("MinValue", -(2**62))) <= int(value) <= int(bounds.get("MaxValue", 2**62)):
        raise _broken(f"{name}: The number is out of range.\n")


def _broken(text: str) -> InvalidParameter:
    return InvalidParameter(f"Attributes did not conform to the schema: {text}")
