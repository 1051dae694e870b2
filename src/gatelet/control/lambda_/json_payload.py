"""Whether an invocation's payload is JSON, and the parser's sentence where it is not. Pure.

Reference: lambda-execution section 1 (row "invalid JSON body"): Lambda parses with Jackson, and its
message tells what Jackson stumbled over.
"""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

_SOURCE = "[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled)"
_VALUES = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def fault_of(payload: bytes) -> str | None:
    """What is wrong with the payload, None if it is one JSON value."""
    try:
        orjson.loads(payload)
    except orjson.JSONDecodeError:
        pass
    else:
        return None
    try:
        text = payload.decode()
    except UnicodeDecodeError as error:
        return _bad_byte(payload, error.start)
    try:
        # Lambda takes lone surrogates ("\\ud800"), which orjson refuses.
        json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        return _bad_text(text, error)
    except (ValueError, RecursionError):
        return f"Unexpected character: expected a valid value {_VALUES}{_at(text, 0)}"
    return None


def _refuse(name: str) -> Any:
    raise ValueError(name)


def _bad_byte(payload: bytes, start: int) -> str:
    before = payload[:start].decode()
    if not before.strip():
        return f"Unexpected character ((CTRL-CHAR, code {payload[start]})): expected a valid value {_VALUES}" + _at(
            before, len(before)
        )
    return f"Invalid UTF-8 start byte 0x{payload[start]:x}" + _at(before, len(before) + 1)


def _bad_text(text: str, error: json.JSONDecodeError) -> str:
    position = error.pos
    if error.msg.startswith("Invalid \\escape") and position + 1 < len(text):
        escaped = text[position + 1]
        return f"Unrecognized character escape '{escaped}' (code {ord(escaped)})" + _at(text, position + 2)
    if error.msg.startswith("Unterminated string"):
        return "Unexpected end-of-input: was expecting closing quote for a string value" + _at(text, len(text))
    if position >= len(text):
        return "Unexpected end-of-input" + _at(text, len(text))
    word = _WORD.match(text, position)
    if word is not None:
        return f"Unrecognized token '{word[0]}': was expecting {_VALUES}" + _at(text, word.end())
    character = text[position]
    shown = (
        f"'{character}' (code {ord(character)})" if character.isprintable() else f"(CTRL-CHAR, code {ord(character)})"
    )
    return f"Unexpected character ({shown}): expected a valid value {_VALUES}" + _at(text, position)


def _at(text: str, position: int) -> str:
    before = text[:position]
    line = before.count("\n") + 1
    column = position - (before.rfind("\n") + 1) + 1
    return f"\n at {_SOURCE}; line: {line}, column: {column}]"
