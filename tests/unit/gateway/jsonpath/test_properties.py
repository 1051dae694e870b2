"""What holds for every path and every document."""

from __future__ import annotations

import copy
import json
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatelet.gateway.jsonpath import PathError, PathNotFound, PathSyntaxError, compile_path

NAMES = st.sampled_from(["a", "b", "key", "x y", "it's", 'q"q', "", "é", "0", "\\", "*", "$"])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False)
    | st.decimals(allow_nan=False)
    | st.sampled_from(["", "a", "42", "4.2e1", "b c", "ß", "😀", "\n"])
)
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
WORDS = st.sampled_from(
    [
        "$", "@", ".", "..", "*", "[", "]", "(", ")", "[*]", "[?(", ")]", "'a'", '"b"', "a", "key", ",", ":", "0", "-1",
        "7", "1.5", "1e999", "null", "true", " ", "==", "!=", "<", ">=", "=~", "&&", "||", "!", " in ", " nin ",
        " size ", " empty ", " contains ", " anyof ", " subsetof ", " noneof ", "['a','b']", "{'a':1}", "/a+|b/i",
        "/(/", "length()", ".sum()", ".avg(", ".keys()", ".concat(", ".append(1)", ".first()", ".index(-1)",
        ".stddev()", "\\", "'", "/", "\u00a0", "\ud800",
    ]
)  # fmt: skip
TEXTS = st.text(max_size=40) | st.lists(WORDS, max_size=14).map("".join)


def quoted(name: str) -> str:
    return "'" + name.replace("\\", "\\\\").replace("'", "\\'") + "'"


STEPS = (
    NAMES.map(lambda name: f"[{quoted(name)}]")
    | st.integers(-3, 3).map(lambda index: f"[{index}]")
    | st.sampled_from(
        [
            ".a", ".key", ".*", "[*]", "..*", "..a", "..key", "[0,1]", "[1:]", "[:2]", "[-3:3]", "['a','b']",
            "[?(@.a)]", "[?(@.key == 42)]", "[?(@.a > @.b)]", "[?(!@.a || @.b != null)]", "[?(@.key in ['a', 42])]",
            "[?(@ == $.a)]", "[?(@.a =~ /[a-z]*/i)]", "[?(@.a size 1)]", "[?(@.a empty true)]", "[?(@ contains 'a')]",
            "[?(@..a)]", "[?(@.a[?(@.b)].length() > 1)]", ".length()", ".keys()", ".sum()", ".max(1)", ".concat('x')",
            ".append($.a)", ".first()", "[?(@.a subsetof $.b)]", "[?(@.a noneof [1, 'a'])]", "[?(@ === $..a)]",
        ]
    )
)  # fmt: skip
PATHS = st.lists(STEPS, max_size=5).map(lambda steps: "$" + "".join(steps))


def outcome(text: str, document: object) -> str:
    """What reading comes to; anything but a value or an error of the package's own goes through."""
    try:
        return repr(compile_path(text).read(document))
    except (PathError, PathSyntaxError) as error:
        return f"{type(error).__name__}: {error}"


@given(TEXTS, DOCUMENTS)
@settings(max_examples=600, deadline=None)
def test_any_text_is_a_path_or_refused(text: str, document: object) -> None:
    assert outcome(text, document) == outcome(text, document)


@given(PATHS, DOCUMENTS)
@settings(max_examples=800, deadline=None)
def test_reading_changes_nothing_and_repeats_itself(text: str, document: Any) -> None:
    before = copy.deepcopy(document)
    found = outcome(text, document)
    assert document == before
    assert outcome(text, document) == found
    assert not found.startswith("PathSyntaxError")
    if not compile_path(text).definite:
        assert found.startswith(("[", "PathNotFound", "FunctionFailed", "LimitExceeded"))


def walk(document: Any, keys: list[str | int]) -> Any:
    """A definite path, walked the plain way."""
    for key in keys:
        fits = isinstance(document, dict if isinstance(key, str) else list)
        document = document[key] if fits else {}[key]
    return document


