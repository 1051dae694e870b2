"""Paths and documents that mean harm: bounded, refused, or simply answered; never more than an error of ours."""

from __future__ import annotations

import pytest

from gatelet.aws import quotas
from gatelet.gateway.jsonpath import JsonPathError, LimitExceeded, PathNotFound, PathSyntaxError, compile_path


class Host:
    """An object of Python's own, should one ever slip into a document."""

    secret = "leaked"

    def __eq__(self, other: object) -> bool:
        raise AssertionError("an object of the host was asked")

    __hash__ = None  # type: ignore[assignment]


PYTHON = ["__class__", "__globals__", "__dict__", "__init__", "__getattribute__", "secret", "keys", "append", "real"]


@pytest.mark.parametrize("name", PYTHON)
@pytest.mark.parametrize(
    "document", [{}, [], "text", 1, 1.5, None, True, Host()], ids=lambda value: type(value).__name__
)
def test_no_attribute_is_ever_reached(name: str, document: object) -> None:
    for text in (f"$.{name}", f"$['{name}']", f"$.{name}.x", f"$.x.{name}"):
        with pytest.raises(PathNotFound):
            compile_path(text).read(document)
    assert compile_path(f"$..{name}").read([document]) == []


def test_an_object_of_the_host_is_a_leaf() -> None:
    host = Host()
    assert compile_path("$.a").read({"a": host}) is host
    for condition in ("@.secret", "@ == 1", "1 == @", "@ in [1]", "@ size 1", "@ =~ /.+/", "@ < 1", "@ contains 'x'"):
        assert compile_path(f"$[?({condition})]").read([host]) == []
    assert compile_path("$.a.length()").read({"a": host}) is None


@pytest.mark.parametrize(
    "text",
    [
        "$.__import__('os')",
        "$.eval('1')",
        "$.getattr(@, '__class__')",
        "$[?(__import__('os').system('id'))]",
        "$[?(@.constructor.constructor('x')())]",
        "${jndi:ldap://x}",
        "$[?(@.a == ${x})]",
        "$[(1).__class__]",
        "$" + "[" * 5_000,
        "$[?(" * 5_000,
        "$[?(" + "(" * 5_000,
        "$[?(" + "!" * 5_000 + "@.a)]",
        "$[?(@.a in " + "[" * 5_000,
        "$[?(@.a in " + "{'a':" * 1_000,
        "$" + ".sum($" * 1_000,
        "$.a" * 200_000,
        "$" + ".a" * 4_000,
        "$" + "..*" * 3_000,
        "$['" + "a" * 20_000 + "']",
        "$[" + "9" * 5_000 + "]",
        "$[?(@ == " + "9" * 5_000 + ")]",
        "$[?(@ =~ /" + "(" * 3_000 + "/)]",
        "$[?(@ =~ /" + "[" * 3_000 + "/)]",
        "$[?(@ =~ /" + "a" * 9_000 + "/)]",
        "$[?(@ =~ /(a{999}){999}/)]",
        "$[?(@ =~ /(((){9999}){9999}){9999}/)]",
        "$[?(@ =~ /a{99999999999}/)]",
        "$[?(@ =~ /a**/)]",
        "$[?(@ =~ /a++/)]",
        "$[?(@ =~ /(?<!a)b/)]",
        "$[?(@ =~ /(?>a)b/)]",
        "$[?(@ =~ /\\p{IsNoSuchScript}/)]",
        "$[?(@ =~ /[b-a]/)]",
        "$[?(@ =~ /[a/)]",
        "$[?(@ =~ /\\/)]",
        "$['\\u12']",
        "$['\\",
        "$\x00",
        "$[?(@.a == '\x00",
    ],
    ids=lambda text: text[:30],
)
def test_refused(text: str) -> None:
    with pytest.raises(PathSyntaxError):
        compile_path(text)


def nested(depth: int, width: int) -> list[object]:
    document: list[object] = [1] * width
    for _ in range(depth):
        document = [document] * width
    return document


def deep(depth: int) -> list[object]:
    document: list[object] = []
    for _ in range(depth):
        document = [document]
    return document


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ("$" + "..*" * 6, nested(8, 3)),
        ("$" + "[*]" * 30, nested(30, 3)),
        ("$" + "[0,0]" * 60, deep(80)),
        ("$" + "[0,0,0,0]" * 60, deep(80)),
        ("$..[?(@..[?(@..[?(@..*)])])]", nested(5, 5)),
        ("$[?($..*)]", nested(7, 5)),
        ("$[?(@ == @)]", [nested(6, 5)] * 50),
        ("$[?(@ in $)]", list(range(3_000))),
        ("$[?($ subsetof $)]", [{"a": i} for i in range(3_000)]),
        ("$[?(@ =~ /.*1.{12}x/)]", ["".join(format(i, "b") for i in range(9_000))]),
        ("$[?(@ =~ /.*/)]", ["x" * 1_000_000] * 8),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "",
)
def test_too_costly(text: str, document: object) -> None:
    with pytest.raises(LimitExceeded):
        compile_path(text).read(document)


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "(a|a)*",
        "(a|aa)+",
        "(.*)*",
        "([a-z]+)*",
        "(a*)*(a*)*(a*)*",
        "((a?){20}a{20})+",
        "(x+x+)+y",
        "^(a?){25}$",
    ],
)
def test_no_expression_stalls(pattern: str) -> None:
    """Exponential for a machine with backtracking; linear for ours."""
    text = "a" * 2_000 + "!"
    try:
        assert compile_path(f"$[?(@ =~ /{pattern}/)]").read([text]) in ([], [text])
    except LimitExceeded as error:
        raise AssertionError("2,000 characters are not too much") from error


def test_a_deep_document_is_read() -> None:
    """No recursion of Python's own: neither a scan nor a comparison runs out of stack."""
    document = deep(100_000)
    assert len(compile_path("$..*").read(document)) == 100_000  # type: ignore[arg-type]
    with pytest.raises(LimitExceeded):
        compile_path("$[?(@ == @)]").read(document)


def test_numbers_without_measure() -> None:
    huge = [10**5_000, -(10**400), 1e308, 5]
    assert compile_path("$.sum()").read([1e308, 1e308, 5]) == float("inf")
    assert compile_path("$.max()").read(huge) == float("inf")
    assert compile_path("$[?(@ > 1e400)]").read(huge) == []  # the literal is infinity, as a double
    assert compile_path("$[?(@ == '5')]").read(huge) == [5]
    assert compile_path("$[?('5' == @)]").read(huge) == [5]
    assert compile_path("$[?(@ =~ /[0-9]/)]").read(huge) == [5]
    with pytest.raises(JsonPathError):
        compile_path("$.concat($.*)").read(huge)


def test_what_spells_no_number_is_told_soon() -> None:
    """A long row of digits is looked at once, not once for each digit."""
    almost = ["1" * 399 + "x", "1" * 399 + ".", "." * 400, "1e" + "1" * 300, "1" * 10_000, "٣", " 1", "1_0", "Infinity"]
    assert compile_path("$[?(1 == @ || 3 == @ || 10 == @)]").read(almost * 2_000) == []


def test_limits_are_for_each_reading() -> None:
    path = compile_path("$..*")
    document = nested(6, 5)
    for _ in range(30):
        assert len(path.read(document)) < quotas.JSONPATH_VISITS  # type: ignore[arg-type]
