"""The parts of an item that paths lead to. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gatelet.tables.expressions.syntax import Path
from gatelet.tables.values import Item, Value

_Tree = dict[str | int, Any]
"""What is asked for below each name or index; an empty tree asks for everything."""


def tree_of(paths: Iterable[Path]) -> _Tree:
    """The paths, none of which leads into another, as a tree."""
    tree: _Tree = {}
    for path in paths:
        node = tree
        for part in path:
            node = node.setdefault(part, {})
    return tree


def select(item: Item, tree: _Tree) -> Item:
    """The item with what the tree asks for alone; elements of lists move together."""
    found: Item = {}
    for name, below in tree.items():
        value = item.get(name)  # type: ignore[arg-type] # the first element of a path is a name
        if value is not None and (chosen := _chosen(value, below)) is not None:
            found[name] = chosen  # type: ignore[index]
    return found


def _chosen(value: Value, tree: _Tree) -> Value | None:
    if not tree:
        return value
    if isinstance(next(iter(tree)), str):
        if "M" not in value:
            return None
        inner = select(value["M"], tree)
        return {"M": inner} if inner else None
    elements = value.get("L", ())
    kept = [_chosen(elements[at], tree[at]) for at in sorted(tree) if isinstance(at, int) and at < len(elements)]
    chosen = [one for one in kept if one is not None]
    return {"L": chosen} if chosen else None
