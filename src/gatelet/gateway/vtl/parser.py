r"""Reads a template: text, references, directives, comments, escapes, and the white space around them.

White space, as Velocity 1.7's grammar has it (its default, "gobbling"):

- after ``)`` of a directive, ``#else`` and ``#end``: blanks up to and with a line end are dropped
- before ``#set``: blanks are dropped where nothing but blanks is between it and what came before
  (a directive, a reference, a comment); after a word or a line end of text they stay
- ``##`` takes its line end with it; ``#* *#`` does not
"""

from __future__ import annotations

import re
from collections.abc import Callable

from gatelet.gateway.vtl.errors import Place
from gatelet.gateway.vtl.expressions import Expressions
from gatelet.gateway.vtl.scanner import LINE_END, Scanner
from gatelet.gateway.vtl.syntax import (
    Block,
    Break,
    Call,
    Define,
    Document,
    Expression,
    Foreach,
    If,
    Macro,
    MacroCall,
    Node,
    Set,
    Stop,
    Text,
)

_TEXT = re.compile(r"[^$#\\]+")
_BACKSLASHES = re.compile(r"\\+")
_DIRECTIVE = re.compile(r"#(?:\{([A-Za-z_@][A-Za-z0-9_@]*)\}|([A-Za-z_@][A-Za-z0-9_@]*))")
_COMMENT = re.compile(r"##[^\r\n]*(?:\r\n|\n|\r)?")
_OPENING = re.compile(r"[ \t\r\n]*\(")
_SET_OPENING = re.compile(r" *\(")
_PARAMETER = re.compile(r"[ \t\r\n]*,?[ \t\r\n]*\$([A-Za-z_][A-Za-z0-9_-]*)")
_NAME = re.compile(r"\$([A-Za-z_][A-Za-z0-9_-]*)")
_MACRO_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_MACRO = re.compile(r"#(?:macro|\{macro\})[ \t\r\n]*\([ \t\r\n]*([A-Za-z_][A-Za-z0-9_]*)")
_IN = re.compile(r"in(?![A-Za-z0-9_])")
_CLOSERS = frozenset({"end", "else", "elseif"})
_REFUSED = frozenset({"include", "parse", "evaluate"})
_BUILT_IN = _CLOSERS | _REFUSED | {"if", "set", "stop", "foreach", "break", "define", "macro"}


def parse(text: str) -> Document:
    """Parse a template. Raises TemplateSyntaxError."""
    parser = _Parser(Scanner(text), {}, frozenset(_MACRO.findall(text)))
    return Document(parser.document(), parser.macros, counts="velocityCount" in text)


