"""How many bytes items and values count. Pure.

Reference: Developer Guide ("DynamoDB item sizes and formats"): names and strings by their UTF-8 bytes, three
bytes for a list or a map and one for each of its elements, one for a null or a boolean.
"""

from __future__ import annotations

from gatelet.tables import numbers
from gatelet.tables.values import Item, Value, type_of


def item_size(item: Item) -> int:
    """Bytes of an item: its attributes' names and values."""
    return sum([text_size(name) + value_size(value) for name, value in item.items()])


def text_size(text: str) -> int:
    """UTF-8 bytes."""
    return len(text) if text.isascii() else len(text.encode())


def value_size(value: Value) -> int:
    """Bytes of a value alone."""
    kind = type_of(value)
    content = value[kind]
    if kind == "S":
        return text_size(content)
    if kind == "N":
        return numbers.size(content)
    if kind == "B":
        return _binary_size(content)
    if kind == "M":
        return 3 + len(content) + item_size(content)
    if kind == "L":
        return 3 + len(content) + sum([value_size(one) for one in content])
    if kind == "SS":
        return sum([text_size(one) for one in content])
    if kind == "NS":
        return sum([numbers.size(one) for one in content])
    if kind == "BS":
        return sum([_binary_size(one) for one in content])
    return 1


def _binary_size(encoded: str) -> int:
    return len(encoded) // 4 * 3 - encoded[-2:].count("=")
