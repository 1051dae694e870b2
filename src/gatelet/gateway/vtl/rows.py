"""Text with ``$name`` and ``$name.property`` in it: most of most templates, so printed in one go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeGuard

from gatelet.gateway.vtl.errors import TemplateError
from gatelet.gateway.vtl.members import get_property
from gatelet.gateway.vtl.state import DefinedBlock, Run, State
from gatelet.gateway.vtl.syntax import Node, Property, Reference, Text
from gatelet.gateway.vtl.values import MISSING, text_of


def is_plain(node: Node) -> TypeGuard[Reference]:
    """Whether it is a reference of names alone: no calls, no indexes, no backslashes."""
    return (
        isinstance(node, Reference)
        and not node.backslashes
        and all(isinstance(step, Property) and step.name != "empty" for step in node.steps)
    )


def print_row(nodes: Sequence[Text | Reference]) -> Run:
    """Print texts and plain references, in order."""
    row, last = _parts(nodes)
    if not row:
        return _print_text(last)

    def run(state: State) -> None:
        add, variables = state.out.append, state.variables
        for before, node, name, names in row:
            try:
                value = variables.get(name, MISSING) if state.frame is None else state.read(name)
                if type(value) is DefinedBlock:
                    value = state.read(name)
                for key in names:
                    if value is None or value is MISSING:
                        break
                    value = value.get(key) if type(value) is dict else get_property(value, key)
                if type(value) is not str:
                    value = _text(value, node, state)
                value = before + value
                add(value)
                state.room -= len(value)
                if state.room < 0:
                    state.check_room()
            except TemplateError as error:
                error.at(node.place)
                raise
        if last:
            add(last)
            state.room -= len(last)

    return run


def _parts(nodes: Sequence[Text | Reference]) -> tuple[list[tuple[str, Reference, str, tuple[str, ...]]], str]:
    """Each reference with the text before it, its name and its properties; and the text after the last."""
    row = []
    text = ""
    for node in nodes:
        if isinstance(node, Text):
            text += node.text
        else:
            names = tuple(step.name for step in node.steps if isinstance(step, Property))
            row.append((text, node, node.name, names))
            text = ""
    return row, text


def _text(value: object, node: Reference, state: State) -> str:
    if value is None:
        return ""
    if value is MISSING:
        return "" if node.silent else node.source
    return text_of(value, state.budget)


def _print_text(text: str) -> Run:
    length = len(text)

    def run(state: State) -> None:
        state.out.append(text)
        state.room -= length

    return run