class _Parser:
    """One text: the template, or a string inside it."""

    def __init__(self, scanner: Scanner, macros: dict[str, Macro], macro_names: frozenset[str]) -> None:
        self.macros = macros
        self._macro_names = macro_names
        self._scanner = scanner
        self._read = Expressions(scanner, self._string)
        self._blanks_may_go = False  # whether the last text, if blank, reaches back to something that is not text
        self._directives: dict[str, Callable[[int], Node | None]] = {
            "if": self._if,
            "set": self._set,
            "foreach": self._foreach,
            "define": self._define,
            "macro": self._macro,
        }

    def document(self) -> Block:
        """The whole text."""
        body, closer = self._block()
        if closer:
            raise self._scanner.fail(f"Encountered #{closer} where nothing is open")
        return body

    def _string(self, text: str, place: Place, nesting: int) -> Block:
        names = self._macro_names | frozenset(_MACRO.findall(text))
        return _Parser(Scanner(text, place, nesting), self.macros, names).document()

    def _block(self) -> tuple[Block, str]:
        """The nodes up to #end, #else, #elseif or the end of the text, and which of them it was."""
        scanner = self._scanner
        nodes: list[Node] = []
        boundary = True  # whether a token other than text came last
        while not scanner.at_end():
            if text := scanner.match(_TEXT):
                self._blanks_may_go = boundary
                _add_text(nodes, text[0])
                boundary = False
                continue
            closer, plain = self._special(nodes)
            if closer:
                return tuple(nodes), closer
            boundary = boundary if plain else True
            self._blanks_may_go = False
        return tuple(nodes), ""

    def _closed_block(self, start: int, name: str) -> Block:
        with self._scanner.nested():
            body, closer = self._block()
        if closer != "end":
            what = f"Encountered #{closer} in" if closer else "There is no #end for"
            raise self._scanner.fail(f"{what} #{name}", start)
        return body

    def _special(self, nodes: list[Node]) -> tuple[str, bool]:
        """What begins with a dollar, a hash or a backslash: the directive that closes the block, whether it is text."""
        scanner = self._scanner
        backslashes = len(found[0]) if (found := scanner.match(_BACKSLASHES)) else 0
        if scanner.looking_at("$"):
            reference = self._read.reference(backslashes)
            if reference is not None:
                nodes.append(reference)
                return "", False
        elif scanner.looking_at("#"):
            return self._hash(nodes, backslashes)
        elif backslashes:
            _add_text(nodes, "\\" * backslashes)
            return "", False
        _add_text(nodes, "\\" * backslashes + "$")
        scanner.position += 1
        return "", True

    def _hash(self, nodes: list[Node], backslashes: int) -> tuple[str, bool]:
        scanner = self._scanner
        start = scanner.position
        if not backslashes and self._comment(nodes):
            return "", False
        if backslashes and scanner.looking_at("##"):
            _add_text(nodes, "\\" * backslashes)
            scanner.match(_COMMENT)
            return "", False
        word = scanner.match(_DIRECTIVE)
        name = (word[1] or word[2]) if word else ""
        if word is None or not self._is_directive(name):
            _add_text(nodes, "\\" * backslashes + "#" + (word[0][1:] if word else ""))
            scanner.position = max(scanner.position, start + 1)
            return "", True
        _add_text(nodes, "\\" * (backslashes // 2))
        if backslashes % 2:
            _add_text(nodes, word[0])
            return "", False
        if name in {"end", "else"}:
            scanner.match(LINE_END)
        if name in _CLOSERS:
            return name, False
        return "", self._directive(nodes, name, word[0], start)

    def _comment(self, nodes: list[Node]) -> bool:
        scanner = self._scanner
        start = scanner.position
        if scanner.match(_COMMENT):
            return True
        for opening, closing in (("#*", "*#"), ("#[[", "]]#")):
            if scanner.take(opening):
                end = scanner.text.find(closing, scanner.position)
                if end < 0:
                    raise scanner.fail(f"There is no {closing} for {opening}", start)
                if opening == "#[[":
                    _add_text(nodes, scanner.text[scanner.position : end])
                scanner.position = end + len(closing)
                return True
        return False

    def _is_directive(self, name: str) -> bool:
        return name in _BUILT_IN or name in self._macro_names or (name[0] == "@" and name[1:] in self._macro_names)

    def _directive(self, nodes: list[Node], name: str, word: str, start: int) -> bool:
        """Add the node; True if, for want of a parenthesis, the word is text."""
        scanner = self._scanner
        if name in {"break", "stop"}:
            nodes.append(Break() if name == "break" else Stop())
            return False
        if not scanner.match(_SET_OPENING if name == "set" else _OPENING):
            if name in {"if", "macro"}:
                raise scanner.fail(f"#{name} needs '('")
            _add_text(nodes, word)
            return True
        if name in _REFUSED:
            raise scanner.fail(f"#{name} is not available in API Gateway", start)
        if name == "set" and self._blanks_may_go and nodes and isinstance(nodes[-1], Text):
            nodes[-1] = nodes[-1] if nodes[-1].text.strip(" \t") else Text("")
        read = self._directives.get(name)
        node = read(start) if read else self._macro_call(name, start)
        if node is not None:
            nodes.append(node)
        return False

    def _close(self, name: str) -> None:
        self._scanner.expect(")", f"#{name}")
        self._scanner.match(LINE_END)

    def _condition(self) -> Expression:
        condition = self._read.expression()
        self._close("if")
        return condition

    def _if(self, start: int) -> Node:
        scanner = self._scanner
        branches: list[tuple[Expression, Block]] = []
        condition = self._condition()
        while True:
            with scanner.nested():
                body, closer = self._block()
            branches.append((condition, body))
            if closer == "end":
                return If(tuple(branches), None)
            if closer == "else":
                return If(tuple(branches), self._closed_block(start, "if"))
            if not closer:
                raise scanner.fail("There is no #end for #if", start)
            if not scanner.match(_OPENING):
                raise scanner.fail("#elseif needs '('")
            condition = self._condition()

    def _set(self, start: int) -> Node:
        scanner = self._scanner
        scanner.skip_space()
        target = self._read.reference()
        if target is None:
            raise scanner.fail("#set needs a reference on its left side")
        if target.steps and isinstance(target.steps[-1], Call):
            raise scanner.fail("#set cannot assign to a method", start)
        scanner.expect("=", "#set")
        value = self._read.expression()
        self._close("set")
        return Set(target, value)

    def _variable(self, directive: str) -> str:
        self._scanner.skip_space()
        name = self._scanner.match(_NAME)
        if name is None:
            raise self._scanner.fail(f"#{directive} needs a simple reference")
        return name[1]

    def _foreach(self, start: int) -> Node:
        scanner = self._scanner
        name = self._variable("foreach")
        scanner.skip_space()
        if not scanner.match(_IN):
            raise scanner.fail("#foreach needs 'in'")
        items = self._read.argument()
        self._close("foreach")
        return Foreach(name, items, self._closed_block(start, "foreach"), scanner.place(start))

    def _define(self, start: int) -> Node:
        name = self._variable("define")
        self._close("define")
        return Define(name, self._closed_block(start, "define"))

    def _macro(self, start: int) -> None:
        scanner = self._scanner
        scanner.skip_space()
        name = scanner.match(_MACRO_NAME)
        if name is None or name[0] in _BUILT_IN:
            raise scanner.fail("#macro needs a name of its own")
        parameters: list[str] = []
        while parameter := scanner.match(_PARAMETER):
            parameters.append(parameter[1])
        self._close("macro")
        self.macros[name[0]] = Macro(tuple(parameters), self._closed_block(start, "macro"))

    def _macro_call(self, name: str, start: int) -> Node:
        scanner = self._scanner
        arguments: list[Expression] = []
        scanner.skip_space()
        while not scanner.looking_at(")"):
            arguments.append(self._read.argument())
            scanner.skip_space()
            if scanner.take(","):
                scanner.skip_space()
        self._close(name)
        place = scanner.place(start)
        body = self._closed_block(start, name) if name[0] == "@" else None
        return MacroCall(name.removeprefix("@"), tuple(arguments), body, place)


def _add_text(nodes: list[Node], text: str) -> None:
    """Add text, if there is any."""
    if text:
        nodes.append(Text(text))
