"""Values for any shape of botocore's models, the same at every run, within every constraint."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from gatelet.wire.patterns import compile_java

MOMENT = datetime(2025, 11, 25, 2, 26, 54, tzinfo=UTC)
DEPTH = 4
"""Recursive shapes end here."""


def value_of(shape: Any, *, variant: int = 0, depth: int = 0) -> Any:
    """A value of the shape; ``variant`` tells the items of a list and the keys of a map apart."""
    kind = shape.type_name
    if kind == "structure":
        return structure_of(shape, depth=depth)
    if kind == "list":
        count = min(max(shape.metadata.get("min", 0), 2), shape.metadata.get("max", 2))
        return [value_of(shape.member, variant=i, depth=depth + 1) for i in range(count)]
    if kind == "map":
        keys = [value_of(shape.key, variant=i, depth=depth) for i in range(2)]
        return {key: value_of(shape.value, variant=i, depth=depth + 1) for i, key in enumerate(keys)}
    if kind in ("integer", "long"):
        return int(min(max(shape.metadata.get("min", 0), 7 + variant), shape.metadata.get("max", 10**9)))
    if kind in ("float", "double"):
        return float(min(max(shape.metadata.get("min", 0), 0.5), shape.metadata.get("max", 10**9)))
    if kind == "boolean":
        return variant % 2 == 0
    if kind == "timestamp":
        return MOMENT
    if kind == "blob":
        return b"\x00\xffblob" + bytes([variant])
    return string_of(shape, variant)


def structure_of(shape: Any, *, depth: int = 0) -> dict[str, Any]:
    """Every member; of a union, the first; of a document, a small JSON object."""
    if getattr(shape, "is_document_type", False):
        return {"any": ["json", 1, None]}
    members = dict(shape.members)
    if getattr(shape, "is_tagged_union", False):
        members = dict(list(members.items())[:1])
    result = {}
    for name, member in members.items():
        if member.serialization.get("eventstream"):
            continue
        if depth >= DEPTH and name not in shape.required_members:
            continue
        result[name] = value_of(member, depth=depth + 1)
    return result


def string_of(shape: Any, variant: int = 0) -> str:
    """A string of the enum, of the pattern, or of odd characters."""
    enum = shape.metadata.get("enum")
    if enum:
        return str(enum[variant % len(enum)])
    least, most = shape.metadata.get("min", 0), shape.metadata.get("max", 10**6)
    pattern = shape.metadata.get("pattern")
    location = shape.serialization.get("location")
    if pattern is None:
        odd = (
            f"v{variant} a/b:c+d%20&=é<\"'>"
            if location is None
            else f"v{variant}a/b:c+d%20&=" + ("é" if location != "header" else "")
        )
        text = odd if least <= len(odd) <= most else (f"v{variant}" + "x" * least)[: max(least, min(most, 8))]
        assert least <= len(text) <= most
        return text
    compiled = compile_java(pattern)
    assert compiled is not None, pattern
    for candidate in _candidates(compiled, variant, least):
        if least <= len(candidate) <= most and compiled.fullmatch(candidate):
            return candidate
    raise AssertionError(f"no example for {shape.name}: {pattern} [{least}..{most}]")


def _candidates(compiled: re.Pattern[str], variant: int, least: int) -> Iterator[str]:
    tree = re._parser.parse(compiled.pattern, compiled.flags & re.ASCII)  # type: ignore[attr-defined]
    for repeat in (1, 2, 3, 4, 6, 8, 12, 16, 20, 30, 32, 36, 40, least, least + 1):
        for shift in (variant, variant + 1, variant + 2):
            yield "".join(_spell(tree, repeat, shift))


def _spell(tree: Any, repeat: int, shift: int) -> Iterator[str]:
    for operator, argument in tree:
        name = str(operator)
        if name == "LITERAL":
            yield chr(argument)
        elif name == "NOT_LITERAL":
            yield "b" if argument == ord("a") else "a"
        elif name == "ANY":
            yield "a"
        elif name == "IN":
            yield _of_class(argument, shift)
        elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            low, high, inner = argument
            for i in range(min(max(low, repeat), high)):
                yield from _spell(inner, repeat, shift if i == 0 else shift + i)
        elif name == "SUBPATTERN":
            yield from _spell(argument[3], repeat, shift)
        elif name == "ATOMIC_GROUP":
            yield from _spell(argument, repeat, shift)
        elif name == "BRANCH":
            branches = argument[1]
            yield from _spell(branches[shift % len(branches)], repeat, shift)
        else:
            assert name in ("AT", "ASSERT", "ASSERT_NOT"), name


def _of_class(items: Any, shift: int) -> str:
    if str(items[0][0]) == "NEGATE":
        excluded = "".join(_of_class([item], 0) for item in items[1:] if str(item[0]) != "CATEGORY")
        return next(c for c in "abcdeZ0-" if c not in excluded)
    letters = []
    for operator, argument in items:
        name = str(operator)
        if name == "LITERAL":
            letters.append(chr(argument))
        elif name == "RANGE":
            low, high = argument
            letters.append(chr(max(low, min(high, ord("a") if low <= ord("a") <= high else low + 1))))
            letters.append(chr(min(high, low + 2)))
        elif name == "CATEGORY":
            letters += {"CATEGORY_DIGIT": ["1", "2"], "CATEGORY_SPACE": [" "]}.get(str(argument), ["w", "4"])
    safe = [letter for letter in letters if letter.isalnum()] or letters
    return safe[shift % len(safe)]
