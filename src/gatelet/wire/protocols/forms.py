"""``application/x-www-form-urlencoded`` text: query strings and the bodies of the query protocol."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

from gatelet.wire.errors import SerializationFailure


def parse_pairs(text: str) -> list[tuple[str, str]]:
    """The decoded names and values in order; ``+`` is a blank and a missing ``=`` an empty value.

    ``text`` is raw Latin-1. Raises SerializationFailure if the text does not decode to UTF-8.
    """
    pairs = []
    try:
        for part in text.split("&"):
            if part:
                name, _, value = part.partition("=")
                pairs.append((_decode(name), _decode(value)))
    except UnicodeError as error:
        raise SerializationFailure("The request is not encoded in UTF-8") from error
    return pairs


def parse_multi(text: str) -> dict[str, list[str]]:
    """The decoded pairs with the values of repeated names together."""
    values: dict[str, list[str]] = {}
    for name, value in parse_pairs(text):
        values.setdefault(name, []).append(value)
    return values


def _decode(text: str) -> str:
    if "%" not in text and "+" not in text and text.isascii():
        return text
    return unquote_to_bytes(text.replace("+", " ").encode("latin-1")).decode()
