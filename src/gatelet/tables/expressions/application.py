"""An update applied to an item. Pure: the item that is given stays as it is.

Operands are read from the item before the update. Reference: Developer Guide ("Update expressions");
platform-neighbours section 2 (the texts).
"""

from __future__ import annotations

from typing import Any, Final

from gatelet.tables import numbers
from gatelet.tables.errors import ValidationFailure
from gatelet.tables.expressions.evaluation import find
from gatelet.tables.expressions.syntax import (
    Action,
    Attribute,
    IfNotExists,
    ListAppend,
    Literal,
    Operand,
    Path,
    Sum,
    Update,
)
from gatelet.tables.values import SETS, Item, Value, type_of

_ORDER: Final = {"SET": 0, "ADD": 1, "DELETE": 1, "REMOVE": 2}
_BAD_PATH: Final = "The document path provided in the update expression is invalid for update"
_BAD_TYPE: Final = "An operand in the update expression has an incorrect data type"
_ABSENT: Final = "The provided expression refers to an attribute that does not exist in the item"


def apply(update: Update, item: Item) -> Item:
    """The item after the update. Raises ValidationFailure."""
    planned = [(action, _planned(action, item)) for action in update]
    planned.sort(key=lambda plan: _rank(plan[0]))
    after = dict(item)
    owned: set[int] = set()
    for action, value in planned:
        if value is None:
            _remove(after, action.path, owned)
        else:
            _set(after, action.path, value, owned)
    return after


def _rank(action: Action) -> tuple[Any, ...]:
    """SETs append to a list in the order of their indexes; what leaves a list leaves from its end."""
    last = action.path[-1]
    index = last if isinstance(last, int) else 0
    return _ORDER[action.clause], -index if action.clause == "REMOVE" else index


def _planned(action: Action, item: Item) -> Value | None:
    """The value that the action puts where it points; None: what is there goes."""
    if action.operand is None:
        return None
    if action.clause == "SET":
        return _value(action.operand, item)
    held = find(item, action.path)
    change = _value(action.operand, item)
    return _added(held, change) if action.clause == "ADD" else _deleted(held, change)


def _value(operand: Operand, item: Item) -> Value:
    if isinstance(operand, Literal):
        return operand.value
    if isinstance(operand, Attribute):
        found = find(item, operand.path)
        if found is None:
            raise ValidationFailure(_ABSENT)
        return found
    if isinstance(operand, IfNotExists):
        found = find(item, operand.attribute.path)
        return _value(operand.otherwise, item) if found is None else found
    if isinstance(operand, ListAppend):
        first, second = _value(operand.first, item), _value(operand.second, item)
        if "L" not in first or "L" not in second:
            raise ValidationFailure(_BAD_TYPE)
        return {"L": first["L"] + second["L"]}
    if isinstance(operand, Sum):
        left, right = _value(operand.left, item), _value(operand.right, item)
        if "N" not in left or "N" not in right:
            raise ValidationFailure(_BAD_TYPE)
        total = numbers.subtract if operand.subtract else numbers.add
        return {"N": total(left["N"], right["N"])}
    raise ValidationFailure(_BAD_TYPE)


def _added(held: Value | None, change: Value) -> Value:
    if held is None:
        return change
    kind = type_of(change)
    if kind != type_of(held):
        raise ValidationFailure(_BAD_TYPE)
    if kind == "N":
        return {"N": numbers.add(held["N"], change["N"])}
    if kind == "L":  # the legacy ADD alone takes lists
        return {"L": held["L"] + change["L"]}
    known = set(held[kind])
    return {kind: held[kind] + [one for one in change[kind] if one not in known]}


def _deleted(held: Value | None, change: Value) -> Value | None:
    if held is None:
        return None
    kind = type_of(change)
    if kind != type_of(held) or kind not in SETS:
        raise ValidationFailure(_BAD_TYPE)
    gone = set(change[kind])
    left = [one for one in held[kind] if one not in gone]
    return {kind: left} if left else None


def _parent(after: Item, path: Path, owned: set[int]) -> Any:
    """The dict or list that the path's last element is in, copied on its way; None if it is not there."""
    holder: Any = after
    for at, part in enumerate(path[:-1]):
        inner = _step(holder, part)
        content = None if inner is None else inner.get("M" if isinstance(path[at + 1], str) else "L")
        if content is None:
            return None
        if id(content) not in owned:
            content = content.copy()
            owned.add(id(content))
            holder[part] = {"M" if isinstance(content, dict) else "L": content}
        holder = content
    return holder


def _step(holder: Any, part: str | int) -> Value | None:
    if isinstance(part, int):
        return holder[part] if part < len(holder) else None
    found: Value | None = holder.get(part)
    return found


def _set(after: Item, path: Path, value: Value, owned: set[int]) -> None:
    holder = _parent(after, path, owned)
    if holder is None:
        raise ValidationFailure(_BAD_PATH)
    last = path[-1]
    if isinstance(last, int) and last >= len(holder):
        holder.append(value)
    else:
        holder[last] = value


def _remove(after: Item, path: Path, owned: set[int]) -> None:
    holder = _parent(after, path, owned)
    if holder is None:
        raise ValidationFailure(_BAD_PATH)
    last = path[-1]
    if isinstance(last, str):
        holder.pop(last, None)
    elif last < len(holder):
        del holder[last]
