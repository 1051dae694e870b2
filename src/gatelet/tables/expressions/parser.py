"""What the languages share: reading tokens, paths and values, and DynamoDB's words for what is wrong. Pure.

Reference: platform-neighbours section 2 (the texts); Developer Guide ("Expression attribute names").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from gatelet.aws import quotas
from gatelet.tables.errors import ExpressionFailure
from gatelet.tables.expressions.placeholders import Placeholders
from gatelet.tables.expressions.reserved import RESERVED
from gatelet.tables.expressions.syntax import Attribute, Literal, Operand, Path, spelled
from gatelet.tables.expressions.tokens import Token, tokens_of
from gatelet.tables.values import type_of

_INDEX_MAX: Final = 2**32 - 1
_INDEX_DIGITS: Final = 10
_END: Final = None
"""Where a path ends, in a tree of paths."""
NESTING: Final = 100
"""How deeply parentheses and NOT may nest: ours, far above what 300 operators need."""


class Parser:
    """Reads one expression. ``label`` is its parameter's name, which begins every message."""

    def __init__(self, label: str, text: str, placeholders: Placeholders) -> None:
        self.label = label
        self.placeholders = placeholders
        self._text = text
        if len(text.encode("utf-8", "surrogatepass")) > quotas.EXPRESSION_BYTES:
            raise self.failure(
                f"Expression size has exceeded the maximum allowed size; expression size: {len(text.encode())}"
            )
        self._tokens = tokens_of(text)
        self._at = 0
        self._operators = 0
        self._depth = 0
        if self.token.kind == "end":
            raise self.failure("The expression can not be empty;")

    @property
    def token(self) -> Token:
        """The token to read next."""
        return self._tokens[self._at]

    @property
    def position(self) -> int:
        """How many tokens are taken."""
        return self._at

    def failure(self, what: str) -> ExpressionFailure:
        """The error to raise."""
        return ExpressionFailure(self.label, what)

    def syntax_error(self) -> ExpressionFailure:
        """The next token does not fit: it is shown among its neighbours, as they stand in the text."""
        token = self.token
        first = self._tokens[self._at - 1] if self._at else token
        last = self._tokens[self._at + 1] if token.kind != "end" else token
        near = self._text[first.start : last.end].rstrip() if token.kind != "end" else first.text
        return self.failure(f'Syntax error; token: "{token.text}", near: "{near}"')

    def advance(self) -> Token:
        """Take the next token."""
        token = self.token
        self._at += 1
        return token

    def next_is(self, sign: str) -> bool:
        """Whether the next token is that sign; it is not taken."""
        return self.token.kind == "sign" and self.token.text == sign

    def accept(self, sign: str) -> bool:
        """Take the sign if it is next."""
        if self.next_is(sign):
            self._at += 1
            return True
        return False

    def expect(self, sign: str) -> None:
        """Take the sign. Raises ExpressionFailure."""
        if not self.accept(sign):
            raise self.syntax_error()

    def accept_keyword(self, keyword: str) -> bool:
        """Take the keyword (upper case) if it is next, in any case."""
        if self.token.keyword == keyword:
            self._at += 1
            return True
        return False

    def finish(self) -> None:
        """Nothing is left. Raises ExpressionFailure."""
        if self.token.kind != "end":
            raise self.syntax_error()

    def follows(self, sign: str) -> bool:
        """Whether the token after the next one is that sign."""
        after = self._tokens[min(self._at + 1, len(self._tokens) - 1)]
        return after.kind == "sign" and after.text == sign

    def count_operator(self) -> None:
        """One more operator or function. Raises ExpressionFailure beyond the quota."""
        self._operators += 1
        if self._operators > quotas.EXPRESSION_OPERATORS:
            raise self.failure(
                "The expression contains too many operators; the maximum number of operators is "
                f"{quotas.EXPRESSION_OPERATORS}"
            )

    def nest(self, by: int) -> None:
        """One level in (1) or out (-1). Raises ExpressionFailure where the nesting is too deep."""
        self._depth += by
        if self._depth > NESTING:
            raise self.failure("The expression is nested too deeply")

    def path(self) -> Path:
        """A document path. Raises ExpressionFailure."""
        parts: list[str | int] = [self._element()]
        while self.token.kind == "sign":
            if self.accept("."):
                parts.append(self._element())
            elif self.accept("["):
                parts.append(self._index())
                self.expect("]")
            else:
                break
        if len(parts) > quotas.VALUE_NESTING:
            raise self.failure(f"The document path has too many nesting elements; nesting levels: {len(parts)}")
        return tuple(parts)

    def _element(self) -> str:
        token = self.token
        if token.kind == "alias":
            self._at += 1
            return self.placeholders.name(self.label, token.text)
        if token.kind != "name":
            raise self.syntax_error()
        if token.text.upper() in RESERVED:
            raise self.failure(f"Attribute name is a reserved keyword; reserved keyword: {token.text}")
        self._at += 1
        return token.text

    def _index(self) -> int:
        token = self.token
        if token.kind != "index":
            raise self.syntax_error()
        self._at += 1
        digits = token.text.lstrip("0") or "0"
        if len(digits) > _INDEX_DIGITS or int(digits) > _INDEX_MAX:
            raise self.failure(f"List index is not within the allowable range; index: [{digits}]")
        return int(digits)

    def attribute_or_literal(self) -> Attribute | Literal:
        """A path or a value. Raises ExpressionFailure."""
        token = self.token
        if token.kind == "value":
            self._at += 1
            return Literal(self.placeholders.value(self.label, token.text))
        return Attribute(self.path())

    def wrong_count(self, function: str, count: int) -> ExpressionFailure:
        """A function with too few or too many operands."""
        return self.failure(
            "Incorrect number of operands for operator or function; "
            f"operator or function: {function}, number of operands: {count}"
        )

    def check_type(self, operator: str, operand: Operand, allowed: frozenset[str]) -> None:
        """A literal is of a type that the operator takes. Raises ExpressionFailure."""
        if isinstance(operand, Literal) and type_of(operand.value) not in allowed:
            raise self.failure(
                "Incorrect operand type for operator or function; "
                f"operator or function: {operator}, operand type: {type_of(operand.value)}"
            )

    def path_operand(self, function: str, operand: Operand) -> Attribute:
        """The operand, which has to be a path. Raises ExpressionFailure."""
        if not isinstance(operand, Attribute):
            raise self.failure(f"Operator or function requires a document path; operator or function: {function}")
        return operand


def check_overlaps(label: str, paths: Sequence[Path]) -> None:
    """No path is another or leads into it, and none takes a list for a map. Raises ExpressionFailure."""
    if _are_apart(paths):
        return
    for at, path in enumerate(paths):
        for other in paths[:at]:
            _check_pair(label, other, path)


def _are_apart(paths: Sequence[Path]) -> bool:
    """Whether there is nothing to refuse, in time that grows with the paths' length alone."""
    tree: dict[Any, Any] = {}
    for path in paths:
        node = tree
        for part in path:
            if _END in node or (node and type(next(iter(node))) is not type(part)):
                return False
            node = node.setdefault(part, {})
        if node:
            return False
        node[_END] = {}
    return True


def _check_pair(label: str, one: Path, other: Path) -> None:
    shown = f"must remove or rewrite one of these paths; path one: {spelled(one)}, path two: {spelled(other)}"
    for left, right in zip(one, other, strict=False):
        if type(left) is not type(right):
            raise ExpressionFailure(label, f"Two document paths conflict with each other; {shown}")
        if left != right:
            return
    raise ExpressionFailure(label, f"Two document paths overlap with each other; {shown}")