@given(DOCUMENTS, st.lists(NAMES | st.integers(-3, 3), max_size=5))
@settings(max_examples=500, deadline=None)
def test_a_definite_path_agrees_with_a_plain_walk(document: Any, keys: list[str | int]) -> None:
    text = "$" + "".join(f"[{quoted(key)}]" if isinstance(key, str) else f"[{key}]" for key in keys)
    path = compile_path(text)
    assert path.definite
    # the same way behind a step that is compiled, not walked: a function that changes nothing
    slow = compile_path(text + ".append()")
    try:
        expected = walk(document, keys)
    except LookupError:
        for one in (path, slow):
            try:
                one.read(document)
            except PathNotFound:
                continue
            raise AssertionError(text) from None
        return
    assert path.read(document) is expected
    assert slow.read(document) == expected


def below(document: Any) -> list[Any]:
    """Everything below a value, each level of a branch before the next."""
    children = list(document.values()) if isinstance(document, dict) else document if isinstance(document, list) else []
    return children + [value for child in children for value in below(child)]


@given(DOCUMENTS)
@settings(max_examples=300, deadline=None)
def test_a_deep_scan_finds_everything_below(document: Any) -> None:
    assert compile_path("$..*").read(document) == below(document)
    found = compile_path("$..key").read(document)
    holders = [value for value in [document, *below(document)] if isinstance(value, dict) and "key" in value]
    assert sorted(map(repr, found)) == sorted(repr(holder["key"]) for holder in holders)


@given(st.lists(SCALARS, max_size=8), st.integers(-12, 12), st.integers(-12, 12))
def test_slices_take_indices_one_after_the_other(items: list[Any], start: int, end: int) -> None:
    """json-path-comparison: ``$[-4:1]`` goes round the end."""
    wanted = [items[i] for i in range(start, min(end, len(items))) if -len(items) <= i]
    assert compile_path(f"$[{start}:{end}]").read(items) == wanted
    assert compile_path(f"$[{start}:]").read(items) == items[start:]
    assert compile_path(f"$[:{end}]").read(items) == items[:end]


@given(SCALARS, SCALARS)
@settings(max_examples=500)
def test_comparisons_agree_with_each_other(left: Any, right: Any) -> None:
    document = {"l": left, "r": right}

    def holds(operator: str) -> bool:
        return compile_path(f"$[?(@.l {operator} @.r)]").read(document) == [document]

    assert holds("==") != holds("!=")
    assert holds("===") != holds("!==")
    assert not (holds("===") and not holds("=="))
    assert not (holds("<") and holds(">="))
    assert not (holds(">") and holds("<="))
    number = (int, float, Decimal)
    if isinstance(left, number) and isinstance(right, number) and not {type(left), type(right)} & {bool}:
        assert holds("<") + holds(">") + holds("==") == 1
        assert holds("<=") == (holds("<") or holds("=="))


PRINTABLE = st.characters(exclude_categories=("C", "Z"), include_characters=" ")


@given(st.text(PRINTABLE, max_size=12))
def test_any_name_can_be_quoted(name: str) -> None:
    document = json.loads(json.dumps({name: 1}))
    assert compile_path(f"$[{quoted(name)}]").read(document) == 1


PATTERNS = st.lists(
    st.sampled_from(
        ["a", "b", ".", "[ab]", "[^a]", "(a|b)", "(?:ab)", "a*", "b+", "a?", "b{2}", "(a|b){1,2}", "\\w", "|"]
    ),
    max_size=6,
).map("".join)


@given(PATTERNS, st.text("abc", max_size=6))
@settings(max_examples=500, suppress_health_check=[HealthCheck.too_slow])
def test_regular_expressions_agree_with_pythons(pattern: str, text: str) -> None:
    import re

    path = compile_path(f"$[?(@ =~ /{pattern}/)]")
    assert (path.read([text]) == [text]) == (re.fullmatch(pattern, text) is not None)
