"""The functions of ``$util``: text to text, and JSON text to a value.

Their arguments are what the template renders; None is a template's null. API Gateway has these six and no
other. Reference: apigateway-mapping-templates section 4.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote_plus, unquote_to_bytes

from gatelet.gateway.mapping import json_text
from gatelet.gateway.mapping.errors import TemplateFunctionFailed

# What escapeJavaScript leaves as it is: printable ASCII without quotes, backslash and solidus; and DEL, as in Java
_ESCAPED = re.compile(r"[^ !#-&(-.0-\[\]-\x7f]")
_SHORT: Final = {"\b": "\\b", "\n": "\\n", "\t": "\\t", "\f": "\\f", "\r": "\\r"}
_MALFORMED_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})", re.ASCII)


def escape_javascript(text: str | None) -> str:
    r"""``'`` ``"`` ``\`` ``/`` and control characters escaped, all beyond ASCII as ``\uXXXX``; null gives ``null``."""
    if text is None:
        return "null"
    if text.isalnum() and text.isascii():
        return text
    if text.isascii() and text.isprintable():  # nearly every text, without a call for each character
        return text.replace("\\", "\\\\").replace('"', '\\"').replace("'", "\\'").replace("/", "\\/")
    return _ESCAPED.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    if character in _SHORT:
        return _SHORT[character]
    if " " <= character <= "~":
        return "\\" + character
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[place] << 8 | units[place + 1]:04X}" for place in range(0, len(units), 2))


def parse_json(text: str | None) -> object:
    """The value that the text spells, scalars included; null gives null. Raises TemplateFunctionFailed."""
    if text is None:
        return None
    try:
        return json_text.parse(text)
    except ValueError as error:
        raise TemplateFunctionFailed("parseJson", "the text is not JSON") from error


def url_encode(text: str | None) -> str:
    """Form encoding in UTF-8: a blank becomes ``+``; letters, digits and ``.-*_`` stay. Null gives nothing."""
    return "" if text is None else quote_plus(text, safe="*", errors="replace").replace("~", "%7E")


def url_decode(text: str | None) -> str:
    """Form decoding in UTF-8. Null gives nothing. Raises TemplateFunctionFailed for a ``%`` without two digits."""
    if text is None:
        return ""
    if _MALFORMED_PERCENT.search(text):
        raise TemplateFunctionFailed("urlDecode", "'%' must be followed by two hexadecimal digits")
    plain = text.replace("+", " ").encode("utf-8", "replace")
    return unquote_to_bytes(plain).decode("utf-8", "replace")


def base64_encode(text: str | None) -> str:
    """The text's UTF-8 in base64. Null gives nothing."""
    return "" if text is None else base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")


def base64_decode(text: str | None) -> str:
    """The text that the base64 holds; padding may be missing. Null gives nothing. Raises TemplateFunctionFailed."""
    if text is None:
        return ""
    bare = text.rstrip("=")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError) as error:
        raise TemplateFunctionFailed("base64Decode", "the text is not base64") from error


FUNCTIONS: Final[Mapping[str, Callable[[str | None], object]]] = {
    "escapeJavaScript": escape_javascript,
    "parseJson": parse_json,
    "urlEncode": url_encode,
    "urlDecode": url_decode,
    "base64Encode": base64_encode,
    "base64Decode": base64_decode,
}
"""By their names in a template."""
