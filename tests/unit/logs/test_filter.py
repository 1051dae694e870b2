"""Filter patterns: platform-neighbours section 1, and the user guide's "Filter pattern syntax"."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatelet.aws.errors import AwsError
from gatelet.logs.filter.pattern import compile_filter
from gatelet.logs.filter.regex import Regex

USER = (
    '{"eventType": "UpdateTrail", "sourceIPAddress": "111.111.111.111", "arrayKey": ["value", "another value"], '
    '"objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}], "SomeObject": null, "ThisFlag": true, '
    '"off": false, "bandwidth": 75, "latency": 1.5e2, "user": {"id": 1, "e.mail": "j@example.com", "$": 3}, '
    '"code": "404", "n": "x*y"}'
)
ACCESS = '127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'


@pytest.mark.parametrize(
    ("pattern", "message", "matches"),
    [
        ("", "anything", True),
        ("   ", "", True),
        # terms: all of them, anywhere, case-sensitive
        ("ERROR", "[ERROR 400] BAD REQUEST", True),
        ("ERROR", "Exiting with ERRORCODE: -1", True),
        ("ERROR", "error", False),
        ("ERROR ARGUMENTS", "[ERROR 419] MISSING ARGUMENTS", True),
        ("ERROR ARGUMENTS", "[ERROR 401] UNAUTHORIZED", False),
        ('"INTERNAL SERVER ERROR"', "[ERROR 500] INTERNAL SERVER ERROR", True),
        ('"INTERNAL SERVER ERROR"', "INTERNAL ERROR SERVER", False),
        (r'"say \"hi\""', 'they say "hi" again', True),
        ('"RequestId: 1-2"', "START RequestId: 1-2 Version", True),
        # without
        ("ERROR -ARGUMENTS", "[ERROR 400] BAD REQUEST", True),
        ("ERROR -ARGUMENTS", "[ERROR 419] MISSING ARGUMENTS", False),
        ("-ERROR", "fine", True),
        ("-ERROR", "ERROR", False),
        ('-"not this"', "this not", True),
        # any of
        ("?ERROR ?ARGUMENTS", "MISSING ARGUMENTS", True),
        ("?ERROR ?ARGUMENTS", "fine", False),
        ('?"a b" ?c', "xa bx", True),
        ("?ERROR INFO", "INFO", True),  # beside other terms, ? terms are ignored
        ("?ERROR INFO", "ERROR", False),
        # regular expressions
        ("%AUTHORIZED%", "[ERROR 401] UNAUTHORIZED REQUEST", True),
        ("%^AUTHORIZED%", "[SUCCESS 200] AUTHORIZED REQUEST", False),
        (r"%10\.10\.0\.1|x{2,3}$%", "10.10.0.1", True),
        (r"%\d{3} ms$%", "Duration: 123 ms\n", True),
        ("-%[45][0-9][0-9]%", "status 200", True),
        ("-%[45][0-9][0-9]%", "status 503", False),
    ],
)
def test_terms(pattern: str, message: str, matches: bool) -> None:
    assert compile_filter(pattern)(message) is matches


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ('{ $.eventType = "UpdateTrail" }', True),
        ("{ $.eventType = UpdateTrail }", True),
        ("{$.eventType=UpdateTrail}", True),
        ('{ $.eventType = "update*" }', False),
        ('{ $.eventType = "Up*Tr*l" }', True),
        ("{ $.eventType = *Trail }", True),
        ('{ $.eventType != "UpdateTrail" }', False),
        ("{ $.sourceIPAddress != 123.123.* }", True),
        ("{ $.sourceIPAddress = 111.* }", True),
        ("{ $.eventType = %Trail$% }", True),
        ("{ $.eventType = %^Trail% }", False),
        # arrays and objects
        ('{ $.arrayKey[0] = "value" }', True),
        ('{ $.arrayKey[1] = "value" }', False),
        ('{ $.arrayKey[9] = "value" }', False),
        ('{ $.arrayKey[*] = "another value" }', True),
        ('{ $.arrayKey = "value" }', False),
        ("{ $.objectList[1].id = 2 }", True),
        ("{ $.objectList[*].id > 1 }", True),
        ("{ $.user.* = 1 }", True),
        ("{ $.user['e.mail'] = \"j@example.com\" }", True),
        ("{ $.['user'].id = 1 }", True),
        # numbers
        ("{ $.bandwidth > 74 }", True),
        ("{ $.bandwidth > 75 }", False),
        ("{ $.bandwidth >= 75 }", True),
        ("{ $.bandwidth < 7.6e1 }", True),
        ("{ $.bandwidth <= 74.9 }", False),
        ("{ $.latency = 150 }", True),
        ("{ $.bandwidth = 7* }", True),
        ("{ $.bandwidth != 75 }", False),
        ("{ $.code = 404 }", True),
        ("{ $.code >= 400 }", True),
        ("{ $.eventType > 1 }", False),
        ("{ $.ThisFlag > 0 }", False),
        # words
        ("{ $.ThisFlag IS TRUE }", True),
        ("{ $.off IS TRUE }", False),
        ("{ $.off is false }", True),
        ("{ $.SomeObject IS NULL }", True),
        ("{ $.ThisFlag IS NULL }", False),
        ("{ $.nothing IS NULL }", False),
        ("{ $.nothing NOT EXISTS }", True),
        ("{ $.SomeObject NOT EXISTS }", False),
        ("{ $.nothing = 1 }", False),
        ("{ $.nothing != 1 }", False),
        ('{ $.SomeObject = "*" }', False),
        ('{ $.bandwidth = "*" }', True),
        # compounds: && binds more closely
        ('{ $.user.id = 1 && $.eventType = "UpdateTrail" }', True),
        ("{ $.user.id = 2 || $.bandwidth = 75 }", True),
        ("{ $.user.id = 1 || $.user.id = 2 && $.bandwidth = 0 }", True),
        ("{ ($.user.id = 1 || $.user.id = 2) && $.bandwidth = 0 }", False),
        ("{ ((($.user.id = 1))) }", True),
    ],
)
def test_json_selectors(pattern: str, matches: bool) -> None:
    assert compile_filter(pattern)(USER) is matches


@pytest.mark.parametrize("message", ["not json", "", "[1, 2", "7", '"text"', "[]", "null", "\ud800"])
def test_json_selectors_on_other_messages(message: str) -> None:
    assert compile_filter('{ $.level = "ERROR" }')(message) is False


@pytest.mark.parametrize(
    ("pattern", "message", "matches"),
    [
        ("[ip, user, username, timestamp, request, status_code, bytes]", ACCESS, True),
        ("[ip, user, username, timestamp, request, status_code]", ACCESS, False),
        ("[ip, user, username, timestamp, request =*.html*, status_code = 4*, bytes]", ACCESS, True),
        ("[ip, user, username, timestamp, request =*.jpg*, status_code = 4*, bytes]", ACCESS, False),
        ("[..., status_code = 404, bytes > 1000]", ACCESS, True),
        ("[..., bytes < 1000]", ACCESS, False),
        ("[ip = %127\\.0\\.0\\.[1-9]%, ...]", ACCESS, True),
        ("[ip, ..., bytes]", ACCESS, True),
        ("[ip, ..., bytes]", "one", False),
        ("[ip, user = frank, ...]", ACCESS, False),
        ("[..., timestamp=*/Oct/*, request, code, size]", ACCESS, True),
        ("[w1=ERROR, w2]", "ERROR here", True),
        ("[w1=ERROR || w1=%WARN%, w2]", "WARNING here", True),
        ("[w1!=ERROR && w1!=WARN, w2]", "INFO here", True),
        ("[w1!=ERROR && w1!=WARN, w2]", "WARN here", False),
        ("[...]", "", True),
        ("[w1]", "", False),
    ],
)
def test_space_delimited_fields(pattern: str, message: str, matches: bool) -> None:
    assert compile_filter(pattern)(message) is matches


@pytest.mark.parametrize(
    "pattern",
    [
        '"unclosed', 'a"b"', "foo-bar", "a:b", "-", "?", "%unclosed", "%%", '"a"b',
        "{", "{}", "{ $.a }", "{ $.a = }", "{ $.a = 1", "{ $.a = 1 } x", "{ a = 1 }", "{ $.a == 1 }", "{ $.a IS 1 }",
        "{ $.a > x }", "{ $.a[x] = 1 }", "{ ($.a = 1 }", "{ $.a = 1 && }", "{ $.a..b = 1 }", "{ 'x' = 1 }",
        "{ $" + ".a" * 200 + " = 1 }", "{ " + "(" * 400 + "$.a = 1" + ")" * 400 + " }",
        "[", "[]", "[a,]", "[a, b", "[a] x", "[..., a, ...]", '["a"]', "[a=]", "[a > b]",
        "%a!b%", "%(a)%", "%a**%", "%a{%", "%a{2,1}%", "%a{0}%", "%[z-a]%", "%[]%", "%[a%", "%a$b%", "%a^b%", "%ä%",
        "%*a%", "%a\\%", "%\\q%", "%" + "a{999}" * 3 + "%",
    ],
)  # fmt: skip
def test_what_is_not_in_the_language_is_refused(pattern: str) -> None:
    with pytest.raises(AwsError) as refusal:
        compile_filter(pattern)
    assert refusal.value.code == "InvalidParameterException"


def test_an_unquoted_term_is_named() -> None:
    with pytest.raises(AwsError, match="Invalid character\\(s\\) in term 'foo-bar'"):
        compile_filter("foo-bar")


ATOMS = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "[a-c]", r"\d", r"\W", r"\.", "1", "-", "[b-]"])
MARKS = st.sampled_from(["", "", "?", "*", "+", "{2}", "{1,2}", "{0,2}", "{1,}"])
CHAINS = st.builds(
    lambda start, parts, end: start + "".join(map("".join, parts)) + end,
    st.sampled_from(["", "", "^"]),
    st.lists(st.tuples(ATOMS, MARKS), min_size=1, max_size=5),
    st.sampled_from(["", "", "$"]),
)


@settings(max_examples=400, deadline=None)
@given(st.lists(CHAINS, min_size=1, max_size=3).map("|".join), st.text("abc1.-\nä", max_size=8))
def test_expressions_mean_what_they_mean_to_python(pattern: str, text: str) -> None:
    python = re.compile(pattern.replace(".", "[^\n\r]").replace("\\[^\n\r]", "\\."), re.ASCII)
    assert Regex(pattern).search(text) is (python.search(text) is not None)


@pytest.mark.parametrize(
    "pattern", ["a*a*a*a*a*a*b", ".*.*.*.*x", "a{1,50}a{1,50}a{1,50}a{1,50}b", "[^b]*[^b]*[^b]*bb"]
)
def test_no_expression_takes_more_than_linear_time(pattern: str) -> None:
    """The number of different steps is bounded however long the message is."""
    regex = Regex(pattern)
    assert not regex.search("a" * 300_000)
    assert len(regex._steps) < 1_000
