"""Java's regular expressions within their bounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.gateway.vtl import compile_template
from gatelet.gateway.vtl.errors import EvaluationFailed, LimitExceeded
from gatelet.gateway.vtl.limits import Budget, Limits
from gatelet.gateway.vtl.regexes import Regex


@pytest.mark.parametrize(
    ("pattern", "text", "whole"),
    [
        (r"\d{3}-\d+", "123-4", True),
        (r"\d", "\u0663", False),  # Java's \d is ASCII
        (r"[^a-c]+", "xyz", True),
        (r"[a\-z]", "-", True),
        (r"[a-]", "-", True),
        (r"[-a]", "-", True),
        (r"[\]]", "]", True),
        (r"a|bc", "bc", True),
        (r"(?:ab)+", "abab", True),
        (r"(?<year>\d{4})", "2024", True),
        (r"(?i)AB", "ab", True),
        (r"(?s)a.b", "a\nb", True),
        (r"a.b", "a\nb", False),
        (r"\u0041\x42", "AB", True),
        (r"\$\{x\}", "${x}", True),
        (r"a{2,3}", "aaaa", False),
        (r"a*?b", "aab", True),
        (r".*error.*", "an error here", True),
        (r"", "", True),
    ],
)
def test_a_pattern_matches_as_in_java(pattern: str, text: str, whole: bool) -> None:
    assert Regex(pattern).matches(text, Budget(Limits())) is whole


@pytest.mark.parametrize(
    "pattern", ["(", ")", "a)", "[a", "*a", "{1}", "a{x}", "\\", "\\p{L}", "(?=a)", "(a)\\1", "[a[b]]"]
)
def test_what_cannot_be_read_fails(pattern: str) -> None:
    with pytest.raises(EvaluationFailed):
        Regex(pattern)


@pytest.mark.parametrize("pattern", ["(a*)*", "(a|b)+", "(a?){2,}", "((a+))+", "x" * 501, "(" * 200 + ")" * 200])
def test_what_could_explode_is_refused(pattern: str) -> None:
    with pytest.raises(LimitExceeded):
        Regex(pattern)


def test_common_patterns_work_on_large_texts() -> None:
    budget = Budget(Limits())
    text = "word " * 20_000
    assert len(list(Regex(r"\s+").find_all(text, budget))) == 20_000
    assert len(list(Regex("&").find_all("a&" * 50_000, budget))) == 50_000


def test_a_pattern_that_backtracks_is_refused_on_a_large_text_only() -> None:
    assert Regex(r"\s+$").matches(" ", Budget(Limits()))
    with pytest.raises(LimitExceeded):
        Regex(r"\s+$").matches(" " * 100_000, Budget(Limits()))


@given(
    pattern=st.text(alphabet="ab.*+?|()[]{}^$\\d-1,2:<>&", max_size=20),
    text=st.text(alphabet="ab1\n", max_size=200),
)
def test_any_pattern_either_matches_or_is_refused(pattern: str, text: str) -> None:
    try:
        answer = Regex(pattern).matches(text, Budget(Limits()))
    except (EvaluationFailed, LimitExceeded):
        return
    assert answer in {True, False}


@pytest.mark.parametrize(
    ("text", "call", "output"),
    [
        ("it\\'s", r"""replaceAll("\\'", "'")""", "it's"),
        ("a.b.c", r"replaceAll('\.', '-')", "a-b-c"),
        ("a.b.c", r"replaceFirst('\.', '-')", "a-b.c"),
        ("a+b", r"replaceAll('\+', '$0$0')", "a++b"),
        ("aXa", "replaceAll('X', 'é')", "aéa"),
        ("aXa", "replaceAll('Y', 'z')", "aXa"),
        ("ab", "replaceAll('', '-')", "-a-b-"),
        (r"a\b", r"replaceAll('\\', '/')", "a/b"),
    ],
)
def test_expressions_that_are_plain_text_replace_as_others_do(text: str, call: str, output: str) -> None:
    assert compile_template(f"$s.{call}").render({"s": text}) == output


def test_replacing_plain_text_is_bounded() -> None:
    with pytest.raises(LimitExceeded):
        compile_template("$s.replaceAll('a', $s)").render({"s": "a" * 2_000}, Limits(output_bytes=100_000))
