"""Wildcards: identity section 2 (Action, Resource rows)."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.policy.errors import MalformedPolicy, Unresolved
from gatelet.policy.match import ActionPattern, ArnPattern, TextPattern
from gatelet.policy.variables import Context, expand, parse
from gatelet.policy.wildcard import Glob


def glob(text: str) -> Glob:
    return Glob(expand(parse(text, wildcards=True, variables=False), {}))


@given(pattern=st.text("ab*?", max_size=8), text=st.text("ab", max_size=8))
def test_agrees_with_a_regular_expression(pattern: str, text: str) -> None:
    translated = "".join({"*": ".*", "?": "."}.get(character, character) for character in pattern)
    assert glob(pattern).matches(text) is (re.fullmatch(translated, text) is not None)


def test_many_stars_stay_cheap() -> None:
    assert not glob("*a" * 200 + "b").matches("a" * 20_000)


@pytest.mark.parametrize(
    ("pattern", "arn", "fits"),
    [
        ("*", "arn:aws:lambda:us-east-1:1:function:f", True),
        ("arn:aws:lambda:*:*:function:f*", "arn:aws:lambda:us-east-1:1:function:foo", True),
        ("arn:aws:lambda:*:*:function:f*", "arn:aws:lambda:us-east-1:1:function:Foo", False),
        ("arn:aws:lambda:us-east-1:1:function:f", "arn:aws:lambda:us-east-1:1:function:f:live", False),
        ("arn:aws:lambda:us-east-1:1:function:f*", "arn:aws:lambda:us-east-1:1:function:f:live", True),
        ("arn:aws:execute-api:r:1:api/*/GET/users", "arn:aws:execute-api:r:1:api/prod/GET/users", True),
        ("arn:aws:execute-api:r:1:api/*", "arn:aws:execute-api:r:1:api/prod/GET/users/1", True),
        ("arn:aws:execute-api:r:1:api/*/GET/users", "arn:aws:execute-api:r:1:api/a/b/GET/users", True),
        ("arn:aws:execute-api:r:1:api/????/GET/*", "arn:aws:execute-api:r:1:api/prod/GET/", True),
        # a * at the end of a component reaches over colons (IAM User Guide, Resource element), others do not
        ("arn:aws:lambda:*:function:f", "arn:aws:lambda:us-east-1:1:function:f", True),
        ("arn:aws:lambda:us-*:function:f", "arn:aws:lambda:us-east-1:1:function:f", True),
        ("arn:aws:lambda:us-*-1:function:f", "arn:aws:lambda:us-east-1:1:function:f", False),
        ("arn:aws:lambda:*-1:function:f", "arn:aws:lambda:us-east-1:1:function:f", False),
        ("arn:aws:lambda:*", "arn:aws:lambda:us-east-1:1:function:f", True),
        ("arn:aws:lambda:*:2:*", "arn:aws:lambda:us-east-1:1:function:f:2", False),
        # missing components are completed (IAM User Guide, Resource element)
        ("arn:aws:lambda", "arn:aws:lambda:us-east-1:1:function:f", True),
        ("arn:aws:s3", "arn:aws:lambda:us-east-1:1:function:f", False),
        ("arn:aws:lambda:us-east-1:1:function:f", "f", False),
    ],
)
def test_resources(pattern: str, arn: str, fits: bool) -> None:
    assert ArnPattern(pattern, variables=True, complete=True).matches(arn, {}) is fits


@pytest.mark.parametrize(
    ("pattern", "action", "fits"),
    [
        ("*", "lambda:InvokeFunction", True),
        ("lambda:InvokeFunction", "lambda:invokefunction", True),
        ("LAMBDA:invoke*", "lambda:InvokeFunction", True),
        ("lambda:Invoke?unction", "lambda:InvokeFunction", True),
        ("lambda:Invoke", "lambda:InvokeFunction", False),
        ("lambda:*", "logs:PutLogEvents", False),
    ],
)
def test_actions(pattern: str, action: str, fits: bool) -> None:
    assert ActionPattern(pattern).matches(action.lower()) is fits


CONTEXT: Context = {"aws:username": ("jane",), "aws:principaltag/team name": ("a*",), "many": ("a", "b")}


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("home/${aws:username}/*", "home/jane/x", True),
        ("home/${aws:username}/*", "home/joe/x", False),
        ("home/${AWS:UserName}", "home/jane", True),
        ("${aws:PrincipalTag/team name}", "a*", True),
        ("${aws:PrincipalTag/team name}", "abc", False),  # a value's * is literal
        ("${missing, 'dflt'}", "dflt", True),
        ("${aws:username, 'dflt'}", "jane", True),
        ("a${*}b", "a*b", True),
        ("a${*}b", "axb", False),
        ("${?}${$}", "?$", True),
    ],
)
def test_variables(pattern: str, text: str, fits: bool) -> None:
    assert TextPattern(parse(pattern, wildcards=True, variables=True)).matches(text, CONTEXT) is fits


@pytest.mark.parametrize("pattern", ["${missing}", "${many}"])
def test_a_variable_without_one_value_is_unresolved(pattern: str) -> None:
    with pytest.raises(Unresolved):
        TextPattern(parse(pattern, wildcards=True, variables=True)).matches("x", CONTEXT)


@pytest.mark.parametrize("pattern", ["${", "a${b", "${}", "${a, b}", "${ , 'x'}"])
def test_broken_references_are_refused(pattern: str) -> None:
    with pytest.raises(MalformedPolicy, match="Syntax errors in policy"):
        parse(pattern, wildcards=True, variables=True)


def test_a_variable_cannot_reach_over_a_colon_of_the_arn() -> None:
    pattern = ArnPattern("arn:aws:s3:::${aws:username}", variables=True, complete=True)
    assert pattern.matches("arn:aws:s3:::jane", CONTEXT)
    assert not pattern.matches("arn:aws:s3:::joe", CONTEXT)
