"""Turns expressions into closures over the state of a rendering."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from gatelet.gateway.vtl.arithmetic import OPERATIONS, Unset
from gatelet.gateway.vtl.containers import map_key
from gatelet.gateway.vtl.direct import shorten
from gatelet.gateway.vtl.errors import Place, TemplateError
from gatelet.gateway.vtl.host import HostObject
from gatelet.gateway.vtl.members import call_host_with_one, call_method, follow, get_index, get_property, set_member
from gatelet.gateway.vtl.state import Assign, DefinedBlock, Evaluate, Run, State
from gatelet.gateway.vtl.syntax import (
    Binary,
    Block,
    Call,
    Expression,
    Index,
    Interpolated,
    ListLiteral,
    Literal,
    MapLiteral,
    Not,
    Property,
    Range,
    Reference,
    Step,
)
from gatelet.gateway.vtl.values import MISSING, JavaList

Follow: TypeAlias = Callable[[State, object], object]


def is_true(value: object) -> bool:
    """Velocity's truth: everything but null and false, the empty string and 0 included."""
    return value is not None and value is not False


class Expressions:
    """Compiles expressions; ``compile_block`` compiles the inside of a string.

    ``plain``: the template has neither macros nor #define (gatelet.gateway.vtl.direct).
    """

    def __init__(self, compile_block: Callable[[Block], Run], *, plain: bool) -> None:
        self._compile_block = compile_block
        self.plain = plain

    def compile(self, node: Expression) -> Evaluate:
        """The closure that gives an expression's value, null for what is missing."""
        match node:
            case Literal(value):
                return lambda _: value
            case Reference():
                return self._value(node)
            case Interpolated(body):
                run = self._compile_block(body)
                return lambda state: state.capture(run)
            case ListLiteral(items):
                return self._list(items)
            case MapLiteral():
                return self._map(node)
            case Range():
                return self._range(node)
            case Not(operand):
                inside = self.compile(operand)
                return lambda state: not is_true(inside(state))
            case Binary():
                return self._binary(node)

    def resolve(self, node: Reference, absent: object = MISSING) -> Evaluate:
        """The closure that gives a reference's value, or ``absent`` if it is not defined."""
        argument = None
        match node.steps:
            case (Call(method, (given,)),):
                argument = self.compile(given)
                general = _after(node.name, _call_with_one(method, argument), absent, node.place)
            case ():
                general = _variable(node.name, absent)
            case _:
                general = self._steps(node, absent)
        return shorten(node, general, argument, absent) if self.plain else general

    def _steps(self, node: Reference, absent: object) -> Evaluate:
        name, place = node.name, node.place
        names = tuple(step.name for step in node.steps if isinstance(step, Property) and step.name != "empty")
        if len(names) == len(node.steps):
            return _properties(name, names, absent)
        steps = tuple(self._step(step) for step in node.steps)
        return _after(name, steps[0] if len(steps) == 1 else _row(steps), absent, place)

    def _value(self, node: Reference) -> Evaluate:
        return self.resolve(node, None)

    def _step(self, step: Step) -> Follow:
        match step:
            case Property(name):
                return lambda _, value: get_property(value, name)
            case Index(key):
                find = self.compile(key)
                return lambda state, value: get_index(value, find(state))
            case Call(name, arguments):
                given = [self.compile(argument) for argument in arguments]
                return _call_with_one(name, given[0]) if len(given) == 1 else _call(name, given)

    def assign(self, node: Reference) -> Assign:
        """The closure that sets a reference. Null is not put into maps and objects (Velocity 1.x)."""
        name, place = node.name, node.place
        if not node.steps:
            return lambda state, value: state.assign(name, value)
        last = node.steps[-1]
        holder = self._value(Reference(name, node.steps[:-1], node.source, node.silent, place))
        key = self.compile(last.key if isinstance(last, Index) else Literal(last.name))

        def assign(state: State, value: object) -> None:
            held = holder(state)
            if value is None or held is None:
                return
            try:
                set_member(state.budget, held, key(state), value)
            except TemplateError as error:
                error.at(place)
                raise

        return assign

    def _list(self, items: tuple[Expression, ...]) -> Evaluate:
        compiled = [self.compile(item) for item in items]
        return lambda state: JavaList(item(state) for item in compiled)

    def _map(self, node: MapLiteral) -> Evaluate:
        compiled = [(self.compile(key), self.compile(value)) for key, value in node.entries]

        def build(state: State) -> object:
            try:
                return {map_key(key(state)): value(state) for key, value in compiled}
            except TemplateError as error:
                error.at(node.place)
                raise

        return build

    def _range(self, node: Range) -> Evaluate:
        first, last = self.compile(node.first), self.compile(node.last)

        def build(state: State) -> object:
            start, end = first(state), last(state)
            if not (type(start) is int and type(end) is int):
                return None
            try:
                state.budget.spend_items(abs(end - start))
            except TemplateError as error:
                error.at(node.place)
                raise
            return JavaList(range(start, end + 1) if start <= end else range(start, end - 1, -1))

        return build

    def _binary(self, node: Binary) -> Evaluate:
        left, right = self.compile(node.left), self.compile(node.right)
        if node.operator == "&&":
            return lambda state: is_true(left(state)) and is_true(right(state))
        if node.operator == "||":
            return lambda state: is_true(left(state)) or is_true(right(state))
        operation = OPERATIONS[node.operator]
        if node.operator == "+":
            left, right = _or_source(node.left, left), _or_source(node.right, right)

        def calculate(state: State) -> object:
            try:
                return operation(left(state), right(state), state.budget)
            except TemplateError as error:
                error.at(node.place)
                raise

        return calculate


