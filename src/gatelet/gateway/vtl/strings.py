"""The methods of ``java.lang.String`` that templates may call (apigateway-mapping-templates section 8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from gatelet.gateway.vtl.errors import EvaluationFailed
from gatelet.gateway.vtl.limits import Budget
from gatelet.gateway.vtl.regexes import regex, replacement_text
from gatelet.gateway.vtl.signatures import Method, whole
from gatelet.gateway.vtl.values import JavaList, strictly_equal, text_of

_JAVA_BLANKS = "".join(map(chr, range(33)))


def _made(text: str, budget: Budget) -> str:
    budget.make(len(text))
    return text


def _bounds(text: str, start: int, end: int) -> None:
    if not 0 <= start <= end <= len(text):
        raise EvaluationFailed(f"begin {start}, end {end}, length {len(text)}: out of the bounds of the string")


def _substring(budget: Budget, text: str, start: int, end: int | None = None) -> str:
    end = len(text) if end is None else end
    _bounds(text, start, end)
    return _made(text[start:end], budget)


def _char_at(budget: Budget, text: str, index: int) -> str:
    del budget
    _bounds(text, index, index + 1)
    return text[index]


def _index_of(budget: Budget, text: str, part: str, start: int = 0) -> int:
    del budget
    return text.find(part, max(start, 0))


def _last_index_of(budget: Budget, text: str, part: str, start: int | None = None) -> int:
    del budget
    return text.rfind(part) if start is None else text.rfind(part, 0, max(start + len(part), 0))


def _replace(budget: Budget, text: str, old: str, new: str) -> str:
    budget.make(len(text) + text.count(old) * (len(new) - len(old)))
    return text.replace(old, new)


def _replace_matches(budget: Budget, text: str, pattern: str, replacement: str, most: int | None = None) -> str:
    found = regex(pattern)
    if found.literal and most is None and "\\" not in replacement and "$" not in replacement:
        return found.replace_literal(text, replacement, budget)
    parts: list[str] = []
    end = 0
    for count, match in enumerate(found.find_all(text, budget)):
        if count == most:
            break
        budget.spend(1)
        parts += [text[end : match.start()], replacement_text(replacement, match)]
        budget.make(len(parts[-1]))
        end = match.end()
    parts.append(text[end:])
    return _made("".join(parts), budget)


def _split(budget: Budget, text: str, pattern: str, limit: int = 0) -> JavaList:
    parts: list[str] = []
    end = 0
    for match in regex(pattern).find_all(text, budget):
        if len(parts) == limit - 1:
            break
        budget.spend(1)
        if match.end() == 0 or (match.end() == match.start() == len(text)):
            continue  # nothing matched at the beginning makes no empty part (Java 8)
        parts.append(text[end : match.start()])
        end = match.end()
    parts.append(text[end:])
    budget.make(len(text))
    while limit == 0 and len(parts) > 1 and not parts[-1]:
        parts.pop()
    return JavaList([] if limit == 0 and parts == [""] and text else parts)


def _concat(budget: Budget, text: str, other: str) -> str:
    budget.make(len(text) + len(other))
    return text + other


def _compare_to(budget: Budget, text: str, other: str) -> int:
    del budget
    for mine, yours in zip(text, other, strict=False):
        if mine != yours:
            return ord(mine) - ord(yours)
    return len(text) - len(other)


def _join(budget: Budget, text: str, separator: str, items: list[object]) -> str:
    del text
    budget.spend_items(len(items))
    texts = [text_of(item, budget) for item in items]
    budget.make(sum(map(len, texts)) + len(separator) * max(len(texts) - 1, 0))
    return separator.join(texts)


def _folded(rule: Callable[[str], str]) -> Callable[[Budget, str], object]:
    return lambda budget, text: _made(rule(text), budget)


_TEXT, _OBJECT, _LIST = str, object, list

STRING_METHODS: Final[Mapping[str, Method]] = MappingProxyType(
    {
        "charAt": Method(_char_at, (whole,)),
        "compareTo": Method(_compare_to, (_TEXT,)),
        "compareToIgnoreCase": Method(lambda b, s, o: _compare_to(b, s.lower(), o.lower()), (_TEXT,)),
        "concat": Method(_concat, (_TEXT,)),
        "contains": Method(lambda _, s, o: o in s, (_TEXT,)),
        "endsWith": Method(lambda _, s, o: s.endswith(o), (_TEXT,)),
        "equals": Method(lambda b, s, o: strictly_equal(s, o, b), (_OBJECT,)),
        "equalsIgnoreCase": Method(lambda _, s, o: isinstance(o, str) and s.lower() == o.lower(), (_OBJECT,)),
        "indexOf": Method(_index_of, (_TEXT, whole), 1),
        "isBlank": Method(lambda _, s: not s.strip(), ()),
        "isEmpty": Method(lambda _, s: not s, ()),
        "join": Method(_join, (_TEXT, _LIST)),
        "lastIndexOf": Method(_last_index_of, (_TEXT, whole), 1),
        "length": Method(lambda _, s: len(s), ()),
        "matches": Method(lambda b, s, p: regex(p).matches(s, b), (_TEXT,)),
        "replace": Method(_replace, (_TEXT, _TEXT)),
        "replaceAll": Method(_replace_matches, (_TEXT, _TEXT)),
        "replaceFirst": Method(lambda b, s, p, r: _replace_matches(b, s, p, r, 1), (_TEXT, _TEXT)),
        "split": Method(_split, (_TEXT, whole), 1),
        "startsWith": Method(lambda _, s, o, at=0: at >= 0 and s.startswith(o, at), (_TEXT, whole), 1),
        "strip": Method(_folded(str.strip), ()),
        "substring": Method(_substring, (whole, whole), 1),
        "toLowerCase": Method(_folded(str.lower), ()),
        "toString": Method(lambda _, s: s, ()),
        "toUpperCase": Method(_folded(str.upper), ()),
        "trim": Method(_folded(lambda s: s.strip(_JAVA_BLANKS)), ()),
        "valueOf": Method(lambda b, _, o: text_of(o, b), (_OBJECT,)),
    }
)
