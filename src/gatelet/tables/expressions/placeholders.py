"""ExpressionAttributeNames and ExpressionAttributeValues: checked, looked up, and none of them unused. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from gatelet.tables.errors import ExpressionFailure, ValidationFailure
from gatelet.tables.values import Value, read_value

_ALIAS: Final = re.compile(r"#[A-Za-z0-9_]+")
_VALUE: Final = re.compile(r":[A-Za-z0-9_]+")


class Placeholders:
    """What ``#names`` and ``:values`` of one request stand for."""

    __slots__ = ("_names", "_used", "_values")

    def __init__(self, names: Mapping[str, str] | None = None, values: Mapping[str, Value] | None = None) -> None:
        self._names = names or {}
        self._values = values or {}
        self._used: set[str] = set()

    def name(self, label: str, alias: str) -> str:
        """The attribute's name. Raises ExpressionFailure."""
        found = self._names.get(alias)
        if found is None:
            what = f"An expression attribute name used in the document path is not defined; attribute name: {alias}"
            raise ExpressionFailure(label, what)
        self._used.add(alias)
        return found

    def value(self, label: str, placeholder: str) -> Value:
        """The value. Raises ExpressionFailure."""
        found = self._values.get(placeholder)
        if found is None:
            what = f"An expression attribute value used in expression is not defined; attribute value: {placeholder}"
            raise ExpressionFailure(label, what)
        self._used.add(placeholder)
        return found

    def check_used(self) -> None:
        """Every placeholder was used by some expression. Raises ValidationFailure."""
        if len(self._used) == len(self._names) + len(self._values):
            return
        for what, given in (("Names", self._names), ("Values", self._values)):
            if unused := [one for one in given if one not in self._used]:
                raise ValidationFailure(
                    f"Value provided in ExpressionAttribute{what} unused in expressions: keys: {{{', '.join(unused)}}}"
                )


def read_placeholders(request: Mapping[str, Any], expressions: Sequence[str]) -> Placeholders:
    """The placeholders of a request that may have these expressions. Raises ValidationFailure, WrongJsonType."""
    names, raw_values = request.get("ExpressionAttributeNames"), request.get("ExpressionAttributeValues")
    if names is None and raw_values is None:
        return Placeholders()
    given = [name for name in expressions if request.get(name) is not None]
    if names is not None:
        _check_names(names, given)
    if raw_values is None:
        return Placeholders(names)
    users = [name for name in expressions if name != "ProjectionExpression"]
    if not any(name in given for name in users):
        missing = " and ".join(users)
        verb = "is" if len(users) == 1 else "are"
        text = "ExpressionAttributeValues can only be specified when using expressions"
        raise ValidationFailure(f"{text}: {missing} {verb} null" if users else text)
    return Placeholders(names, _read_values(raw_values))


def _check_names(names: Mapping[str, str], given: Sequence[str]) -> None:
    if not given:
        raise ValidationFailure("ExpressionAttributeNames can only be specified when using expressions")
    if not names:
        raise ValidationFailure("ExpressionAttributeNames must not be empty")
    for alias, name in names.items():
        if not _ALIAS.fullmatch(alias):
            raise ValidationFailure(f'ExpressionAttributeNames contains invalid key: Syntax error; key: "{alias}"')
        if not name:
            raise ValidationFailure(
                f"ExpressionAttributeNames contains invalid value: Empty attribute name; key: {alias}"
            )


def _read_values(raw: Mapping[str, Any]) -> dict[str, Value]:
    if not raw:
        raise ValidationFailure("ExpressionAttributeValues must not be empty")
    values: dict[str, Value] = {}
    for key, value in raw.items():
        if not _VALUE.fullmatch(key):
            raise ValidationFailure(f'ExpressionAttributeValues contains invalid key: Syntax error; key: "{key}"')
        try:
            values[key] = read_value(value)
        except ValidationFailure as error:
            raise ValidationFailure(
                f"ExpressionAttributeValues contains invalid value: {error.message} for key {key}"
            ) from error
    return values
