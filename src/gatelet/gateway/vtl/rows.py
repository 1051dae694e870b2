"""Text with references in it, which is most of most templates: printed in one go."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TypeAlias, TypeGuard

from gatelet.gateway.vtl.errors import Place, TemplateError
from gatelet.gateway.vtl.evaluation import Expressions
from gatelet.gateway.vtl.host import UNKNOWN, HostObject
from gatelet.gateway.vtl.members import follow
from gatelet.gateway.vtl.state import DefinedBlock, Evaluate, Run, State
from gatelet.gateway.vtl.syntax import Block, If, Node, Property, Reference, Text
from gatelet.gateway.vtl.values import MISSING, text_of

_SEVERAL = 3

_Item: TypeAlias = "tuple[str, Place | None, str, Evaluate | None, str, tuple[str, ...], str]"
"""The text before a value, the value's place, what prints where it is not defined; how it is evaluated, or else the
name of its reference and the properties, one by one and joined. Without a place: the text that prints if it is true."""


def fits(node: Node) -> TypeGuard[Text | Reference | If]:
    """Whether it can stand in a row: text, a reference without backslashes before it, an #if with text alone."""
    if isinstance(node, If):
        return node.otherwise is None and len(node.branches) == 1 and _text_alone(node.branches[0][1]) is not None
    return isinstance(node, Text) or (isinstance(node, Reference) and not node.backslashes)


def _text_alone(body: Block) -> str | None:
    texts = [node.text for node in body if isinstance(node, Text)]
    return "".join(texts) if len(texts) == len(body) else None


def print_row(nodes: Sequence[Text | Reference | If], expressions: Expressions) -> list[Run]:
    """Print texts, references and conditional texts, in order."""
    row, last = _parts(nodes, expressions)
    if not row:
        return [print_text(last)] if last else []
    kinds = groupby(row, lambda item: item[4] if expressions.plain and item[5] and item[3] is None else "")
    groups = [(name, tuple(items)) for name, items in kinds]
    return [
        _print_items(items, last if place == len(groups) else "")
        if not name or len(items) < _SEVERAL
        else _print_properties(name, items, last if place == len(groups) else "")
        for place, (name, items) in enumerate(groups, 1)
    ]


def _print_items(row: Sequence[_Item], last: str) -> Run:
    texts = len(last) + sum(len(item[0]) for item in row)

    def run(state: State) -> None:
        add, find, room, frame = state.out.append, state.variables.get, state.room - texts, state.frame
        place = None
        try:
            for text, place, unknown, evaluate, name, names, path in row:
                add(text)
                if evaluate is not None:
                    value = evaluate(state)
                    if place is None:
                        value = None if value is None or value is False else unknown
                else:
                    value = find(name, MISSING) if frame is None else state.read(name)
                    if type(value) is DefinedBlock:
                        value = state.read(name)
                    if names:
                        value = follow(value, names, path)
                if value is not None:
                    printed = value if type(value) is str else _text(value, unknown, state)
                    add(printed)
                    room -= len(printed)
        except TemplateError as error:
            error.at(place)
            raise
        finally:
            state.room = room
        if last:
            add(last)
        if room < 0:
            state.check_room()

    return run


def _print_properties(name: str, row: Sequence[_Item], last: str) -> Run:
    """Several properties of one variable, none of which can change what another finds."""
    texts = len(last) + sum(len(item[0]) for item in row)

    def run(state: State) -> None:
        add, room, holder = state.out.append, state.room - texts, state.variables.get(name, MISSING)
        find = holder.find if isinstance(holder, HostObject) else None
        place = None
        try:
            for text, place, unknown, _, _, names, path in row:  # noqa: B007 - the place of an error
                add(text)
                value = UNKNOWN if find is None else find(path)
                if value is None:
                    continue
                if value is UNKNOWN:
                    value = follow(holder, names, path)
                    if value is None:
                        continue
                printed = value if type(value) is str else _text(value, unknown, state)
                add(printed)
                room -= len(printed)
        except TemplateError as error:
            error.at(place)
            raise
        finally:
            state.room = room
        if last:
            add(last)
        if room < 0:
            state.check_room()

    return run


def _parts(nodes: Sequence[Text | Reference | If], expressions: Expressions) -> tuple[list[_Item], str]:
    """Each value with the text before it; and the text after the last."""
    row: list[_Item] = []
    text = ""
    for node in nodes:
        if isinstance(node, Text):
            text += node.text
            continue
        if isinstance(node, If):
            condition, yes = node.branches[0]
            row.append((text, None, _text_alone(yes) or "", expressions.compile(condition), "", (), ""))
        else:
            names = tuple(step.name for step in node.steps if isinstance(step, Property) and step.name != "empty")
            evaluate = None if len(names) == len(node.steps) else expressions.resolve(node)
            row.append(
                (text, node.place, "" if node.silent else node.source, evaluate, node.name, names, ".".join(names))
            )
        text = ""
    return row, text


def _text(value: object, unknown: str, state: State) -> str:
    return unknown if value is MISSING else text_of(value, state.budget)


def print_text(text: str) -> Run:
    """Print a text."""
    length = len(text)

    def run(state: State) -> None:
        state.out.append(text)
        state.room -= length

    return run
