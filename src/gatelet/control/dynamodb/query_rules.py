"""What Query and Scan may ask for together: Select, projections, indexes. Raises ValidationFailure.

Reference: API Reference (Query, Scan: Select, IndexName, ConsistentRead).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gatelet.tables.definition import GLOBAL, Index, Table
from gatelet.tables.errors import ValidationFailure, wrong_parameters
from gatelet.tables.expressions.syntax import (
    Attribute,
    Between,
    Compare,
    Condition,
    Either,
    Every,
    IfNotExists,
    In,
    ListAppend,
    Not,
    Operand,
    Path,
    Size,
    Sum,
)


def index_of(table: Table, request: Mapping[str, Any]) -> Index | None:
    """The index that the request names, if it does."""
    name = request.get("IndexName")
    if name is None:
        return None
    index = table.index(name)
    if index is None:
        raise ValidationFailure(f"The table does not have the specified index: {name}")
    if not index.active:
        raise ValidationFailure(f"Cannot read from backfilling global secondary index: {name}")
    if index.kind == GLOBAL and request.get("ConsistentRead"):
        raise ValidationFailure("Consistent reads are not supported on global secondary indexes")
    return index


def check_select(request: Mapping[str, Any], operation: str) -> None:
    """``Select`` agrees with the projection that is given."""
    select = request.get("Select")
    given = next((name for name in ("ProjectionExpression", "AttributesToGet") if request.get(name) is not None), None)
    if select == "ALL_PROJECTED_ATTRIBUTES" and request.get("IndexName") is None:
        raise ValidationFailure(f"ALL_PROJECTED_ATTRIBUTES can be used only when {operation} using an IndexName")
    if given is not None and select not in {None, "SPECIFIC_ATTRIBUTES"}:
        what = "only Count" if select == "COUNT" else select
        raise ValidationFailure(f"Cannot specify the {given} when choosing to get {what}")
    if given is None and select == "SPECIFIC_ATTRIBUTES":
        raise ValidationFailure(
            "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"
        )


def needs_items(index: Index | None, request: Mapping[str, Any], paths: tuple[Path, ...] | None) -> bool:
    """Whether the index lacks something that is asked for: its items are then read."""
    if index is None or index.projected is None:
        return False
    lacking = sorted({str(path[0]) for path in paths or ()} - index.projected)
    everything = request.get("Select") == "ALL_ATTRIBUTES"
    if index.kind != GLOBAL:
        return everything or bool(lacking)
    if everything:
        raise wrong_parameters(
            f"Select type ALL_ATTRIBUTES is not supported for global secondary index {index.name} "
            "because its projection type is not ALL"
        )
    if lacking:
        raise wrong_parameters(f"Global secondary index {index.name} does not project [{', '.join(lacking)}]")
    return False


def check_filter(label: str, table: Table, index: Index | None, condition: Condition | None) -> None:
    """A query's filter mentions no key attribute of what is read."""
    if condition is None:
        return
    names = {path[0] for path in paths_of(condition)}
    for key in (table if index is None else index).keys:
        if key.name in names:
            shown = "Filter Expression" if label == "FilterExpression" else label
            raise ValidationFailure(
                f"{shown} can only contain non-primary key attributes: Primary key attribute: {key.name}"
            )


def paths_of(condition: Condition) -> list[Path]:
    """Every path that a condition mentions."""
    if isinstance(condition, Not):
        return paths_of(condition.condition)
    if isinstance(condition, (Every, Either)):
        return [path for one in condition.conditions for path in paths_of(one)]
    operands: tuple[Operand, ...]
    if isinstance(condition, Compare):
        operands = (condition.left, condition.right)
    elif isinstance(condition, Between):
        operands = (condition.operand, condition.low, condition.high)
    elif isinstance(condition, In):
        operands = (condition.operand, *condition.options)
    else:
        operands = condition.operands
    return [path for operand in operands for path in operands_of(operand)]


def operands_of(operand: Operand) -> list[Path]:
    """Every path that an operand mentions."""
    if isinstance(operand, Attribute):
        return [operand.path]
    if isinstance(operand, Size):
        return operands_of(operand.operand)
    if isinstance(operand, Sum):
        return [*operands_of(operand.left), *operands_of(operand.right)]
    if isinstance(operand, ListAppend):
        return [*operands_of(operand.first), *operands_of(operand.second)]
    if isinstance(operand, IfNotExists):
        return [operand.attribute.path, *operands_of(operand.otherwise)]
    return []
