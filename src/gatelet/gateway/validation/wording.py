"""The sentence of each keyword of JSON Schema draft 4 that a body breaks, as API Gateway words it.

Reference: apigateway-data-plane section 5 (``$context.error.validationErrorString``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from gatelet.gateway.mapping import json_text

_json = json_text.dump


@dataclass(frozen=True, slots=True)
class Failure:
    """A value that breaks a keyword."""

    keyword: str
    value: Any
    detail: Mapping[str, Any]
    """What the validator found (``limit``, ``options``, ``unexpected``...)."""
    rule: Any
    """The keyword's own value in the schema."""


_Words: TypeAlias = Callable[[Sequence[Failure]], Iterable[str]]


def sentences(keyword: str, failures: Sequence[Failure]) -> Iterable[str]:
    """What one keyword says about one value; it may have failed there more than once."""
    words = _WORDS.get(keyword)
    return [f"instance does not satisfy the keyword {keyword}"] if words is None else words(failures)


def _each(sentence: Callable[[Failure], str]) -> _Words:
    return lambda failures: map(sentence, failures)


def _type(failure: Failure) -> str:
    allowed = set(failure.detail["types"])
    if "number" in allowed:
        allowed.add("integer")
    found = "null" if failure.value is None else _TYPES[type(failure.value)]
    return f"instance type ({found}) does not match any allowed primitive type (allowed: {_json(sorted(allowed))})"


_TYPES: Final[Mapping[type, str]] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}


def _required(failures: Sequence[Failure]) -> Iterator[str]:
    missing = sorted({failure.detail["property"] for failure in failures})
    yield f"object has missing required properties ({_json(missing)})"


def _dependencies(failures: Sequence[Failure]) -> Iterator[str]:
    found, rule = failures[0].value, failures[0].rule
    for name in sorted(rule):
        needed = rule[name] if isinstance(rule[name], list) else []
        missing = sorted(set(needed) - found.keys())
        if name in found and missing:
            yield (
                f'property "{name}" of object has missing property dependencies '
                f"(schema requires {_json(sorted(needed))}; missing: {_json(missing)})"
            )


def _all_of(failures: Sequence[Failure]) -> Iterator[str]:
    total = len(failures[0].rule)
    failed = len({failure.detail["branch"] for failure in failures})
    yield f"instance failed to match all required schemas (matched only {total - failed} out of {total})"


def _one_of(failure: Failure) -> str:
    branches = failure.detail["context"]
    matched = sum(not branch for branch in branches)
    return f"instance failed to match exactly one schema (matched {matched} out of {len(branches)})"


def _not_above(failure: Failure) -> str:
    return f"numeric instance is not strictly greater than the required minimum {_json(failure.detail['limit'])}"


def _too_small(failure: Failure) -> str:
    limit = failure.detail["limit"]
    return (
        f"numeric instance is lower than the required minimum (minimum: {_json(limit)}, found: {_json(failure.value)})"
    )


def _not_below(failure: Failure) -> str:
    return f"numeric instance is not strictly lower than the required maximum {_json(failure.detail['limit'])}"


def _too_large(failure: Failure) -> str:
    limit = failure.detail["limit"]
    found = _json(failure.value)
    return f"numeric instance is greater than the required maximum (maximum: {_json(limit)}, found: {found})"


def _exclusive(at_limit: Callable[[Failure], str], beyond: Callable[[Failure], str]) -> _Words:
    return _each(lambda failure: (at_limit if failure.value == failure.detail["limit"] else beyond)(failure))


def _sized(text: str, size: str) -> _Words:
    """A sentence with the value's length and the limit in it."""
    return _each(lambda failure: text.format(**{size: len(failure.value), "limit": failure.rule}))


def _string_sized(problem: str, limit: str) -> _Words:
    return _each(
        lambda failure: f'string "{failure.value}" is {problem} (length: {len(failure.value)}, {limit}: {failure.rule})'
    )


_FORMATS: Final = {
    "date-time": "is invalid against requested date format(s) "
    "[yyyy-MM-dd'T'HH:mm:ssZ, yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,12}Z]",
    "email": "is not a valid email address",
    "hostname": "is not a valid hostname",
    "ipv4": "is not a valid IPv4 address",
    "ipv6": "is not a valid IPv6 address",
    "regex": "is not a valid ECMA 262 regular expression",
    "uri": "is not a valid URI",
}

_WORDS: Final[Mapping[str, _Words]] = {
    "additionalItems": _each(
        lambda failure: (
            f"schema only allows {failure.detail['limit']} elements in array but instance has "
            f"{len(failure.value)} elements"
        )
    ),
    "additionalProperties": _each(
        lambda failure: (
            "object instance has properties which are not allowed by the schema: "
            + _json(sorted(failure.detail["unexpected"]))
        )
    ),
    "allOf": _all_of,
    "anyOf": _each(
        lambda failure: f"instance failed to match at least one required schema among {len(failure.detail['context'])}"
    ),
    "dependencies": _dependencies,
    "enum": _each(
        lambda failure: (
            f"instance value ({_json(failure.value)}) not found in enum "
            f"(possible values: {_json(failure.detail['options'])})"
        )
    ),
    "exclusiveMaximum": _exclusive(_not_below, _too_large),
    "exclusiveMinimum": _exclusive(_not_above, _too_small),
    "format": _each(
        lambda failure: (
            f'string "{failure.value}" ' + _FORMATS.get(failure.rule, f"is invalid against the format {failure.rule}")
        )
    ),
    "maxItems": _sized(
        "array is too long: must have at most {limit} elements but instance has {size} elements", "size"
    ),
    "maxLength": _string_sized("too long", "maximum allowed"),
    "maxProperties": _sized(
        "object has too many properties (found {size} but schema requires at most {limit})", "size"
    ),
    "maximum": _each(_too_large),
    "minItems": _sized(
        "array is too short: must have at least {limit} elements but instance has {size} elements", "size"
    ),
    "minLength": _string_sized("too short", "required minimum"),
    "minProperties": _sized(
        "object has too few properties (found {size} but schema requires at least {limit})", "size"
    ),
    "minimum": _each(_too_small),
    "multipleOf": _each(
        lambda failure: f"remainder of division is not zero ({_json(failure.value)} / {_json(failure.rule)})"
    ),
    "not": _each(lambda _: "instance matched a schema which it should not have"),
    "oneOf": _each(_one_of),
    "pattern": _each(lambda failure: f'ECMA 262 regex "{failure.rule}" does not match input string "{failure.value}"'),
    "required": _required,
    "type": _each(_type),
    "uniqueItems": _each(lambda _: "array must not contain duplicate elements"),
}
"""By keyword: draft 4 has these and no other that can fail."""
