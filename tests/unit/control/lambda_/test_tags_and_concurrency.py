"""Tags (lambda-control-plane section 13) and reserved concurrency (section 7)."""

from __future__ import annotations

import pytest
from tests.unit.control.lambda_.conftest import ARN, LambdaPlane


def test_tags(plane: LambdaPlane) -> None:
    function = plane.create_active(Tags={"a": "1", "b": "2"})
    plane("TagResource", Resource=ARN, Tags={"b": "3", "c": ""})
    assert plane("ListTags", Resource=ARN) == {"Tags": {"a": "1", "b": "3", "c": ""}}
    tagged = plane("GetFunctionConfiguration", FunctionName="f")
    assert tagged["RevisionId"] != function["RevisionId"]
    plane("UntagResource", Resource=ARN, TagKeys=["a", "nothing"])
    assert plane("ListTags", Resource=ARN) == {"Tags": {"b": "3", "c": ""}}
    assert plane("GetFunctionConfiguration", FunctionName="f")["RevisionId"] != tagged["RevisionId"]
    plane.create("g")
    assert plane("ListTags", Resource=ARN[:-1] + "g") == {"Tags": {}}


@pytest.mark.parametrize(
    ("resource", "tags", "code", "message"),
    [
        (
            f"{ARN}:live",
            {"a": "1"},
            "InvalidParameterValueException",
            "Tags on function aliases and versions are not supported. Please specify a function ARN.",
        ),
        (
            ARN,
            {},
            "InvalidParameterValueException",
            "An error occurred and the request cannot be processed.",
        ),
        (
            ARN,
            {f"k{number}": "" for number in range(50)},
            "InvalidParameterValueException",
            "Number of tags exceeds resource tag limit.",
        ),
        (f"{ARN}2", {"a": "1"}, "ResourceNotFoundException", f"Function not found: {ARN}2"),
        (
            "arn:aws:lambda:us-east-1:000000000000:event-source-mapping:x",
            {"a": "1"},
            "ResourceNotFoundException",
            "Event source mapping not found: arn:aws:lambda:us-east-1:000000000000:event-source-mapping:x",
        ),
    ],
)
def test_refused_tags(plane: LambdaPlane, resource: str, tags: dict[str, str], code: str, message: str) -> None:
    plane.create_active(Tags={"own": "1"})
    assert plane.fails("TagResource", Resource=resource, Tags=tags) == (code, message)


@pytest.mark.parametrize("tags", [{"aws:x": "1"}, {"k" * 129: "1"}, {"k": "v" * 257}, {"": "1"}])
def test_tags_that_aws_does_not_take(plane: LambdaPlane, tags: dict[str, str]) -> None:
    assert plane.refused_create(Tags=tags)[0] == "InvalidParameterValueException"


def test_fifty_tags_are_enough_for_create(plane: LambdaPlane) -> None:
    plane.create("g", Tags={f"k{number}": "" for number in range(50)})
    assert plane.refused_create(Tags={f"k{number}": "" for number in range(51)}) == (
        "InvalidParameterValueException",
        "Number of tags exceeds resource tag limit.",
    )


def test_reserved_concurrency(plane: LambdaPlane) -> None:
    plane.create_active()
    assert plane("GetFunctionConcurrency", FunctionName="f") == {}
    for amount in (0, 900):
        expected = {"ReservedConcurrentExecutions": amount}
        assert plane("PutFunctionConcurrency", FunctionName="f", ReservedConcurrentExecutions=amount) == expected
        assert plane("GetFunctionConcurrency", FunctionName="f") == expected
    assert plane("DeleteFunctionConcurrency", FunctionName="f") == {}
    assert plane("GetFunctionConcurrency", FunctionName="f") == {}


def test_100_stay_unreserved(plane: LambdaPlane) -> None:
    plane.create_active("f")
    plane.create_active("g")
    plane("PutFunctionConcurrency", FunctionName="g", ReservedConcurrentExecutions=800)
    error = plane.refusal("PutFunctionConcurrency", FunctionName="f", ReservedConcurrentExecutions=101)
    assert error.message == (
        "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution "
        "below its minimum value of [100]."
    )
    assert error.members == {"Type": None}, "this one has no Type (section 1)"
    plane("PutFunctionConcurrency", FunctionName="f", ReservedConcurrentExecutions=100)


def test_concurrency_is_for_functions_that_exist(plane: LambdaPlane) -> None:
    plane.create_active()
    assert plane.fails("PutFunctionConcurrency", FunctionName="g", ReservedConcurrentExecutions=5000) == (
        "ResourceNotFoundException",
        "Function not found: arn:aws:lambda:us-east-1:000000000000:function:g:$LATEST",
    )
    for operation in ("PutFunctionConcurrency", "GetFunctionConcurrency", "DeleteFunctionConcurrency"):
        params = {"ReservedConcurrentExecutions": 1} if operation.startswith("Put") else {}
        assert plane.fails(operation, FunctionName=f"{ARN}:1", **params) == (
            "InvalidParameterValueException",
            (
                "This operation is permitted on Lambda functions only. Aliases and versions do not support this "
                "operation. Please specify either a function name or an unqualified function ARN."
            ),
        )
