"""The Python that a template is compiled to: functions, each compiled on its own, in a namespace of their own.

The text of the functions is made of this package's words and of whole numbers. Whatever a template says (names,
texts, numbers) is a constant of the namespace and never becomes part of the text; Python's built-in names are not
in the namespace, so a function reaches what gatelet.gateway.vtl.vocabulary has and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, Final

_LINES: Final = 120
"""Of functions that are compiled at once: Python's compiler holds the interpreter meanwhile, a few ms."""

_MEMBERS: Final = 32
"""Of a list, a map or a row that one function makes."""


def indented(lines: Iterable[str]) -> list[str]:
    """The lines, one level deeper; ``pass`` if there are none."""
    return [f" {line}" for line in lines] or [" pass"]


class Source:
    """The functions of one template. Each takes the state of a rendering, and the arguments of the macro it is in."""

    def __init__(self, vocabulary: Mapping[str, object]) -> None:
        self._namespace: dict[str, Any] = {"__builtins__": {}, **vocabulary}
        self._texts: dict[str, str] = {}
        self._names = 0
        self._waiting: list[str] = []

    def new_name(self, letter: str) -> str:
        """A name that nothing has yet."""
        self._names += 1
        return f"{letter}{self._names}"

    def constant(self, value: object) -> str:
        """The name of a constant."""
        if type(value) is not str:
            name = self.new_name("k")
            self._namespace[name] = value
        elif (known := self._texts.get(value)) is not None:
            return known
        else:
            name = self._texts[value] = self.new_name("k")
            self._namespace[name] = value
        return name

    def statements(self, lines: Sequence[str], name: str = "") -> str:
        """A function that runs statements; its name."""
        most = ["most = state.limits.iterations"] if any("most" in line for line in lines) else []
        return self._function(name, "state, a", ["out = state.out", *most, *lines])

    def evaluation(self, lines: Sequence[str]) -> str:
        """A function that returns a value; its name."""
        return self._function("", "state, a", lines)

    def expression(self, code: str) -> str:
        """A function that returns the value of an expression; its name."""
        return self.evaluation([f"return {code}"])

    def assignment(self, code: str) -> str:
        """A function that is given a value, ``x``; its name."""
        return self._function("", "state, a, x", [code])

    def _function(self, name: str, parameters: str, lines: Sequence[str]) -> str:
        name = name or self.new_name("u")
        body = indented(["s = state.slots", *lines])
        self._waiting += [f"def {name}({parameters}):", *body]
        if len(self._waiting) > _LINES:
            self._compile()
        return name

    def short(self, statements: Iterable[Sequence[str]]) -> list[str]:
        """The lines of statements; where they are many, of calls of functions that run them."""
        blocks = list(statements)
        while sum(map(len, blocks)) > _LINES and len(blocks) > 1:
            blocks = [[f"{self.statements(lines)}(state, a)"] for lines in _gathered(blocks)]
        return [line for block in blocks for line in block]

    def display(self, members: Sequence[str], brackets: str, spread: str = "*") -> str:
        """A list, a tuple or a map of expressions; where they are many, of lists, tuples or maps of them."""
        comma = "," if brackets == "()" else ""
        members = list(members)
        while len(members) > _MEMBERS:
            codes = (f"{brackets[0]}{', '.join(part)}{comma}{brackets[1]}" for part in batches(members, _MEMBERS))
            members = [f"{spread}{self.expression(code)}(state, a)" for code in codes]
        return f"{brackets[0]}{', '.join(members)}{comma if members else ''}{brackets[1]}"

    def function(self, name: str) -> Callable[..., Any]:
        """A function by its name."""
        self._compile()
        found: Callable[..., Any] = self._namespace[name]
        return found

    def _compile(self) -> None:
        text = "\n".join(self._waiting)
        self._waiting = []
        exec(compile(text, "<template>", "exec"), self._namespace)  # noqa: S102 - see the module


def _gathered(blocks: Iterable[Sequence[str]]) -> list[list[str]]:
    """The lines of blocks, put together as far as they are few."""
    gathered: list[list[str]] = [[]]
    for block in blocks:
        if gathered[-1] and len(gathered[-1]) + len(block) > _LINES // 2:
            gathered.append([])
        gathered[-1] += block
    return gathered


def batches(items: Iterable[Any], size: int) -> Iterable[list[Any]]:
    """The items, so many at a time."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