def _or_source(node: Expression, evaluate: Evaluate) -> Evaluate:
    """The value of an operand of ``+``; of a reference that is null, what joins a text: its own source."""
    if not isinstance(node, Reference):
        return evaluate
    source = Unset(node.source)

    def read(state: State) -> object:
        value = evaluate(state)
        return source if value is None else value

    return read


def _call(name: str, arguments: Sequence[Evaluate]) -> Follow:
    if name == "keySet" and not arguments:
        return _key_set
    return lambda state, value: call_method(state.budget, value, name, [argument(state) for argument in arguments])


def _key_set(state: State, value: object) -> object:
    if type(value) is dict:
        state.budget.spend_items(len(value))
        return JavaList(value)
    return call_method(state.budget, value, "keySet", [])


def _call_with_one(name: str, argument: Evaluate) -> Follow:
    """The most common calls, ``$map.get(key)`` and ``$util.function(text)``, without detours."""
    of_map = name == "get"

    def follow_call(state: State, value: object) -> object:
        given = argument(state)
        if of_map and type(value) is dict and type(given) is str:
            state.budget.steps -= 1  # below 0 is noticed at the next directive
            return value.get(given)
        if isinstance(value, HostObject):
            return call_host_with_one(state.budget, value, name, given)
        return call_method(state.budget, value, name, [given])

    return follow_call


def _variable(name: str, absent: object) -> Evaluate:
    def read(state: State) -> object:
        if state.frame is None:
            value = state.variables.get(name, absent)
            if type(value) is not DefinedBlock:
                return value
        value = state.read(name)
        return absent if value is MISSING else value

    return read


def _row(steps: tuple[Follow, ...]) -> Follow:
    """Several steps, one after another, as far as there is a value."""

    def follow_row(state: State, value: object) -> object:
        for step in steps:
            if value is None or value is MISSING:
                return value
            value = step(state, value)
        return value

    return follow_row


def _after(name: str, step: Follow, absent: object, place: Place) -> Evaluate:
    """What a step from a variable leads to."""

    def read(state: State) -> object:
        try:
            value = state.variables.get(name, MISSING) if state.frame is None else state.read(name)
            if type(value) is DefinedBlock:
                value = state.read(name)
            if value is None:
                return None
            if value is not MISSING:
                value = step(state, value)
        except TemplateError as error:
            error.at(place)
            raise
        return absent if value is MISSING else value

    return read


def _properties(name: str, names: tuple[str, ...], absent: object) -> Evaluate:
    """``$a.b.c``, the most common reference of all."""
    path = ".".join(names)

    def read(state: State) -> object:
        value = state.variables.get(name, MISSING) if state.frame is None else state.read(name)
        if type(value) is DefinedBlock:
            value = state.read(name)
        return absent if value is MISSING else follow(value, names, path)

    return read
