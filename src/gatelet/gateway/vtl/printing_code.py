"""The Python that prints: text with references in it, which is most of most templates, in one go.

What may stand in it tells gatelet.gateway.vtl.source.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias, TypeGuard

from gatelet.gateway.vtl.expression_code import ExpressionCode, property_path
from gatelet.gateway.vtl.source import Source
from gatelet.gateway.vtl.syntax import If, Node, Reference, Set, Text
from gatelet.gateway.vtl.variables import Scope, Variables, nodes_of, reads_loop

Printed: TypeAlias = Text | Reference | If


def is_printed(node: Node) -> TypeGuard[Printed]:
    """Whether it prints and does no more: text, a reference, an #if with text alone."""
    if isinstance(node, If):
        return (
            node.otherwise is None and len(node.branches) == 1 and all(isinstance(n, Text) for n in node.branches[0][1])
        )
    return isinstance(node, Text | Reference)


class PrintingCode:
    """Writes the Python that prints what one template prints."""

    def __init__(self, source: Source, variables: Variables, expressions: ExpressionCode) -> None:
        self._source = source
        self._variables = variables
        self._expressions = expressions

    def row(self, row: Sequence[Printed], scope: Scope) -> list[str]:
        """The lines that print texts, references and conditional texts."""
        finders, before = self._finders(row, scope)
        known = 0
        parts: list[str] = []
        lengths: list[str] = []
        for node in row:
            if isinstance(node, Text):
                known += len(node.text)
                parts += [f"{self._source.constant(node.text)},"] if node.text else []
            else:
                name = f"x{len(lengths)}"
                parts.append(f"({name} := {self.text(node, scope, finders=finders)}),")
                lengths.append(f"len({name})")
        if not parts:
            return []
        return [*before, "out += (", *parts, ")", f"state.room -= {' + '.join([str(known), *lengths])}"]

    def _finders(self, row: Sequence[Printed], scope: Scope) -> tuple[dict[str, str], list[str]]:
        """By variables that several properties of are printed: what finds one of them, and the lines that get it."""
        of: dict[str, list[int]] = {}
        if not self._variables.are_plain or any(isinstance(node, Set) for node in nodes_of(tuple(row))):
            return {}, []
        for node in row:
            if isinstance(node, Reference) and property_path(node) and not (scope.loop and reads_loop(node)):
                of.setdefault(node.name, []).append(len(node.steps))
        several = {name: max(depths) for name, depths in of.items() if len(depths) > 1}
        finders = {name: f"f{place}" for place, name in enumerate(several)}
        variable = self._variables.slot
        return finders, [f"{finders[name]} = finder({variable(name)}, {deep})" for name, deep in several.items()]

    def text(
        self, node: Printed, scope: Scope, depth: int = 0, finders: Mapping[str, str] = MappingProxyType({})
    ) -> str:
        """The text that a node prints."""
        constant = self._source.constant
        if isinstance(node, Text):
            return constant(node.text)
        if isinstance(node, If):
            condition, yes = node.branches[0]
            text = "".join(each.text for each in yes if isinstance(each, Text))
            return f'({constant(text)} if {self._expressions.condition(condition, scope, depth)} else "")'
        value, place = self._expressions.found(node, scope, depth), constant(node.place)
        if node.backslashes:
            return f"escaped({value}, {node.backslashes}, {constant(node.source)}, state, {place})"
        unknown = constant("" if node.silent else node.source)
        if node.name in finders and (dotted := property_path(node)):
            found = f"{finders[node.name]}({constant(dotted)})"
            general = f"shown({value} if t is UNKNOWN else t, {unknown}, state, {place})"
            return f'(t if type(t := {found}) is str else "" if t is None else {general})'
        return f'(t if type(t := {value}) is str else "" if t is None else shown(t, {unknown}, state, {place}))'
