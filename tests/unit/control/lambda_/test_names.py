"""The forms of a function's name: lambda-control-plane section 3."""

from __future__ import annotations

import pytest

from gatelet.aws.errors import AwsError
from gatelet.aws.scope import Scope
from gatelet.control.lambda_.names import resolve, resolve_new

SCOPE = Scope("000000000000", "us-east-1")
ME = "arn:aws:iam::000000000000:root"


@pytest.mark.parametrize(
    ("text", "name", "qualifier"),
    [
        ("f", "f", None),
        ("f:live", "f", "live"),
        ("f:$LATEST", "f", "$LATEST"),
        ("function:f", "f", None),
        ("function:f:1", "f", "1"),
        ("function", "function", None),
        ("function:function", "function", None),
        ("000000000000:function:f", "f", None),
        ("000000000000:function:f:live", "f", "live"),
        ("us-east-1:000000000000:function:f", "f", None),
        ("arn:aws:lambda:us-east-1:000000000000:function:f", "f", None),
        ("arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST", "f", "$LATEST"),
    ],
)
def test_forms(text: str, name: str, qualifier: str | None) -> None:
    found = resolve(text, SCOPE, action="GetFunction", caller=ME)
    assert (found.name, found.qualifier) == (name, qualifier)
    assert resolve(text, SCOPE, qualifier=qualifier, action="GetFunction", caller=ME) == found


def test_the_qualifier_may_stand_beside() -> None:
    found = resolve("f", SCOPE, qualifier="live", action="GetFunction", caller=ME)
    assert found.arn == "arn:aws:lambda:us-east-1:000000000000:function:f:live"


@pytest.mark.parametrize(
    ("text", "qualifier", "code", "message"),
    [
        (
            "f:1",
            "2",
            "InvalidParameterValueException",
            "The derived qualifier from the function name does not match the specified qualifier.",
        ),
        (
            "arn:aws:lambda:eu-west-1:000000000000:function:f",
            None,
            "ResourceNotFoundException",
            "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
        ),
        (
            "arn:aws:lambda:us-east-1:111122223333:function:f",
            None,
            "AccessDeniedException",
            (
                f"User: {ME} is not authorized to perform: lambda:GetFunction on resource: "
                "arn:aws:lambda:us-east-1:111122223333:function:f "
                "because no resource-based policy allows the lambda:GetFunction action"
            ),
        ),
    ],
)
def test_refusals(text: str, qualifier: str | None, code: str, message: str) -> None:
    with pytest.raises(AwsError) as refused:
        resolve(text, SCOPE, qualifier=qualifier, action="GetFunction", caller=ME)
    assert (refused.value.code, refused.value.message) == (code, message)


def test_a_new_name_has_at_most_64_characters() -> None:
    assert resolve_new("a" * 64, SCOPE, ME) == "a" * 64
    for text in ("a" * 65, "function:" + "a" * 65):
        with pytest.raises(AwsError) as refused:
            resolve_new(text, SCOPE, ME)
        assert refused.value.code == "InvalidParameterValueException"
        assert refused.value.message == (
            f"1 validation error detected: Value '{'a' * 65}' at 'functionName' failed to satisfy constraint: "
            "Member must have length less than or equal to 64"
        )


def test_create_in_another_account_has_no_message() -> None:
    with pytest.raises(AwsError) as refused:
        resolve_new("arn:aws:lambda:us-east-1:111122223333:function:f", SCOPE, ME)
    assert (refused.value.code, refused.value.message) == ("AccessDeniedException", None)
