"""What the role of a mapping's function may do. Reference: Lambda Developer Guide (execution role permissions)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.unit.control.plane import Plane

from gatelet.functions.mappings.access import may_read, may_send

FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:f"
DESTINATION = "arn:aws:lambda:us-east-1:000000000000:function:d"
STREAM = "arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/s"
ROLE = "arn:aws:iam::000000000000:role/r"


@pytest.fixture(scope="module")
def iam() -> Iterator[Plane]:
    with asyncio.Runner() as runner:
        plane = Plane(runner, "iam")
        yield plane
        runner.run(plane.ports.background.stop())


def allow(iam: Plane, service: str, *statements: dict[str, Any]) -> None:
    """The role as a service may assume it, with these statements."""
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    if ROLE in str(iam.records.rows):
        iam("UpdateAssumeRolePolicy", RoleName="r", PolicyDocument=document)
    else:
        iam("CreateRole", RoleName="r", AssumeRolePolicyDocument=document)
    policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    iam("PutRolePolicy", RoleName="r", PolicyName="p", PolicyDocument=policy)


def statement(action: str, resource: str, effect: str = "Allow") -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource}


READ = statement("dynamodb:*", STREAM)
SEND = statement("lambda:InvokeFunction", DESTINATION)


@pytest.mark.parametrize(
    ("service", "statements", "reads", "sends"),
    [
        ("lambda.amazonaws.com", [READ, SEND], True, True),
        ("lambda.amazonaws.com", [READ], True, False),
        ("lambda.amazonaws.com", [SEND], False, True),
        ("lambda.amazonaws.com", [READ, SEND, statement("lambda:*", "*", "Deny")], True, False),
        ("lambda.amazonaws.com", [statement("lambda:InvokeFunction", FUNCTION)], False, False),
        ("apigateway.amazonaws.com", [READ, SEND], False, False),
    ],
    ids=["both", "read", "send", "denied", "another function", "no trust"],
)
def test_what_a_role_may(iam: Plane, service: str, statements: list[dict[str, Any]], reads: bool, sends: bool) -> None:
    allow(iam, service, *statements)
    authorizer = iam.ports.identity.authorizer
    assert may_read(authorizer, ROLE, FUNCTION, STREAM) == reads
    assert may_send(authorizer, ROLE, FUNCTION, DESTINATION) == sends


def test_a_role_that_does_not_exist_may_nothing(iam: Plane) -> None:
    authorizer = iam.ports.identity.authorizer
    assert not may_send(authorizer, f"{ROLE}-gone", FUNCTION, DESTINATION)
