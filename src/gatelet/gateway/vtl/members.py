"""What ``$value.name``, ``$value[key]`` and ``$value.name(...)`` reach: a fixed table for each type of value.

No attribute of a Python object is looked up by a name of the template. A method that is not in the
table is missing, so the reference prints its own text (apigateway-mapping-templates section 4: absent
functions stay unrendered); a property that is not there is null and prints nothing (section 5).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType

from gatelet.gateway.vtl.containers import (
    ADD_ITEM,
    ADD_ITEM_AT,
    ENTRY_METHODS,
    LIST_METHODS,
    MAP_METHODS,
    item_at,
    map_key,
    put_item,
)
from gatelet.gateway.vtl.errors import EvaluationFailed
from gatelet.gateway.vtl.host import UNKNOWN, HostObject
from gatelet.gateway.vtl.limits import Budget
from gatelet.gateway.vtl.scalars import BOOLEAN_METHODS, NUMBER_METHODS
from gatelet.gateway.vtl.signatures import Method
from gatelet.gateway.vtl.strings import STRING_METHODS
from gatelet.gateway.vtl.values import MISSING, Entry

_NONE: Mapping[str, Method] = MappingProxyType({})
FAULTS = (ValueError, TypeError, LookupError, ArithmeticError)
_CHARACTERS_A_STEP = 1_000
CHARACTERS_A_HOST_STEP = 100
"""What a host object makes of a text costs more than Java's own methods: it may parse it."""
SHORT = 10_000
"""Characters of a text that is under every limit of its own."""


def _methods_of(value: object) -> Mapping[str, Method]:
    """The table of a type, or of the type that it is a kind of."""
    if isinstance(value, str):
        return STRING_METHODS
    if isinstance(value, bool):
        return BOOLEAN_METHODS
    if isinstance(value, dict):
        return MAP_METHODS
    if isinstance(value, list):
        return LIST_METHODS
    if isinstance(value, int | float | Decimal):
        return NUMBER_METHODS
    return ENTRY_METHODS if isinstance(value, Entry) else _NONE


def call_method(budget: Budget, value: object, name: str, arguments: list[object]) -> object:
    """Call a method; MISSING if the value has none of that name that takes these arguments. Null has null."""
    if type(value) is str:
        method = STRING_METHODS.get(name)
    elif type(value) is dict:
        method = MAP_METHODS.get(name)
    elif value is None:
        return None
    elif isinstance(value, HostObject):
        return call_host(budget, value, name, arguments)
    elif isinstance(value, list) and name == "add":
        method = ADD_ITEM if len(arguments) == 1 else ADD_ITEM_AT
    else:
        method = _methods_of(value).get(name)
    if method is None or not method.fits(arguments):
        return MISSING
    budget.steps -= 1 + len(value) // _CHARACTERS_A_STEP if isinstance(value, str) else 1
    if budget.steps < 0:
        budget.spend(0)
    return method.run(budget, value, *arguments)


def failed(name: str, error: Exception) -> EvaluationFailed:
    """What a fault of a host object's method is."""
    return EvaluationFailed(f"Invocation of method '{name}' failed: {error}")


def call_host(budget: Budget, value: HostObject, name: str, arguments: Sequence[object]) -> object:
    """Call a method of a host object; MISSING if it has none of that name."""
    method = value.method(name)
    if method is None:
        return MISSING
    budget.steps -= 1
    for argument in arguments:
        if type(argument) is str:
            budget.steps -= len(argument) // CHARACTERS_A_HOST_STEP
    if budget.steps < 0:
        budget.spend(0)
    try:
        result = method(*arguments)
    except FAULTS as error:
        raise failed(name, error) from error
    if isinstance(result, str):
        budget.characters -= len(result)
        if budget.characters < 0 or len(result) > SHORT:
            budget.characters += len(result)
            budget.make(len(result))
    return result


def get_property(value: object, name: str) -> object:
    """A property; None for one that is not there."""
    if isinstance(value, dict):
        found = value.get(name)
        return not value if found is None and name == "empty" and name not in value else found
    if isinstance(value, HostObject):
        return value.get_property(name)
    if isinstance(value, Entry) and name in {"key", "value"}:
        return value.key if name == "key" else value.value
    if name == "empty" and isinstance(value, str | list):
        return not value
    return None


def follow(value: object, dotted: str) -> object:
    """The value at the end of a path of properties, ``a.b``; null and MISSING have none."""
    if isinstance(value, HostObject):
        found = value.find(dotted)
        if found is not UNKNOWN:
            return found
    for name in dotted.split("."):
        if type(value) is dict:
            value = value.get(name)
        elif value is None or value is MISSING:
            return value
        else:
            value = get_property(value, name)
    return value


def finder(value: object, deep: int) -> Callable[[str], object]:
    """What finds properties of a value by their paths, ``deep`` names at most, or UNKNOWN: then ``follow`` does."""
    if isinstance(value, HostObject):
        return value.find
    return value.get if type(value) is dict and deep == 1 else _unknown


def _unknown(dotted: str) -> object:
    del dotted
    return UNKNOWN


def get_index(value: object, key: object) -> object:
    """What is at a key of a map or an index of a list; a negative index counts from the end."""
    if isinstance(value, list):
        if not isinstance(key, int) or isinstance(key, bool):
            return None
        return item_at(value, key + len(value) if key < 0 else key)
    if isinstance(value, dict):
        return value.get(map_key(key))
    if isinstance(value, HostObject) and isinstance(key, str):
        return value.get_property(key)
    return None


def set_member(budget: Budget, value: object, key: object, new: object) -> None:
    """``#set($value.key = new)`` and ``#set($value[key] = new)``; nothing where the value has no such place."""
    if isinstance(value, dict):
        put_item(budget, value, key, new)
    elif isinstance(value, HostObject) and isinstance(key, str):
        value.set_property(key, new)
    elif isinstance(value, list) and isinstance(key, int) and not isinstance(key, bool):
        place = key + len(value) if key < 0 else key
        item_at(value, place)
        value[place] = new
