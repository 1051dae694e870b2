"""Shorter ways for what most templates consist of, in templates that have neither macros nor #define.

There a variable is what it holds: no argument stands for it, and no block is rendered when it is read. Each way
takes the common case alone and leaves every other to ``general``, the closure that it stands for.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from gatelet.gateway.vtl.errors import LimitExceeded, Place, TemplateError
from gatelet.gateway.vtl.host import HostObject
from gatelet.gateway.vtl.loops import items_of, restore
from gatelet.gateway.vtl.members import call_host_with_one
from gatelet.gateway.vtl.state import Broken, Evaluate, Loop, Run, State
from gatelet.gateway.vtl.syntax import Call, Define, Document, Foreach, MacroCall, Property, Reference
from gatelet.gateway.vtl.values import MISSING, JavaList


def is_plain(document: Document) -> bool:
    """Whether a template has neither macros nor #define, inside strings neither."""
    return not document.macros and not _holds_blocks(document.body)


def _holds_blocks(node: object) -> bool:
    if isinstance(node, tuple):
        return any(map(_holds_blocks, node))
    if isinstance(node, Define | MacroCall):
        return True
    if not dataclasses.is_dataclass(node):
        return False
    return any(_holds_blocks(getattr(node, field.name)) for field in dataclasses.fields(node))


def shorten(node: Reference, general: Evaluate, argument: Evaluate | None, absent: object) -> Evaluate:
    """A shorter way to the value of a reference, if there is one. ``argument``: of its only step, a call with one."""
    match node.steps:
        case ():
            return _variable(node.name, absent)
        case (Property("hasNext"),) if node.name == "foreach":
            return _has_next(general)
        case (Call("keySet", ()),):
            return _key_set(node.name, general)
        case (Call("get", (Reference(key, ()),)),):
            return _get(node.name, key, general)
        case (Call(method, (_,)),) if argument is not None:
            return _call(node.name, method, argument, general, absent, node.place)
    return general


def foreach(node: Foreach, source: Evaluate, body: Sequence[Run], cost: int) -> Run:
    """A #foreach that counts nothing in ``$velocityCount``."""
    name, place = node.name, node.place
    alone = body[0] if len(body) == 1 else None
    rest: Sequence[Run] = () if alone is not None else tuple(body)

    def run(state: State) -> None:
        most = state.limits.iterations
        items = items_of(source(state), most + 1)
        if not items:
            return
        variables, budget = state.variables, state.budget
        outer, before = variables.get("foreach", MISSING), variables.get(name, MISSING)
        variables["foreach"] = loop = Loop(len(items), outer)
        try:
            for index, item in enumerate(items):
                if index == most:
                    raise LimitExceeded(f"#foreach has more than {most} iterations")
                budget.steps -= cost
                if budget.steps < 0 or state.room < 0:
                    budget.spend(0)
                    state.check_room()
                loop.index = index
                variables[name] = item
                if alone is not None:
                    alone(state)
                for statement in rest:
                    statement(state)
        except Broken:
            pass
        except TemplateError as error:
            error.at(place)
            raise
        finally:
            restore(variables, name, before)
            restore(variables, "foreach", outer)

    return run


def _variable(name: str, absent: object) -> Evaluate:
    return lambda state: state.variables.get(name, absent)


def _has_next(general: Evaluate) -> Evaluate:
    """``$foreach.hasNext``"""

    def read(state: State) -> object:
        loop = state.variables.get("foreach")
        return loop.index + 1 < loop.size if type(loop) is Loop else general(state)

    return read


def _key_set(name: str, general: Evaluate) -> Evaluate:
    """``$map.keySet()``"""

    def read(state: State) -> object:
        held = state.variables.get(name)
        if type(held) is not dict or state.budget.steps <= len(held):
            return general(state)
        state.budget.steps -= 1 + len(held) // 4
        return JavaList(held)

    return read


def _get(name: str, key: str, general: Evaluate) -> Evaluate:
    """``$map.get($key)``"""

    def read(state: State) -> object:
        variables = state.variables
        held, wanted = variables.get(name), variables.get(key)
        if type(held) is not dict or type(wanted) is not str:
            return general(state)
        state.budget.steps -= 1  # below 0 is noticed at the next directive
        return held.get(wanted)

    return read


def _call(name: str, method: str, argument: Evaluate, general: Evaluate, absent: object, place: Place) -> Evaluate:
    """``$util.function(argument)``"""

    def read(state: State) -> object:
        held = state.variables.get(name)
        if not isinstance(held, HostObject):
            return general(state)
        try:
            value = call_host_with_one(state.budget, held, method, argument(state))
        except TemplateError as error:
            error.at(place)
            raise
        return absent if value is MISSING else value

    return read
