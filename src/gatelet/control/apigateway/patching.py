"""PATCH by table: rows of a path pattern and what each op does; the wording of refusals goes with the table.

Setters change a document in place; nothing is written when one raises, so a PATCH is all or nothing.
Reference: apigateway-control-plane section 1.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gatelet.aws.errors import AwsError
from gatelet.control.apigateway.errors import BadRequest, NotFound


@dataclass(frozen=True, slots=True)
class Edit:
    """One patch operation that matched a row. ``names`` are what the pattern's placeholders matched."""

    op: str
    path: str
    value: str | None
    source: str | None
    names: tuple[str, ...]

    @property
    def name(self) -> str:
        """The last placeholder's match: the key of a map's entry."""
        return self.names[-1]

    def required(self, where: str) -> str:
        """The value, which must not be empty (the sentence of section 5.8)."""
        if not self.value:
            raise BadRequest(f"Invalid null or empty value in {where}")
        return self.value

    @property
    def flag(self) -> bool:
        """String booleans are lenient: anything but ``true`` is false (section 1.1)."""
        return self.value == "true"


Setter = Callable[[dict[str, Any], Edit], None]


@dataclass(frozen=True, slots=True)
class Row:
    """A path pattern, for example ``/requestModels/{type}``, and the ops that it takes."""

    pattern: str
    ops: Mapping[str, Setter]

    def match(self, segments: list[str]) -> tuple[str, ...] | None:
        """What the placeholders match, or None: another path."""
        parts = self.pattern.split("/")[1:]
        if len(parts) != len(segments):
            return None
        names = []
        for part, segment in zip(parts, segments, strict=True):
            if part.startswith("{"):
                if not segment:
                    return None
                names.append(segment)
            elif part != segment:
                return None
        return tuple(names)


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one AWS resource.

    ``refuse(table, row, op, path)`` words what does not fit; row None: no such path.
    """

    rows: tuple[Row, ...]
    refuse: Callable[[Table, Row | None, str, str], AwsError]

    def apply(self, target: dict[str, Any], operations: Iterable[Mapping[str, Any]] | None) -> None:
        """Apply the operations in their order. Raises AwsError."""
        for operation in operations or ():
            op, path = operation.get("op") or "null", operation.get("path")
            row, names = self._find(path)
            setter = row.ops.get(op) if row else None
            if setter is None:
                raise self.refuse(self, row, op, "null" if path is None else path)
            setter(target, Edit(op, str(path), operation.get("value"), operation.get("from"), names))

    def _find(self, path: str | None) -> tuple[Row | None, tuple[str, ...]]:
        if path is not None and path.startswith("/"):
            segments = [unescape(segment) for segment in path.split("/")[1:]]
            for row in self.rows:
                names = row.match(segments)
                if names is not None:
                    return row, names
        return None, ()


def unescape(segment: str) -> str:
    """A JSON pointer's segment: ``application~1json`` is ``application/json``."""
    return segment.replace("~1", "/").replace("~0", "~")


def in_table_words(table: Table, row: Row | None, op: str, path: str) -> AwsError:  # noqa: ARG001 - one signature
    """The wording of the table style resources (validators, models, resources, deployments ...)."""
    patterns = [row.pattern for row in table.rows if op in row.ops]
    if not patterns:
        return BadRequest(f"Invalid patch path  '{path}' specified for op '{op}'. Please choose supported operations")
    return BadRequest(f"Invalid patch path  '{path}' specified for op '{op}'. Must be one of: [{', '.join(patterns)}]")


def in_plain_words(table: Table, row: Row | None, op: str, path: str) -> AwsError:  # noqa: ARG001 - one signature
    """The wording of RestApi and Method."""
    if row is None:
        return BadRequest(f"Invalid patch path {path}")
    return BadRequest(f"Invalid patch operation specified. Must be one of: [{', '.join(row.ops)}]")


def as_invalid_path(table: Table, row: Row | None, op: str, path: str) -> AwsError:  # noqa: ARG001 - one signature
    """The wording of MethodResponse and GatewayResponse."""
    return BadRequest(f"Invalid patch path {path}")


def set_text(member: str) -> Setter:
    """Replace a string; empty or absent clears it."""

    def apply(target: dict[str, Any], edit: Edit) -> None:
        if edit.value:
            target[member] = edit.value
        else:
            target.pop(member, None)

    return apply


def set_required_text(member: str) -> Setter:
    """Replace a string that must not be empty."""

    def apply(target: dict[str, Any], edit: Edit) -> None:
        target[member] = edit.required(member)

    return apply


def set_flag(member: str) -> Setter:
    """Replace a boolean."""

    def apply(target: dict[str, Any], edit: Edit) -> None:
        target[member] = edit.flag

    return apply


def clear(member: str) -> Setter:
    """Remove a member; it may be absent."""

    def apply(target: dict[str, Any], edit: Edit) -> None:  # noqa: ARG001 - one signature
        target.pop(member, None)

    return apply


def text_value(edit: Edit) -> object:
    """The entry's value as it was sent."""
    return edit.value


def flag_value(edit: Edit) -> object:
    """The entry's value as a boolean."""
    return edit.flag


def map_row(
    pattern: str,
    member: str,
    *,
    missing: str = "Invalid parameter name specified",
    value: Callable[[Edit], object] = text_value,
    keep_empty: bool = False,
) -> Row:
    """A row for the entries of a map: add, replace, remove.

    ``missing`` is the NotFound of replacing or removing what is not there. The last entry takes the map
    with it (section 5.2) unless ``keep_empty``.
    """

    def add(target: dict[str, Any], edit: Edit) -> None:
        target.setdefault(member, {})[edit.name] = value(edit)

    def replace(target: dict[str, Any], edit: Edit) -> None:
        if edit.name not in target.get(member, {}):
            raise NotFound(missing)
        target[member][edit.name] = value(edit)

    def remove(target: dict[str, Any], edit: Edit) -> None:
        if edit.name not in target.get(member, {}):
            raise NotFound(missing)
        del target[member][edit.name]
        if not target[member] and not keep_empty:
            del target[member]

    return Row(pattern, {"add": add, "replace": replace, "remove": remove})
