"""Turns a template's syntax tree into closures, once."""

from __future__ import annotations

import dataclasses

from gatelet.gateway.vtl.direct import foreach, is_plain
from gatelet.gateway.vtl.errors import LimitExceeded, TemplateError, TemplateSyntaxError
from gatelet.gateway.vtl.evaluation import Expressions
from gatelet.gateway.vtl.loops import items_of, restore
from gatelet.gateway.vtl.rows import fits, print_row, print_text
from gatelet.gateway.vtl.state import Argument, Broken, DefinedBlock, Evaluate, Frame, Loop, Run, State, Stopped
from gatelet.gateway.vtl.syntax import (
    Block,
    Break,
    Define,
    Document,
    Expression,
    Foreach,
    If,
    MacroCall,
    Node,
    Reference,
    Set,
    Stop,
    Text,
)
from gatelet.gateway.vtl.values import MISSING, text_of


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


@dataclasses.dataclass(frozen=True, slots=True)
class _CompiledMacro:
    parameters: tuple[str, ...]
    run: Run
    cost: int


class Compiler:
    """Compiles one template."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._expressions = Expressions(self.block, plain=is_plain(document))
        self._macros: dict[str, _CompiledMacro] = {}

    def compile(self) -> Run:
        """The whole template. Raises TemplateSyntaxError for a call of a macro that there is not."""
        for name, macro in self._document.macros.items():
            self._macros[name] = _CompiledMacro(macro.parameters, self.block(macro.body), 1 + cost_of(macro.body))
        return self.block(self._document.body)

    def block(self, nodes: Block) -> Run:
        """Statements in a row."""
        statements = self._statements(nodes)
        if len(statements) == 1:
            return statements[0]

        def run(state: State) -> None:
            for statement in statements:
                statement(state)

        return run

    def _statements(self, nodes: Block) -> list[Run]:
        statements: list[Run] = []
        row: list[Text | Reference | If] = []
        for node in nodes:
            if fits(node):
                row.append(node)
                continue
            if row:
                statements += print_row(row, self._expressions)
                row = []
            statements.append(self._statement(node))
        if row:
            statements += print_row(row, self._expressions)
        return statements

    def _statement(self, node: Node) -> Run:
        match node:
            case Reference():
                return self._escaped(node)
            case Set(target, value):
                return self._set(target, value)
            case If():
                return self._if(node)
            case Foreach():
                return self._foreach(node)
            case Define(name, body):
                return self._define(name, body)
            case MacroCall():
                return self._macro_call(node)
            case Break():
                return _break
            case Stop():
                return _stop
            case Text():
                return print_text(node.text)

    def _escaped(self, node: Reference) -> Run:
        """A reference after backslashes: two print one, an odd one keeps a defined reference from its value."""
        resolve = self._expressions.resolve(node)
        before = "\\" * (node.backslashes // 2)
        plain = node.backslashes % 2 == 1
        unknown = "\\" * node.backslashes + node.source

        def run(state: State) -> None:
            value = resolve(state)
            if value is MISSING:
                state.write(unknown)
            elif plain:
                state.write(before + node.source)
            else:
                state.write(before + ("" if value is None else text_of(value, state.budget)))

        return run

    def _set(self, target: Reference, value: Expression) -> Run:
        assign, evaluate = self._expressions.assign(target), self._expressions.compile(value)
        if target.steps:
            return lambda state: assign(state, evaluate(state))
        name = target.name

        def run(state: State) -> None:
            new = evaluate(state)
            if new is None or state.frame is not None:
                state.assign(name, new)
            else:
                state.variables[name] = new

        return run

    def _if(self, node: If) -> Run:
        branches = [(self._expressions.compile(condition), self.block(body)) for condition, body in node.branches]
        otherwise = self.block(node.otherwise) if node.otherwise is not None else None
        if len(branches) == 1 and otherwise is None:
            return _when(*branches[0])

        def run(state: State) -> None:
            for condition, body in branches:
                value = condition(state)
                if value is not None and value is not False:
                    body(state)
                    return
            if otherwise is not None:
                otherwise(state)

        return run

    def _foreach(self, node: Foreach) -> Run:
        if self._expressions.plain and not self._document.counts:
            source, cost = self._expressions.compile(node.items), 1 + cost_of(node.body)
            return foreach(node, source, self._statements(node.body), cost)
        source, body, name = self._expressions.compile(node.items), self.block(node.body), node.name
        cost, counts, place = 1 + cost_of(node.body), self._document.counts, node.place

        def run(state: State) -> None:
            most = state.limits.iterations
            items = items_of(source(state), most + 1)
            if not items:
                return
            variables, budget = state.variables, state.budget
            outer, before = variables.get("foreach", MISSING), variables.get(name, MISSING)
            count = variables.get("velocityCount", MISSING)
            variables["foreach"] = loop = Loop(len(items), outer)
            hidden = state.frame.arguments.pop(name, None) if state.frame else None
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
                    if counts:
                        variables["velocityCount"] = index + 1
                    body(state)
            except Broken:
                pass
            except TemplateError as error:
                error.at(place)
                raise
            finally:
                restore(variables, name, before)
                restore(variables, "foreach", outer)
                if counts:
                    restore(variables, "velocityCount", count)
                if hidden is not None and state.frame:
                    state.frame.arguments[name] = hidden

        return run

    def _define(self, name: str, body: Block) -> Run:
        run_body, cost = self.block(body), 1 + cost_of(body)

        def run(state: State) -> None:
            state.variables[name] = DefinedBlock(run_body, cost, state.frame)

        return run

    def _macro_call(self, node: MacroCall) -> Run:
        if node.name not in self._document.macros:
            raise TemplateSyntaxError(f"There is no macro #{node.name}", node.place)
        given = [
            (
                self._expressions.resolve(argument)
                if isinstance(argument, Reference)
                else self._expressions.compile(argument),
                self._expressions.assign(argument) if isinstance(argument, Reference) else None,
            )
            for argument in node.arguments
        ]
        inside = self.block(node.body) if node.body is not None else None
        macros, name, place = self._macros, node.name, node.place

        def run(state: State) -> None:
            macro = macros[name]
            arguments = {
                parameter: Argument(evaluate, assign, state.frame)
                for parameter, (evaluate, assign) in zip(macro.parameters, given, strict=False)
            }
            if inside is not None:
                arguments["bodyContent"] = Argument(lambda inner: inner.capture(inside), None, state.frame)
            try:
                state.call(macro.run, macro.cost, Frame(arguments))
            except TemplateError as error:
                error.at(place)
                raise

        return run


def _when(condition: Evaluate, body: Run) -> Run:
    """An #if without any #else."""

    def run(state: State) -> None:
        value = condition(state)
        if value is not None and value is not False:
            body(state)

    return run


def _break(state: State) -> None:
    del state
    raise Broken


def _stop(state: State) -> None:
    del state
    raise Stopped
