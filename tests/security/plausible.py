"""Plausible calls of AWS operations, made from botocore's models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.model import OperationModel, Shape

_FORMS: Mapping[str, type] = {"structure": dict, "map": dict, "list": list, "blob": bytes}
"""What a value for such a shape is here; members of one name have different shapes in different services."""


class Plausible:
    """Parameters that an operation could accept: required members, with ids of things that exist."""

    def __init__(self, known: Mapping[str, Any], harmless: Mapping[str, Any]) -> None:
        self._known = known
        self._harmless = harmless

    def parameters(self, operation: OperationModel) -> dict[str, Any]:
        """What to start from. A deletion is aimed at what does not exist, so that the walk stays as it was."""
        known = dict(self._known)
        if operation.name.startswith(("Delete", "Remove", "Detach")):
            known |= self._harmless
        known |= self._known.get(operation.name, {})
        shape = operation.input_shape
        if shape is None:
            return {}
        needed = _needed(operation)
        return {name: self._value(member, name, known) for name, member in shape.members.items() if name in needed}

    def _value(self, shape: Shape, name: str, known: Mapping[str, Any]) -> Any:
        if isinstance(known.get(name), _FORMS.get(shape.type_name, (str, int))):
            return known[name]
        if shape.name == "AttributeValue":  # recursive, and a union in all but its model
            return {"S": "plausible"}
        if shape.type_name == "structure":
            return {inner: self._value(member, inner, known) for inner, member in shape.members.items()}
        if shape.type_name == "list":
            return [self._value(shape.member, "", known)]
        if shape.type_name == "map":
            return {"key": self._value(shape.value, "", known)}
        if shape.type_name in {"integer", "long"}:
            return 1
        if shape.type_name == "boolean":
            return True
        if shape.type_name == "blob":
            return b"{}"
        if shape.type_name == "timestamp":
            return 1_700_000_000
        return shape.enum[0] if shape.type_name == "string" and shape.enum else "plausible"


_ALSO: Mapping[str, set[str]] = {
    "CreateFunction": {"Runtime", "Handler"},
    "UpdateFunctionCode": {"ZipFile"},
    "CreateModel": {"schema"},
    "PutIntegration": {"uri", "integrationHttpMethod"},
    "DescribeLogStreams": {"logGroupName"},
    "FilterLogEvents": {"logGroupName"},
    "GetLogEvents": {"logGroupName"},
}
"""What these operations need beside the members that the model requires."""


def _needed(operation: OperationModel) -> set[str]:
    shape = operation.input_shape
    also = _ALSO.get(operation.name, set()) | {"patchOperations"}
    return set(shape.required_members) | (also & set(shape.members))
