"""Where a template's variables are while it runs: a slot for each name, known when it is compiled."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, final

from gatelet.gateway.vtl.syntax import Break, Define, Document, Foreach, Interpolated, Property, Reference, Set, Stop

LOOP_PROPERTIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "count": "({index} + 1)",
        "first": "({index} == 0)",
        "hasNext": "({index} + 1 < {size})",
        "index": "{index}",
        "last": "({index} + 1 == {size})",
    }
)
"""``$foreach``'s own, of an index and a size."""


@final
class Variables:
    """The slots of one template, and what is known of its names."""

    def __init__(self, document: Document) -> None:
        self.slots: dict[str, int] = {}
        nodes = list(nodes_of((document.body, tuple(document.macros.values()))))
        self.blocks = frozenset(node.name for node in nodes if isinstance(node, Define))
        """Names that may hold a #define."""
        self.are_plain = not (document.macros or self.blocks)
        """Whether a variable is what its slot holds: no argument stands for it, no block is rendered to read it."""
        jumps = any(isinstance(node, Stop | Break) for node in nodes)
        self.are_read_in_turn = jumps and (not self.are_plain or any(isinstance(node, Interpolated) for node in nodes))
        """Whether a reference may end what is printed (a #stop in a string): what is before it is printed before."""
        assigned = {node.target.name for node in nodes if isinstance(node, Set)}
        assigned |= {node.name for node in nodes if isinstance(node, Foreach)}
        self.loops_are_objects = (
            not self.are_plain
            or "foreach" in assigned
            or any(node.name == "foreach" and not reads_loop(node) for node in nodes if isinstance(node, Reference))
        )
        """Whether ``$foreach`` must be there as an object; else each loop has slots for its index and its size."""

    def slot(self, name: str) -> str:
        """The place of a variable. A name that no template can have is a slot of the compiler's own."""
        return f"s[{self.number(name)}]"

    def number(self, name: str) -> int:
        """The index of a variable's slot."""
        return self.slots.setdefault(name, len(self.slots))

    def own_slot(self) -> str:
        """A slot that no variable has."""
        return self.slot(f" {len(self.slots)}")


@dataclass(frozen=True, slots=True)
class Scope:
    """What names mean at a place of a template, beside its variables."""

    arguments: Mapping[str, str] = field(default_factory=dict)
    """The parameters of the macro that the place is in, with the code of what it was given."""
    loop: tuple[str, str] | None = None
    """The slots of the innermost loop's index and size, if it is no object."""

    def inside(self, variable: str, loop: tuple[str, str] | None) -> Scope:
        """The scope of a loop's body: its variable goes before a parameter of the same name."""
        arguments = {name: code for name, code in self.arguments.items() if name != variable}
        return Scope(arguments, loop)


def reads_loop(node: Reference) -> bool:
    """Whether it is ``$foreach.index`` or another property of the loop's own."""
    match node.steps:
        case (Property(name),):
            return node.name == "foreach" and name in LOOP_PROPERTIES
    return False


def nodes_of(node: object) -> Iterator[object]:
    """A node and all below it, in no order that matters."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, tuple):
            waiting.extend(node)
        elif dataclasses.is_dataclass(node):
            yield node
            waiting.extend(getattr(node, each.name) for each in dataclasses.fields(node))
