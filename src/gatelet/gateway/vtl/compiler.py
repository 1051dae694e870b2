"""Turns a template's syntax tree into Python, once (gatelet.gateway.vtl.source tells what may stand in it)."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gatelet.gateway.vtl.errors import Place, TemplateSyntaxError
from gatelet.gateway.vtl.expression_code import ExpressionCode
from gatelet.gateway.vtl.printing_code import Printed, PrintingCode, is_printed
from gatelet.gateway.vtl.source import Source, batches, indented
from gatelet.gateway.vtl.state import Run
from gatelet.gateway.vtl.syntax import (
    Block,
    Break,
    Define,
    Document,
    Expression,
    Foreach,
    If,
    Macro,
    MacroCall,
    Node,
    Reference,
    Set,
    Stop,
)
from gatelet.gateway.vtl.variables import Scope, Variables
from gatelet.gateway.vtl.vocabulary import VOCABULARY

_BRANCHES: Final = 16
_ROW: Final = 32
"""Texts and references that are printed in one go."""
_INSIDE: Final = 60
"""Lines of a block inside a directive; more become a function."""


def cost_of(node: object) -> int:
    """How many nodes one run of a node goes through; the bodies of loops and blocks count when they run."""
    if isinstance(node, tuple):
        return sum(map(cost_of, node))
    if isinstance(node, Foreach):
        return 1 + cost_of(node.items)
    if isinstance(node, Define):
        return 1
    if not dataclasses.is_dataclass(node):
        return 0
    return 1 + sum(cost_of(getattr(node, field.name)) for field in dataclasses.fields(node))


@dataclass(frozen=True, slots=True)
class _CompiledMacro:
    function: str
    parameters: tuple[str, ...]
    cost: int


class Compiler:
    """Compiles one template."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._source = Source(VOCABULARY)
        self._variables = Variables(document)
        self._expressions = ExpressionCode(self._source, self._variables, self._string)
        self._printing = PrintingCode(self._source, self._variables, self._expressions)
        self._row = 1 if self._variables.are_read_in_turn else _ROW
        self._macros = {name: self._declare(macro) for name, macro in document.macros.items()}

    def compile(self) -> tuple[Run, tuple[str, ...]]:
        """What runs the whole template, and the names of its variables by their slots.

        Raises TemplateSyntaxError for a call of a macro that there is not.
        """
        for name, macro in self._document.macros.items():
            compiled = self._macros[name]
            arguments = {parameter: f"a[{place}]" for place, parameter in enumerate(compiled.parameters)}
            self._source.statements(self._block(macro.body, Scope(arguments)), compiled.function)
        main = self._source.statements(self._block(self._document.body, Scope()))
        return self._source.function(main), tuple(self._variables.slots)

    def _declare(self, macro: Macro) -> _CompiledMacro:
        names = tuple(dict.fromkeys((*macro.parameters, "bodyContent")))
        return _CompiledMacro(self._source.new_name("m"), names, 1 + cost_of(macro.body))

    def _block(self, nodes: Block, scope: Scope) -> list[str]:
        """The lines of statements in a row."""
        statements: list[list[str]] = []
        row: list[Printed] = []
        for node in nodes:
            if is_printed(node):
                row.append(node)
                continue
            statements += (self._printing.row(part, scope) for part in batches(row, self._row))
            row = []
            statements.append(self._statement(node, scope))
        statements += (self._printing.row(part, scope) for part in batches(row, self._row))
        return self._source.short(statements)

    def _inside(self, nodes: Block, scope: Scope) -> list[str]:
        """A block inside a directive."""
        lines = self._block(nodes, scope)
        return lines if len(lines) <= _INSIDE else [f"{self._source.statements(lines)}(state, a)"]

    def _statement(self, node: Node, scope: Scope) -> list[str]:
        match node:
            case Set():
                return self._set(node, scope)
            case If():
                return self._if(node, scope)
            case Foreach():
                return self._foreach(node, scope)
            case Define(name, body):
                block = f"DefinedBlock({self._source.statements(self._block(body, scope))}, {1 + cost_of(body)}, a)"
                return [f"{self._variables.slot(name)} = {block}"]
            case MacroCall():
                return self._macro_call(node, scope)
            case Break():
                return ["raise Broken"]
            case Stop():
                return ["raise Stopped"]
            case _:
                return self._printing.row([node], scope)

    def _string(self, body: Block, place: Place, scope: Scope, depth: int) -> str:
        """A string in double quotes."""
        at = self._source.constant(place)
        printed = [node for node in body if is_printed(node)]
        if len(printed) == len(body):
            texts = self._source.display([self._printing.text(node, scope, depth) for node in printed], "()")
            return f"joined({texts}, state, {at})"
        return f"state.capture({self._source.statements(self._block(body, scope))}, a, {at})"

    def _set(self, node: Set, scope: Scope) -> list[str]:
        if node.target.steps or node.target.name in scope.arguments:
            value = self._expressions.value(node.value, scope)
            return [f"x = {value}", self._expressions.assign(node.target, "x", scope)]
        slot = self._variables.slot(node.target.name)
        if isinstance(node.value, Reference):
            found = self._expressions.found(node.value, scope)
            test = f"if (x := {found}) is not None and x is not MISSING: {slot} = x"
        else:
            test = f"if (x := {self._expressions.value(node.value, scope)}) is not None: {slot} = x"
        return [test, f"elif {slot} is MISSING: {slot} = None"]

    def _if(self, node: If, scope: Scope) -> list[str]:
        branches = [
            (self._expressions.condition(condition, scope), self._inside(body, scope))
            for condition, body in node.branches
        ]
        otherwise = self._inside(node.otherwise, scope) if node.otherwise is not None else []
        if len(branches) <= _BRANCHES:
            lines = [line for test, body in branches for line in (f"elif {test}:", *indented(body))]
            return [lines[0][2:], *lines[1:], *(["else:", *indented(otherwise)] if otherwise else [])]
        taken = [
            self._source.statements([line for test, body in part for line in _take(test, body)])
            for part in batches(branches, _BRANCHES)
        ]
        calls = " or ".join(f"{name}(state, a)" for name in taken)
        return [f"if not ({calls}):", *indented(otherwise)]

    def _foreach(self, node: Foreach, scope: Scope) -> list[str]:
        own, slot, place = self._source.new_name("n"), self._variables.slot, self._source.constant(node.place)
        items, before, variable = f"items_{own}", f"before_{own}", slot(node.name)
        items_code = self._expressions.items(node.items, scope)
        if self._variables.loops_are_objects:
            index, inner = f"loop_{own}.index", scope.inside(node.name, None)
            enter = [
                f"outer_{own} = {slot('foreach')}",
                f"{slot('foreach')} = loop_{own} = Loop(len({items}), outer_{own})",
            ]
            leave = [f"{slot('foreach')} = outer_{own}"]
        else:
            index, size = self._variables.own_slot(), self._variables.own_slot()
            inner = scope.inside(node.name, (index, size))
            enter, leave = [f"{size} = len({items})"], []
        count: list[str] = []
        if self._document.counts:
            count = [f"{slot('velocityCount')} = {index} + 1"]
            enter.append(f"count_{own} = {slot('velocityCount')}")
            leave.append(f"{slot('velocityCount')} = count_{own}")
        body = [
            f"state.steps -= {1 + cost_of(node.body)}",
            f"if state.steps < 0 or state.room < 0 or {index} == most: state.iterate({index})",
            *count,
            *self._inside(node.body, inner),
        ]
        loop = [f"for {index}, {variable} in enumerate({items}):", *indented(body)]
        caught = ["except Broken: pass", f"except TemplateError as error: raise error.at({place})"]
        run = [f"{before} = {variable}", *enter, "try:", *indented(loop), *caught, f"{variable} = {before}", *leave]
        return [f"{items} = {items_code}", f"if {items}:", *indented(run)]

    def _macro_call(self, node: MacroCall, scope: Scope) -> list[str]:
        macro = self._macros.get(node.name)
        if macro is None:
            raise TemplateSyntaxError(f"There is no macro #{node.name}", node.place)
        declared = self._document.macros[node.name].parameters
        given = {name: self._argument(each, scope) for name, each in zip(declared, node.arguments, strict=False)}
        if node.body is not None:
            body = self._source.statements(self._block(node.body, scope))
            place = self._source.constant(node.place)
            inside = self._source.expression(f"state.capture({body}, a, {place})")
            given["bodyContent"] = f"Argument({inside}, None, a)"
        arguments = self._source.display([given.get(name, "None") for name in macro.parameters], "()")
        return [f"state.call({macro.function}, {arguments}, {macro.cost}, {self._source.constant(node.place)})"]

    def _argument(self, node: Expression, scope: Scope) -> str:
        """What a macro is given: functions that evaluate and set it."""
        if not isinstance(node, Reference):
            return f"Argument({self._source.expression(self._expressions.value(node, scope))}, None, a)"
        evaluate = self._source.expression(self._expressions.found(node, scope))
        assign = self._source.assignment(self._expressions.assign(node, "x", scope))
        return f"Argument({evaluate}, {assign}, a)"


def _take(test: str, body: Sequence[str]) -> list[str]:
    """A branch of a long #if."""
    return [f"if {test}:", *indented([*body, "return True"])]
