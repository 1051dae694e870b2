"""The methods of lists, maps and map entries that templates may call (apigateway-mapping-templates section 8)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gatelet.gateway.vtl.errors import EvaluationFailed
from gatelet.gateway.vtl.limits import Budget
from gatelet.gateway.vtl.signatures import Method, whole
from gatelet.gateway.vtl.values import Entry, JavaList, strictly_equal, text_of

_List = list[object]
_Map = dict[object, object]


def map_key(key: object) -> object:
    """A key as maps hold it. Raises EvaluationFailed for a list, a map or an object."""
    if type(key) is str or key is None or isinstance(key, str | bool | int | float):
        return key
    raise EvaluationFailed("A key of a map is a string, a number or a boolean")


def item_at(items: _List, index: int) -> object:
    """The item at an index. Raises EvaluationFailed as Java's IndexOutOfBoundsException would be."""
    if not 0 <= index < len(items):
        raise EvaluationFailed(f"Index {index} out of bounds for length {len(items)}")
    return items[index]


def _find(budget: Budget, items: _List, item: object) -> int:
    return next((place for place, mine in enumerate(items) if strictly_equal(mine, item, budget)), -1)


def _find_last(budget: Budget, items: _List, item: object) -> int:
    found = (place for place in reversed(range(len(items))) if strictly_equal(items[place], item, budget))
    return next(found, -1)


def _add(budget: Budget, items: _List, *arguments: object) -> bool | None:
    budget.spend_items(len(items) if len(arguments) == 2 else 1)
    if len(arguments) == 1:
        items.append(arguments[0])
        return True
    index = arguments[0]
    assert isinstance(index, int)
    if not 0 <= index <= len(items):
        raise EvaluationFailed(f"Index {index} out of bounds for length {len(items)}")
    items.insert(index, arguments[1])
    return None


def _add_all(budget: Budget, items: _List, more: _List) -> bool:
    budget.spend_items(len(more))
    items.extend(list(more))
    return bool(more)


def _set(budget: Budget, items: _List, index: int, item: object) -> object:
    del budget
    old = item_at(items, index)
    items[index] = item
    return old


def _remove(budget: Budget, items: _List, item: object) -> object:
    budget.spend_items(len(items))
    if isinstance(item, int) and not isinstance(item, bool):
        old = item_at(items, item)
        del items[item]
        return old
    place = _find(budget, items, item)
    if place >= 0:
        del items[place]
    return place >= 0


def _sub_list(budget: Budget, items: _List, start: int, end: int) -> _List:
    if not 0 <= start <= end <= len(items):
        raise EvaluationFailed(f"fromIndex {start}, toIndex {end}, size {len(items)}: out of bounds")
    budget.spend_items(end - start)
    part = items[start:end]
    return JavaList(part) if isinstance(items, JavaList) else part


def _copy(budget: Budget, items: _List) -> JavaList:
    budget.spend_items(len(items))
    return JavaList(items)


def _contains_all(budget: Budget, items: _List, more: _List) -> bool:
    return all(_find(budget, items, item) >= 0 for item in more)


LIST_METHODS: Final[Mapping[str, Method]] = MappingProxyType(
    {
        "addAll": Method(_add_all, (list,)),
        "clear": Method(lambda _, items: items.clear(), ()),
        "contains": Method(lambda b, items, item: _find(b, items, item) >= 0, (object,)),
        "containsAll": Method(_contains_all, (list,)),
        "count": Method(lambda _, items: len(items), ()),
        "equals": Method(lambda b, items, other: strictly_equal(items, other, b), (object,)),
        "get": Method(lambda _, items, index: item_at(items, index), (whole,)),
        "indexOf": Method(_find, (object,)),
        "isEmpty": Method(lambda _, items: not items, ()),
        "lastIndexOf": Method(_find_last, (object,)),
        "length": Method(lambda _, items: len(items), ()),
        "remove": Method(_remove, (object,)),
        "set": Method(_set, (whole, object)),
        "size": Method(lambda _, items: len(items), ()),
        "subList": Method(_sub_list, (whole, whole)),
        "toArray": Method(_copy, ()),
        "toString": Method(lambda b, items: text_of(items, b), ()),
    }
)

ADD_ITEM: Final = Method(_add, (object,))
ADD_ITEM_AT: Final = Method(_add, (whole, object))
"""``add`` is two methods in Java, told apart by how many arguments there are."""


def get_item(budget: Budget, entries: _Map, key: object) -> object:
    """``map.get``: null for a key that is not there."""
    del budget
    return entries.get(map_key(key))


def put_item(budget: Budget, entries: _Map, key: object, value: object) -> object:
    """``map.put``: the old value, or null."""
    del budget
    key = map_key(key)
    old = entries.get(key)
    entries[key] = value
    return old


def _put_all(budget: Budget, entries: _Map, more: _Map) -> None:
    budget.spend_items(len(more))
    entries.update(list(more.items()))


def _put_if_absent(budget: Budget, entries: _Map, key: object, value: object) -> object:
    old = get_item(budget, entries, key)
    if old is None:
        entries[map_key(key)] = value
    return old


def _keys(budget: Budget, entries: _Map) -> JavaList:
    budget.spend_items(len(entries))
    return JavaList(entries)


def _values(budget: Budget, entries: _Map) -> JavaList:
    budget.spend_items(len(entries))
    return JavaList(entries.values())


def _entries(budget: Budget, entries: _Map) -> JavaList:
    budget.spend_items(len(entries))
    return JavaList(Entry(key, value) for key, value in entries.items())


def _contains_value(budget: Budget, entries: _Map, value: object) -> bool:
    return any(strictly_equal(mine, value, budget) for mine in entries.values())


def _get_or_default(budget: Budget, entries: _Map, key: object, default: object) -> object:
    del budget
    return entries.get(map_key(key), default)


MAP_METHODS: Final[Mapping[str, Method]] = MappingProxyType(
    {
        "clear": Method(lambda _, entries: entries.clear(), ()),
        "containsKey": Method(lambda _, entries, key: map_key(key) in entries, (object,)),
        "containsValue": Method(_contains_value, (object,)),
        "count": Method(lambda _, entries: len(entries), ()),
        "entrySet": Method(_entries, ()),
        "equals": Method(lambda b, entries, other: strictly_equal(entries, other, b), (object,)),
        "get": Method(get_item, (object,)),
        "getOrDefault": Method(_get_or_default, (object, object)),
        "isEmpty": Method(lambda _, entries: not entries, ()),
        "keySet": Method(_keys, ()),
        "put": Method(put_item, (object, object)),
        "putAll": Method(_put_all, (dict,)),
        "putIfAbsent": Method(_put_if_absent, (object, object)),
        "remove": Method(lambda _, entries, key: entries.pop(map_key(key), None), (object,)),
        "size": Method(lambda _, entries: len(entries), ()),
        "toString": Method(lambda b, entries: text_of(entries, b), ()),
        "values": Method(_values, ()),
    }
)

ENTRY_METHODS: Final[Mapping[str, Method]] = MappingProxyType(
    {
        "getKey": Method(lambda _, entry: entry.key, ()),
        "getValue": Method(lambda _, entry: entry.value, ()),
        "toString": Method(lambda b, entry: text_of(entry, b), ()),
    }
)
