"""Text with references in it, which is most of most templates: printed in one go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias, TypeGuard

from gatelet.gateway.vtl.errors import Place, TemplateError
from gatelet.gateway.vtl.evaluation import Expressions
from gatelet.gateway.vtl.members import follow
from gatelet.gateway.vtl.state import DefinedBlock, Evaluate, Run, State
from gatelet.gateway.vtl.syntax import Block, If, Node, Property, Reference, Text
from gatelet.gateway.vtl.values import MISSING, text_of

_Item: TypeAlias = "tuple[str, Place | None, str, Evaluate | None, str, tuple[str, ...]]"
"""The text before a value, the value's place, what prints where it is not defined; how it is evaluated, or else the
name and the properties of its reference."""


def fits(node: Node) -> TypeGuard[Text | Reference | If]:
    """Whether it can stand in a row: text, a reference without backslashes before it, an #if with text alone."""
    if isinstance(node, If):
        return node.otherwise is None and len(node.branches) == 1 and _text_alone(node.branches[0][1]) is not None
    return isinstance(node, Text) or (isinstance(node, Reference) and not node.backslashes)


def _text_alone(body: Block) -> str | None:
    texts = [node.text for node in body if isinstance(node, Text)]
    return "".join(texts) if len(texts) == len(body) else None


def print_row(nodes: Sequence[Text | Reference | If], expressions: Expressions) -> Run:
    """Print texts, references and conditional texts, in order."""
    row, last = _parts(nodes, expressions)
    if not row:
        return _print_text(last)

    def run(state: State) -> None:
        add, find, room, frame = state.out.append, state.variables.get, state.room, state.frame
        place = None
        try:
            for before, place, unknown, evaluate, name, names in row:  # noqa: B007 - the place of an error
                if evaluate is not None:
                    value = evaluate(state)
                else:
                    value = find(name, MISSING) if frame is None else state.read(name)
                    if type(value) is DefinedBlock:
                        value = state.read(name)
                    if names:
                        value = follow(value, names)
                text = before
                if value is not None:
                    text += value if type(value) is str else _text(value, unknown, state)
                add(text)
                room -= len(text)
                if room < 0:
                    state.room = room
                    state.check_room()
        except TemplateError as error:
            error.at(place)
            raise
        finally:
            state.room = room
        if last:
            add(last)
            state.room -= len(last)

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
            row.append((text, None, "", _conditional(node, expressions), "", ()))
        else:
            names = tuple(step.name for step in node.steps if isinstance(step, Property) and step.name != "empty")
            evaluate = None if len(names) == len(node.steps) else expressions.resolve(node)
            row.append((text, node.place, "" if node.silent else node.source, evaluate, node.name, names))
        text = ""
    return row, text


def _conditional(node: If, expressions: Expressions) -> Evaluate:
    condition, text = expressions.compile(node.branches[0][0]), _text_alone(node.branches[0][1])

    def evaluate(state: State) -> object:
        value = condition(state)
        return None if value is None or value is False else text

    return evaluate


def _text(value: object, unknown: str, state: State) -> str:
    return unknown if value is MISSING else text_of(value, state.budget)


def _print_text(text: str) -> Run:
    length = len(text)

    def run(state: State) -> None:
        state.out.append(text)
        state.room -= length

    return run
