"""The regular expressions of filters: Java's, matched whole (documentation of java.util.regex.Pattern)."""

from __future__ import annotations

import pytest

from gatelet.gateway.jsonpath import PathSyntaxError, compile_path

MATCHING = [
    (r"foo.*?", "", "foobar"),
    (r"FOO\d+", "i", "foo42"),
    (r"(?i)FOO", "", "foo"),
    (r"É", "iu", "é"),
    (r"a.c", "s", "a\nc"),
    (r"^abc$", "", "abc"),
    (r"\Aabc\z", "", "abc"),
    (r"a\n^b", "m", "a\nb"),
    (r"a$\nb", "m", "a\nb"),
    (r"\bone\b two\b", "", "one two"),
    (r"on\Be", "", "one"),
    (r"[a-c&&[^b]]+", "", "acca"),
    (r"[a-c[x-z]]+", "", "axbz"),
    (r"[]a]+", "", "]a"),
    (r"[^]a]+", "", "xyz"),
    (r"[a-]+", "", "a-a"),
    (r"[A-C]+", "i", "abC"),
    (r"[\d\-_]+", "", "4-2_"),
    (r"[\x41-\u0043]+", "", "ABC"),
    (r"\x{1F600}", "", "😀"),
    (r"\p{Alpha}+\p{Punct}", "", "abc!"),
    (r"\p{Lu}\P{Lu}+", "", "Éa1"),
    (r"\p{IsL}+", "", "жé"),
    (r"[\p{L}\s]+", "", "a ж"),
    (r"\t\S\W\D\H", "", "\tx!a-"),
    (r"(?<year>\d{4})-(?:0[1-9]|1[0-2])", "", "2024-11"),
    (r"a{2,}b{1,2}c{0}", "", "aaab"),
    (r"(|a)+", "", ""),
    (r"\$\{x\}", "", "${x}"),
    (r"https?:\/\/[^\/]+", "", "https://host"),
]

FAILING = [
    (r"foo", "", "foobar"),
    (r"foo", "", "afoo"),
    (r"FOO", "", "foo"),
    (r"É", "i", "é"),
    (r"a.c", "", "a\nc"),
    (r"a^b", "", "ab"),
    (r"a$b", "", "ab"),
    (r"on\be", "", "one"),
    (r"[a-c&&[^b]]+", "", "abc"),
    (r"\w+", "", "é"),
    (r"\d", "", "٣"),
    (r"a{2,3}", "", "aaaa"),
    (r"(?:ab)+", "", "aba"),
]

REFUSED = [
    r"a*+",
    r"(?=a)",
    r"(?!a)",
    r"(?<=a)",
    r"(a)\1",
    r"\k<n>",
    r"\G",
    r"(?i:a)",
    r"a(?i)b",
    r"{2}",
    r"*",
    r"a)",
    r"[a",
    "\\p{X}",
]


@pytest.mark.parametrize(("pattern", "flags", "text"), MATCHING)
def test_matches(pattern: str, flags: str, text: str) -> None:
    assert compile_path(f"$[?(@ =~ /{pattern}/{flags})]").read([text]) == [text]


@pytest.mark.parametrize(("pattern", "flags", "text"), FAILING)
def test_does_not_match(pattern: str, flags: str, text: str) -> None:
    assert compile_path(f"$[?(@ =~ /{pattern}/{flags})]").read([text]) == []


def test_a_quoted_part_is_taken_as_it_stands() -> None:
    assert compile_path(r"$[?(@ =~ /\Qa.b*\Ec+/)]").read(["a.b*cc", "axbc"]) == ["a.b*cc"]


@pytest.mark.parametrize("pattern", REFUSED)
def test_is_refused_where_it_stands(pattern: str) -> None:
    with pytest.raises(PathSyntaxError, match="in the regular expression"):
        compile_path(f"$[?(@ =~ /{pattern}/)]")
