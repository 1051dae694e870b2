"""A template's syntax tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from gatelet.gateway.vtl.errors import Place


@dataclass(frozen=True, slots=True)
class Text:
    """Printed as it stands."""

    text: str


@dataclass(frozen=True, slots=True)
class Property:
    """``.name``"""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """``.name(arguments)``"""

    name: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Index:
    """``[key]``"""

    key: Expression


Step: TypeAlias = Property | Call | Index


@dataclass(frozen=True, slots=True)
class Reference:
    """``$name.steps``; ``source`` is its own text, without the ``backslashes`` before it."""

    name: str
    steps: tuple[Step, ...]
    source: str
    silent: bool
    place: Place
    backslashes: int = 0


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant: str, int, float or bool."""

    value: str | float | bool


@dataclass(frozen=True, slots=True)
class Interpolated:
    """A string in double quotes with references or directives in it."""

    body: Block
    place: Place


@dataclass(frozen=True, slots=True)
class ListLiteral:
    """``[1, 2]``"""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class MapLiteral:
    """``{"k": v}``"""

    entries: tuple[tuple[Expression, Expression], ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Range:
    """``[first..last]``"""

    first: Expression
    last: Expression
    place: Place


@dataclass(frozen=True, slots=True)
class Not:
    """``!operand``"""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary:
    """``left operator right``, the operator in its symbol form."""

    operator: str
    left: Expression
    right: Expression
    place: Place


Expression: TypeAlias = Reference | Literal | Interpolated | ListLiteral | MapLiteral | Range | Not | Binary


@dataclass(frozen=True, slots=True)
class Set:
    """``#set($target = value)``"""

    target: Reference
    value: Expression


@dataclass(frozen=True, slots=True)
class If:
    """``#if`` and its ``#elseif``, in order; ``otherwise`` is the ``#else``."""

    branches: tuple[tuple[Expression, Block], ...]
    otherwise: Block | None


@dataclass(frozen=True, slots=True)
class Foreach:
    """``#foreach($name in items)``"""

    name: str
    items: Expression
    body: Block
    place: Place


@dataclass(frozen=True, slots=True)
class Break:
    """``#break``"""


@dataclass(frozen=True, slots=True)
class Stop:
    """``#stop``"""


@dataclass(frozen=True, slots=True)
class Define:
    """``#define($name)``"""

    name: str
    body: Block


@dataclass(frozen=True, slots=True)
class MacroCall:
    """``#name(arguments)``, or ``#@name(arguments) body #end``."""

    name: str
    arguments: tuple[Expression, ...]
    body: Block | None
    place: Place


Node: TypeAlias = Text | Reference | Set | If | Foreach | Break | Stop | Define | MacroCall
Block: TypeAlias = tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Macro:
    """``#macro(name $parameters) body #end``"""

    parameters: tuple[str, ...]
    body: Block


@dataclass(frozen=True, slots=True)
class Document:
    """A whole template; macros count from before their definition on, as Velocity registers them when it parses."""

    body: Block
    macros: dict[str, Macro]
    counts: bool = True
    """Whether the template may read ``$velocityCount``."""
