"""The functions of $util: apigateway-mapping-templates section 4."""

from __future__ import annotations

import json
from urllib.parse import unquote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.gateway.mapping.errors import MappingError, TemplateFunctionFailed
from gatelet.gateway.mapping.template_functions import (
    FUNCTIONS,
    base64_decode,
    base64_encode,
    escape_javascript,
    parse_json,
    url_decode,
    url_encode,
)


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ('{"foo": 123}', '{\\"foo\\": 123}'),  # documented
        ('""', '\\"\\"'),
        ("it's", "it\\'s"),  # documented: Lambda cannot parse it, as on AWS
        ("", ""),
        (None, "null"),
        ("a\\b", "a\\\\b"),
        ("a/b", "a\\/b"),
        ("\b\t\n\f\r", "\\b\\t\\n\\f\\r"),
        ("\x00\x1f\x7f", "\\u0000\\u001F\x7f"),
        ("é", "\\u00E9"),
        ("日本", "\\u65E5\\u672C"),
        ("😀", "\\uD83D\\uDE00"),
        ("<&>~^`|[]", "<&>~^`|[]"),
        ("42", "42"),
    ],
)
def test_escape_javascript(text: str | None, escaped: str) -> None:
    assert escape_javascript(text) == escaped


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("true", True),
        ("[]", []),
        ('"a"', "a"),
        ("null", None),
        ('{"key2": {"arr": [1, 2.50]}}', {"key2": {"arr": [1, 2.5]}}),
        ("123456789012345678901234567890", 123456789012345678901234567890),
        (None, None),
    ],
)
def test_parse_json(text: str | None, value: object) -> None:
    found = parse_json(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "text", ["", "{", "{a: 1}", "'a'", "NaN", "[1,]", "[" * 100_000, "9" * 5_000 + "x", "9" * 5_000, "\ud800"]
)
def test_what_is_not_json_fails(text: str) -> None:
    with pytest.raises(TemplateFunctionFailed, match="parseJson"):
        parse_json(text)


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ('{"some": "value"}', "%7B%22some%22%3A+%22value%22%7D"),  # recorded
        ("some raw data", "some+raw+data"),  # recorded
        ("{}", "%7B%7D"),  # recorded: an empty body
        ("x=a+b", "x%3Da%2Bb"),
        ("a.b-c*d_e~/é", "a.b-c*d_e%7E%2F%C3%A9"),
        (None, ""),  # recorded: $util.urlEncode($input.body.testAccess)
    ],
)
def test_url_encode(text: str | None, encoded: str) -> None:
    assert url_encode(text) == encoded


def test_url_decode() -> None:
    assert url_decode("x=a+b") == "x=a b"
    assert url_decode("%7B%22some%22%3A+%22value%22%7D") == '{"some": "value"}'
    assert url_decode("%C3%A9é%FF") == "éé�"
    assert url_decode(None) == ""
    for text in ("%", "%4", "100%", "%zz"):
        with pytest.raises(TemplateFunctionFailed, match="urlDecode"):
            url_decode(text)


def test_base64() -> None:
    assert base64_encode('{"é": 1}') == "eyLDqSI6IDF9"
    assert base64_decode("eyLDqSI6IDF9") == '{"é": 1}'
    assert base64_decode("YQ") == base64_decode("YQ==") == "a"
    assert base64_decode("/w==") == "�"
    assert base64_encode(None) == base64_decode(None) == base64_encode("") == base64_decode("") == ""
    for text in ("a", "####", "YQ==YQ==", "Y Q="):
        with pytest.raises(TemplateFunctionFailed, match="base64Decode"):
            base64_decode(text)


def test_there_are_six_functions() -> None:
    """Section 4: toJson, qr and the others belong to AppSync."""
    assert sorted(FUNCTIONS) == [
        "base64Decode", "base64Encode", "escapeJavaScript", "parseJson", "urlDecode", "urlEncode",
    ]  # fmt: skip


@given(st.text())
def test_what_is_encoded_can_be_decoded(text: str) -> None:
    assert url_decode(url_encode(text)) == text == unquote_plus(url_encode(text))
    assert base64_decode(base64_encode(text)) == text
    escaped = escape_javascript(text)
    assert escaped.isascii()
    assert json.loads('"' + escaped.replace("\\'", "'").replace("\x7f", "\\u007f") + '"') == text


@given(
    st.text() | st.text(st.characters(categories=["Cs"]), max_size=3) | st.none(), st.sampled_from(sorted(FUNCTIONS))
)
def test_nothing_but_its_own_error_is_raised(text: str | None, name: str) -> None:
    try:
        FUNCTIONS[name](text)
    except MappingError as error:
        caught = error
    else:
        return
    assert isinstance(caught, TemplateFunctionFailed)
    assert caught.function == name
