"""The Python of expressions (gatelet.gateway.vtl.source tells what may stand in it).

``t`` and ``v1``, ``v2`` ... are values on the way; what is nested too deeply for Python becomes a function.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from gatelet.gateway.vtl.arithmetic import OPERATIONS, Unset
from gatelet.gateway.vtl.errors import Place
from gatelet.gateway.vtl.source import Source
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
from gatelet.gateway.vtl.variables import LOOP_PROPERTIES, Scope, Variables, reads_loop

_DEPTH: Final = 8
_STEPS: Final = 4
"""Of a reference in one expression."""
_BOOLEAN: Final = frozenset(("==", "!=", "<", "<=", ">", ">="))

StringCode: TypeAlias = Callable[[Block, Place, Scope, int], str]
"""The code of a string in double quotes."""


def property_path(node: Reference) -> str:
    """``a.b`` of ``$value.a.b``; empty for every other reference."""
    if node.backslashes or not all(isinstance(step, Property) and step.name != "empty" for step in node.steps):
        return ""
    return ".".join(step.name for step in node.steps if isinstance(step, Property))


def _is_known(step: Step) -> bool:
    """Whether a step is given literals alone."""
    match step:
        case Call(_, arguments):
            return all(isinstance(argument, Literal) for argument in arguments)
        case Index(key):
            return isinstance(key, Literal)
    return True


class ExpressionCode:
    """Writes the Python of one template's expressions; ``string`` writes that of a string in double quotes."""

    def __init__(self, source: Source, variables: Variables, string: StringCode) -> None:
        self._source = source
        self._variables = variables
        self._string = string

    def value(self, node: Expression, scope: Scope, depth: int = 0) -> str:
        """An expression's value, null for what is missing."""
        if depth > _DEPTH:
            return self._function(self.value(node, scope))
        match node:
            case Literal(value):
                return self._source.constant(value)
            case Reference():
                found = self.found(node, scope, depth)
                return found if self._is_boolean(node, scope) else f"(t if (t := {found}) is not MISSING else None)"
            case Interpolated(body, place):
                return self._string(body, place, scope, depth + 1)
            case ListLiteral(items):
                return f"JavaList({self._list(items, scope, depth)})"
            case MapLiteral():
                return self._map(node, scope, depth)
            case Range(first, last, place):
                ends = f"{self.value(first, scope, depth + 1)}, {self.value(last, scope, depth + 1)}"
                return f"span({ends}, state, {self._source.constant(place)})"
            case Not(operand):
                return f"(not {self.condition(operand, scope, depth + 1)})"
            case Binary():
                return self._binary(node, scope, depth)

    def condition(self, node: Expression, scope: Scope, depth: int = 0) -> str:
        """Whether an expression is true for Velocity: neither null nor false; the empty string and 0 are."""
        value = self.value(node, scope, depth)
        return value if self._is_boolean(node, scope) else f"((t := {value}) is not None and t is not False)"

    def _is_boolean(self, node: Expression, scope: Scope) -> bool:
        match node:
            case Not():
                return True
            case Binary(operator):
                return operator in _BOOLEAN or operator in {"&&", "||"}
            case Reference(_, (Property(name),)):
                return scope.loop is not None and reads_loop(node) and name in {"first", "hasNext", "last"}
        return False

    def found(self, node: Reference, scope: Scope, depth: int = 0) -> str:
        """A reference's value, MISSING if it is not defined."""
        if depth > _DEPTH:
            return self._function(self.found(node, scope))
        if scope.loop is not None and reads_loop(node):
            assert isinstance(node.steps[0], Property)
            index, size = scope.loop
            return LOOP_PROPERTIES[node.steps[0].name].format(index=index, size=size)
        start = self._variable(node, scope)
        if not node.steps:
            return start
        if dotted := property_path(node):
            return f"follow({start}, {self._source.constant(dotted)})"
        place = self._source.constant(node.place)
        if len(node.steps) <= _STEPS:
            code = start
            for at, step in enumerate(node.steps, depth):
                if _is_known(step):
                    code = self._step(step, code, place, scope, at + 1)
                    continue
                # What it is given is evaluated only where there is something to give it to.
                held, taken = f"v{at}", self._step(step, f"v{at}", place, scope, at + 1)
                code = f"({taken} if ({held} := {code}) is not None and {held} is not MISSING else {held})"
            return code
        lines = [f"v = {start}"]
        for step in node.steps:
            lines += ["if v is None or v is MISSING: return v", f"v = {self._step(step, 'v', place, scope, 0)}"]
        return f"{self._source.evaluation([*lines, 'return v'])}(state, a)"

    def items(self, node: Expression, scope: Scope) -> str:
        """What a #foreach goes through, as a new list: a loop may change what it goes through."""
        match node:
            case Reference(_, (Call("keySet", ()),)):
                start, place = self._variable(node, scope), self._source.constant(node.place)
                return f"keys_of(state, {start}, most + 1, {place})"
        return f"items_of({self.value(node, scope)}, most + 1)"

    def _variable(self, node: Reference, scope: Scope) -> str:
        code, place = self._variables.slot(node.name), self._source.constant(node.place)
        if node.name in self._variables.blocks:
            code = f"defined(state, {code}, {place})"
        given = scope.arguments.get(node.name)
        return code if given is None else f"(argument(state, {given}, {place}) if {given} is not None else {code})"

    def _step(self, step: Step, held: str, place: str, scope: Scope, depth: int) -> str:
        """What a step from a value leads to; from null and from what is missing to the same."""
        match step:
            case Property(name):
                return f"member({held}, {self._source.constant(name)})"
            case Index(key):
                return f"item({held}, {self.value(key, scope, depth)}, {place})"
            case Call("keySet", ()):
                return f"call_key_set(state, {held}, {place})"
            case Call("get", (key,)):
                return f"call_get(state, {held}, {self.value(key, scope, depth)}, {place})"
            case Call(name, (argument,)):
                given = self.value(argument, scope, depth)
                return f"call_one(state, {held}, {self._source.constant(name)}, {given}, {place})"
            case Call(name, arguments):
                given = self._list(arguments, scope, depth)
                return f"call(state, {held}, {self._source.constant(name)}, {given}, {place})"

    def assign(self, target: Reference, value: str, scope: Scope) -> str:
        """An expression that sets a reference. Null is not put into maps and objects (Velocity 1.x)."""
        name, place = target.name, self._source.constant(target.place)
        if not target.steps:
            code = f"assign(s, {self._variables.number(name)}, {value})"
            given = scope.arguments.get(name)
            if given is None:
                return code
            return f"(assign_argument(state, {given}, {value}) if {given} is not None else {code})"
        last = target.steps[-1]
        holder = Reference(name, target.steps[:-1], target.source, target.silent, target.place)
        key = self.value(last.key if isinstance(last, Index) else Literal(last.name), scope, 1)
        new, held = f"(w := {value})", f"(h := {self.value(holder, scope, 1)})"
        return f"({new}, {held}, None if w is None or h is None else put(state, h, {key}, w, {place}))"

    def _function(self, code: str) -> str:
        return f"{self._source.expression(code)}(state, a)"

    def _list(self, items: Sequence[Expression], scope: Scope, depth: int) -> str:
        return self._source.display([self.value(item, scope, depth + 1) for item in items], "[]")

    def _map(self, node: MapLiteral, scope: Scope, depth: int) -> str:
        place = self._source.constant(node.place)
        members = [
            f"key({self.value(key, scope, depth + 1)}, {place}): {self.value(value, scope, depth + 1)}"
            for key, value in node.entries
        ]
        return self._source.display(members, "{}", "**")

    def _binary(self, node: Binary, scope: Scope, depth: int) -> str:
        if node.operator in {"&&", "||"}:
            word = "and" if node.operator == "&&" else "or"
            return (
                f"({self.condition(node.left, scope, depth + 1)} {word} {self.condition(node.right, scope, depth + 1)})"
            )
        left, right = (self._operand(node, each, scope, depth + 1) for each in (node.left, node.right))
        operation = self._source.constant(OPERATIONS[node.operator])
        return f"calculate({operation}, {left}, {right}, state, {self._source.constant(node.place)})"

    def _operand(self, node: Binary, operand: Expression, scope: Scope, depth: int) -> str:
        """The value of an operand; of ``+`` a reference that is null is what joins a text: its own source."""
        value = self.value(operand, scope, depth)
        if node.operator != "+" or not isinstance(operand, Reference):
            return value
        return f"(t if (t := {value}) is not None else {self._source.constant(Unset(operand.source))})"
