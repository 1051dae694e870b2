"""What the Python of a compiled template calls, and all that it can name.

A fault gets its place in the template here, from the innermost reference or calculation that it happens in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from gatelet.gateway.vtl.arithmetic import Operation
from gatelet.gateway.vtl.containers import map_key
from gatelet.gateway.vtl.errors import Place, TemplateError
from gatelet.gateway.vtl.host import UNKNOWN, HostObject
from gatelet.gateway.vtl.limits import Budget
from gatelet.gateway.vtl.loops import items_of
from gatelet.gateway.vtl.members import (
    CHARACTERS_A_HOST_STEP,
    FAULTS,
    SHORT,
    call_method,
    failed,
    finder,
    follow,
    get_index,
    get_property,
    set_member,
)
from gatelet.gateway.vtl.state import Argument, Broken, DefinedBlock, Loop, State, Stopped
from gatelet.gateway.vtl.values import MISSING, JavaList, text_of


def shown(value: object, unknown: str, budget: Budget, place: Place) -> str:
    """How the value of a reference prints; ``unknown`` where it is not defined."""
    if value is None:
        return ""
    if type(value) is str:
        return value
    if value is MISSING:
        return unknown
    try:
        return text_of(value, budget)
    except TemplateError as error:
        error.at(place)
        raise


def escaped(value: object, backslashes: int, source: str, budget: Budget, place: Place) -> str:
    """A reference after backslashes: two print one, an odd one keeps a defined reference from its value."""
    if value is MISSING:
        return "\\" * backslashes + source
    before = "\\" * (backslashes // 2)
    return before + (source if backslashes % 2 else shown(value, "", budget, place))


def joined(texts: Sequence[str], budget: Budget, place: Place) -> str:
    """A string in double quotes."""
    try:
        budget.make(sum(map(len, texts)))
    except TemplateError as error:
        error.at(place)
        raise
    return "".join(texts)


def member(value: object, name: str) -> object:
    """``.name``"""
    return value if value is MISSING else get_property(value, name)


def item(value: object, key: object, place: Place) -> object:
    """``[key]``"""
    if value is MISSING:
        return value
    try:
        return get_index(value, key)
    except TemplateError as error:
        error.at(place)
        raise


def call(budget: Budget, value: object, name: str, arguments: list[object], place: Place) -> object:
    """``.name(arguments)``"""
    try:
        return call_method(budget, value, name, arguments)
    except TemplateError as error:
        error.at(place)
        raise


def call_one(budget: Budget, value: object, name: str, argument: object, place: Place) -> object:
    """``.name(argument)``; of a host object with a short text, which is nearly every call, without detours."""
    try:
        if type(argument) is not str or not isinstance(value, HostObject) or len(argument) > CHARACTERS_A_HOST_STEP:
            return call_method(budget, value, name, [argument])
        method = value.method(name)
        if method is None:
            return MISSING
        budget.steps -= 1  # below 0 is noticed at the next directive
        result = method(argument)
        if type(result) is str:
            size = len(result)
            if size > SHORT or size > budget.characters:
                budget.make(size)
            else:
                budget.characters -= size
    except TemplateError as error:
        error.at(place)
        raise
    except FAULTS as error:
        raise failed(name, error).at(place) from error
    return result


def call_get(budget: Budget, value: object, key: object, place: Place) -> object:
    """``.get(key)``"""
    if type(value) is dict and type(key) is str:
        budget.steps -= 1  # below 0 is noticed at the next directive
        return value.get(key)
    return call_one(budget, value, "get", key, place)


def call_key_set(budget: Budget, value: object, place: Place) -> object:
    """``.keySet()``"""
    if type(value) is dict and budget.steps > len(value):
        budget.steps -= 1 + len(value) // 4
        return JavaList(value)
    return call(budget, value, "keySet", [], place)


def keys_of(budget: Budget, value: object, most: int, place: Place) -> list[object]:
    """What a #foreach in ``$map.keySet()`` goes through."""
    if type(value) is dict and len(value) < most and budget.steps > len(value):
        budget.steps -= 1 + len(value) // 4
        return list(value)
    if value is None or value is MISSING:
        return []
    return items_of(call_key_set(budget, value, place), most)


def calculate(operation: Operation, left: object, right: object, budget: Budget, place: Place) -> object:
    """``left operator right``"""
    try:
        return operation(left, right, budget)
    except TemplateError as error:
        error.at(place)
        raise


def span(first: object, last: object, budget: Budget, place: Place) -> object:
    """``[first..last]``"""
    if not (type(first) is int and type(last) is int):
        return None
    try:
        budget.spend_items(abs(last - first))
    except TemplateError as error:
        error.at(place)
        raise
    return JavaList(range(first, last + 1) if first <= last else range(first, last - 1, -1))


def key(value: object, place: Place) -> object:
    """A key of a map literal."""
    try:
        return map_key(value)
    except TemplateError as error:
        error.at(place)
        raise


def put(budget: Budget, value: object, name: object, new: object, place: Place) -> None:
    """``#set($value.name = new)``, ``#set($value[name] = new)``"""
    try:
        set_member(budget, value, name, new)
    except TemplateError as error:
        error.at(place)
        raise


def assign(slots: list[object], slot: int, value: object) -> None:
    """``#set($name = value)``: null leaves the value that it had (Velocity 1.x)."""
    if value is not None:
        slots[slot] = value
    elif slots[slot] is MISSING:
        slots[slot] = None


def defined(state: State, value: object, place: Place) -> object:
    """The value of a variable that may be a #define, which is rendered now."""
    if type(value) is not DefinedBlock:
        return value
    return state.capture(lambda inner, _: inner.call(value.run, value.arguments, value.cost, place), (), place)


def argument(state: State, given: Argument, place: Place) -> object:
    """The value of what a macro was given, evaluated now."""
    try:
        state.spend(1)
    except TemplateError as error:
        error.at(place)
        raise
    return given.evaluate(state, given.arguments)


def assign_argument(state: State, given: Argument, value: object) -> None:
    """#set of what a macro was given: of it, if that can be assigned to, of the argument alone otherwise."""
    if given.assign is None:
        given.evaluate = lambda _state, _arguments: value
    else:
        given.assign(state, given.arguments, value)


VOCABULARY: Final[Mapping[str, object]] = MappingProxyType(
    {
        "Argument": Argument,
        "Broken": Broken,
        "DefinedBlock": DefinedBlock,
        "JavaList": JavaList,
        "Loop": Loop,
        "MISSING": MISSING,
        "Stopped": Stopped,
        "TemplateError": TemplateError,
        "UNKNOWN": UNKNOWN,
        "argument": argument,
        "assign": assign,
        "assign_argument": assign_argument,
        "calculate": calculate,
        "call": call,
        "call_get": call_get,
        "call_key_set": call_key_set,
        "call_one": call_one,
        "defined": defined,
        "enumerate": enumerate,
        "escaped": escaped,
        "finder": finder,
        "follow": follow,
        "item": item,
        "items_of": items_of,
        "joined": joined,
        "key": key,
        "keys_of": keys_of,
        "len": len,
        "member": member,
        "put": put,
        "shown": shown,
        "span": span,
        "str": str,
        "type": type,
    }
)
"""Every name that the Python of a template has, besides its own constants and functions."""
