"""DynamoDB's numbers: exact, 38 digits, magnitudes from 1E-130 to 9.99E+125. Pure.

A number is kept as the text that DynamoDB answers with: no exponent, no leading or trailing zeros. Two
numbers are equal exactly if their texts are. Reference: platform-neighbours section 2.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal
from typing import Final

from gatelet.aws import quotas
from gatelet.tables.errors import ValidationFailure

_PLAIN: Final = re.compile(r"-?[1-9][0-9]{0,37}|0")
_NUMBER: Final = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?)([0-9]+))?")
_EXPONENT_DIGITS: Final = 6
_EXACT: Final = Context(prec=600, Emin=-2_000, Emax=2_000)
"""Wide enough for any sum of two numbers: 126 digits before the point, 168 after it."""

_TOO_LARGE: Final = "Number overflow. Attempting to store a number with magnitude larger than supported range"
_TOO_SMALL: Final = "Number underflow. Attempting to store a number with magnitude smaller than supported range"
_TOO_LONG: Final = f"Attempting to store more than {quotas.NUMBER_DIGITS} significant digits in a Number"


def normalise(text: str) -> str:
    """The number as DynamoDB answers with it. Raises ValidationFailure."""
    if _PLAIN.fullmatch(text):
        return text
    match = _NUMBER.fullmatch(text)
    if match is None or not (match[2] or match[3]):
        raise ValidationFailure(f"The parameter cannot be converted to a numeric value: {text}".rstrip(": "))
    sign, whole, fraction, exponent_sign, exponent_digits = match.groups(default="")
    stripped = exponent_digits.lstrip("0")
    digits = (whole + fraction).lstrip("0")
    if not digits:
        return "0"
    if len(stripped) > _EXPONENT_DIGITS:
        raise ValidationFailure(_TOO_SMALL if exponent_sign == "-" else _TOO_LARGE)
    exponent = int(exponent_sign + (stripped or "0")) - len(fraction)
    significant = digits.rstrip("0")
    return _written(sign == "-", significant, exponent + len(digits) - len(significant))


def _written(negative: bool, digits: str, exponent: int) -> str:
    """``digits`` times ten to the ``exponent``, without zeros at either end. Raises ValidationFailure."""
    magnitude = len(digits) + exponent - 1
    if magnitude > quotas.NUMBER_EXPONENT_MAX:
        raise ValidationFailure(_TOO_LARGE)
    if magnitude < quotas.NUMBER_EXPONENT_MIN:
        raise ValidationFailure(_TOO_SMALL)
    if len(digits) > quotas.NUMBER_DIGITS:
        raise ValidationFailure(_TOO_LONG)
    sign = "-" if negative else ""
    if exponent >= 0:
        return sign + digits + "0" * exponent
    if -exponent >= len(digits):
        return f"{sign}0.{digits.rjust(-exponent, '0')}"
    return f"{sign}{digits[:exponent]}.{digits[exponent:]}"


def add(left: str, right: str) -> str:
    """The exact sum of two normalised numbers. Raises ValidationFailure if it is no number of DynamoDB's."""
    return normalise(format(_EXACT.add(Decimal(left), Decimal(right)), "f"))


def subtract(left: str, right: str) -> str:
    """The exact difference of two normalised numbers. Raises ValidationFailure."""
    return normalise(format(_EXACT.subtract(Decimal(left), Decimal(right)), "f"))


def parts(number: str) -> tuple[bool, str, int]:
    """(negative, significant digits, power of ten of the first digit) of a normalised number; 0 has no digits."""
    negative = number.startswith("-")
    whole, _, fraction = number.removeprefix("-").partition(".")
    if whole != "0":
        return negative, (whole + fraction).rstrip("0"), len(whole) - 1
    digits = fraction.lstrip("0")
    return negative, digits, len(digits) - len(fraction) - 1


def size(number: str) -> int:
    """Bytes that a number counts: one for every two digits, one more, and one for a minus sign.

    Reference: DynamoDB Developer Guide ("Item sizes and formats").
    """
    negative, digits, _ = parts(number)
    return (len(digits) + 1) // 2 + 1 + negative
