"""The comparisons behind the condition operators: how one value of the request meets one of the policy.

Reference: identity section 2 (table "Condition"). A comparison is prepared once from the policy's text;
values of the request that are not of the operator's kind (``abc`` for a number) compare as unequal.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from gatelet.policy.errors import MalformedPolicy
from gatelet.policy.match import ArnPattern, TextPattern
from gatelet.policy.variables import Context, parse

Comparison = Callable[[str, Context], bool]
"""``(value of the request, context) -> whether it fits``. Raises Unresolved."""

Prepare = Callable[[str, bool], Comparison]
"""``(text of the policy, variables?) -> Comparison``. Raises MalformedPolicy."""


@dataclass(frozen=True, slots=True)
class Operator:
    """A condition operator without its prefix and suffix; ``negated`` inverts the comparison."""

    prepare: Prepare
    negated: bool = False


def _equals(text: str, variables: bool) -> Comparison:
    return TextPattern(parse(text, wildcards=False, variables=variables)).matches


def _equals_ignore_case(text: str, variables: bool) -> Comparison:
    # Lower-casing the pattern would lower-case a variable's default with it, which compares the same.
    pattern = TextPattern(parse(text.lower(), wildcards=False, variables=variables))

    def compare(value: str, context: Context) -> bool:
        lowered = {key: tuple(one.lower() for one in values) for key, values in context.items()}
        return pattern.matches(value.lower(), lowered)

    return compare


def _like(text: str, variables: bool) -> Comparison:
    return TextPattern(parse(text, wildcards=True, variables=variables)).matches


def _arn(text: str, variables: bool) -> Comparison:
    return ArnPattern(text, variables=variables, complete=False).matches


def _bool(text: str, _variables: bool) -> Comparison:
    if text.lower() not in {"true", "false"}:
        raise MalformedPolicy("Syntax errors in policy.")
    return lambda value, _context: value.lower() == text.lower()


def _binary(text: str, _variables: bool) -> Comparison:
    wanted = _decoded(text)
    if wanted is None:
        raise MalformedPolicy("Syntax errors in policy.")
    return lambda value, _context: _decoded(value) == wanted


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _address(text: str, _variables: bool) -> Comparison:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise MalformedPolicy("Syntax errors in policy.") from None

    def compare(value: str, _context: Context) -> bool:
        try:
            address = ipaddress.ip_address(value)
        except ValueError:
            return False
        # A listener of both families sees IPv4 clients as ::ffff:10.0.0.1.
        return (getattr(address, "ipv4_mapped", None) or address) in network

    return compare


def _ordered(parse_value: Callable[[str], Decimal | None], relation: Callable[[Decimal, Decimal], bool]) -> Prepare:
    def prepare(text: str, _variables: bool) -> Comparison:
        limit = parse_value(text)
        if limit is None:
            raise MalformedPolicy("Syntax errors in policy.")

        def compare(value: str, _context: Context) -> bool:
            number = parse_value(value)
            return number is not None and relation(number, limit)

        return compare

    return prepare


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _moment(text: str) -> Decimal | None:
    """Epoch seconds of an ISO 8601 moment (UTC unless it says otherwise) or of epoch digits."""
    number = _number(text)
    if number is not None and "-" not in text[1:]:
        return number
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return Decimal(str((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()))


_RELATIONS: Mapping[str, tuple[Callable[[Decimal, Decimal], bool], bool]] = {
    "Equals": (lambda value, limit: value == limit, False),
    "NotEquals": (lambda value, limit: value == limit, True),
    "LessThan": (lambda value, limit: value < limit, False),
    "LessThanEquals": (lambda value, limit: value <= limit, False),
    "GreaterThan": (lambda value, limit: value > limit, False),
    "GreaterThanEquals": (lambda value, limit: value >= limit, False),
}

OPERATORS: Mapping[str, Operator] = {
    "StringEquals": Operator(_equals),
    "StringNotEquals": Operator(_equals, negated=True),
    "StringEqualsIgnoreCase": Operator(_equals_ignore_case),
    "StringNotEqualsIgnoreCase": Operator(_equals_ignore_case, negated=True),
    "StringLike": Operator(_like),
    "StringNotLike": Operator(_like, negated=True),
    "ArnEquals": Operator(_arn),
    "ArnNotEquals": Operator(_arn, negated=True),
    "ArnLike": Operator(_arn),
    "ArnNotLike": Operator(_arn, negated=True),
    "Bool": Operator(_bool),
    "BinaryEquals": Operator(_binary),
    "IpAddress": Operator(_address),
    "NotIpAddress": Operator(_address, negated=True),
    **{f"Numeric{name}": Operator(_ordered(_number, how), negated) for name, (how, negated) in _RELATIONS.items()},
    **{f"Date{name}": Operator(_ordered(_moment, how), negated) for name, (how, negated) in _RELATIONS.items()},
}
"""Every operator but Null, which asks for the key alone."""
