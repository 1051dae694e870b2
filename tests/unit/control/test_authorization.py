"""The control plane's door: what callers may do, and AWS's words for what they may not (identity section 1.3)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.unit.control.plane import NOW, Plane

from gatelet.aws.errors import AwsError
from gatelet.aws.scope import DEFAULT_ACCOUNT, Scope
from gatelet.control.authorization import Asking, Authorization
from gatelet.control.operation import Call
from gatelet.http.request import Request
from gatelet.identity.principals import Principal, PrincipalType
from gatelet.identity.request_keys import Circumstances
from gatelet.storage.ports import Collection, Put

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)
SESSION = f"arn:aws:sts::{DEFAULT_ACCOUNT}:assumed-role/deployer/me"


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def allow(action: str | list[str], resource: str | list[str] = "*", **members: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **members}


@pytest.fixture
def iam() -> Iterator[Plane]:
    with asyncio.Runner() as runner:
        yield Plane(runner, "iam")


@pytest.fixture
def role(iam: Plane) -> str:
    """The unique id of a role ``deployer`` without policies."""
    made: str = iam("CreateRole", RoleName="deployer", AssumeRolePolicyDocument=TRUST)["Role"]["RoleId"]
    return made


def session(role_id: str, *policies: str) -> Principal:
    return Principal(
        DEFAULT_ACCOUNT,
        SESSION,
        f"{role_id}:me",
        "ASIA",
        type=PrincipalType.ROLE,
        name="deployer",
        identity_arn=f"arn:aws:iam::{DEFAULT_ACCOUNT}:role/deployer",
        unique_id=role_id,
        issued=int(NOW),
        session_policies=policies,
    )


def check(
    plane: Plane,
    principal: Principal,
    service: str,
    operation: str,
    params: dict[str, Any] | None = None,
    *,
    method: str = "POST",
    path: str = "/",
    source_ip: str = "127.0.0.1",
) -> str | None:
    """None if the call is allowed, or the message."""
    request = Request.of(method, path, "", [], b"", source_ip)
    circumstances = Circumstances(NOW, source_ip=source_ip, region="us-east-1")
    scope = Scope(DEFAULT_ACCOUNT, "us-east-1")
    call = Call(scope, principal, "id", "http://127.0.0.1:4566", plane.ports, circumstances=circumstances)
    try:
        plane.run(Authorization().check(call, Asking(service, operation, params or {}, request)))
    except AwsError as error:
        return error.message if error.code == "AccessDeniedException" else error.code
    return None


FUNCTION = f"arn:aws:lambda:us-east-1:{DEFAULT_ACCOUNT}:function:f"
GROUP = f"arn:aws:logs:us-east-1:{DEFAULT_ACCOUNT}:log-group:/aws/lambda/f"
APIS = "arn:aws:apigateway:us-east-1::/restapis"
IAM_ARN = f"arn:aws:iam::{DEFAULT_ACCOUNT}"
NEEDS: list[tuple[str, str, dict[str, Any], dict[str, str], list[tuple[str, str]]]] = [
    ("lambda", "Invoke", {"FunctionName": "f"}, {}, [("lambda:InvokeFunction", FUNCTION)]),
    ("lambda", "Invoke", {"FunctionName": "f", "Qualifier": "v"}, {}, [("lambda:InvokeFunction", f"{FUNCTION}:v")]),
    ("lambda", "Invoke", {"FunctionName": FUNCTION}, {}, [("lambda:InvokeFunction", FUNCTION)]),
    ("lambda", "GetFunction", {"FunctionName": "f"}, {}, [("lambda:GetFunction", FUNCTION)]),
    ("lambda", "ListFunctions", {}, {}, [("lambda:ListFunctions", "*")]),
    ("lambda", "TagResource", {"Resource": FUNCTION, "Tags": {}}, {}, [("lambda:TagResource", FUNCTION)]),
    ("lambda", "DeleteEventSourceMapping", {"UUID": "u"}, {}, [
        ("lambda:DeleteEventSourceMapping", FUNCTION.replace("function:f", "event-source-mapping:u"))]),
    ("lambda", "GetLayerVersion", {"LayerName": "l", "VersionNumber": 2}, {}, [
        ("lambda:GetLayerVersion", FUNCTION.replace("function:f", "layer:l:2"))]),
    # Another spelling of the same thing is judged as the thing: it does not get around a policy.
    ("lambda", "GetLayerVersion", {"LayerName": f"arn:aws-x:lambda:us-east-1:{DEFAULT_ACCOUNT}:layer:l",
        "VersionNumber": 2}, {}, [("lambda:GetLayerVersion", FUNCTION.replace("function:f", "layer:l:2"))]),
    ("lambda", "GetLayerVersionByArn", {"Arn": f"arn:aws-x:lambda:us-east-1:{DEFAULT_ACCOUNT}:layer:l:007"}, {}, [
        ("lambda:GetLayerVersion", FUNCTION.replace("function:f", "layer:l:7"))]),
    ("lambda", "ListTags", {"Resource": FUNCTION.replace("arn:aws:", "arn:aws-x:")}, {}, [
        ("lambda:ListTags", FUNCTION)]),
    ("lambda", "ListTags", {"Resource": "arn:aws:lambda:eu-west-1:999999999999:event-source-mapping:u"}, {}, [
        ("lambda:ListTags", FUNCTION.replace("function:f", "event-source-mapping:u"))]),
    ("lambda", "CreateEventSourceMapping", {"FunctionName": "f"}, {}, [("lambda:CreateEventSourceMapping", "*")]),
    ("lambda", "CreateFunction", {"FunctionName": "f", "Role": f"{IAM_ARN}:role/r"}, {}, [
        ("lambda:CreateFunction", FUNCTION), ("iam:PassRole", f"{IAM_ARN}:role/r")]),
    ("apigateway", "CreateRestApi", {}, {"path": "/restapis"}, [("apigateway:POST", APIS)]),
    ("apigateway", "GetResources", {}, {"path": "/restapis/a1/resources/", "method": "GET"}, [
        ("apigateway:GET", f"{APIS}/a1/resources")]),
    ("apigateway", "GetRestApi", {}, {"path": "/restapis/%61b", "method": "GET"}, [("apigateway:GET", f"{APIS}/ab")]),
    ("apigateway", "GetTags", {}, {"path": "/tags/arn:aws:x%2Fy", "method": "GET"}, [
        ("apigateway:GET", "arn:aws:apigateway:us-east-1::/tags/arn%3Aaws%3Ax%2Fy")]),
    ("apigateway", "PutIntegration", {"credentials": f"{IAM_ARN}:role/r"}, {"path": "/restapis", "method": "PUT"}, [
        ("apigateway:PUT", APIS), ("iam:PassRole", f"{IAM_ARN}:role/r")]),
    ("apigateway", "UpdateAccount", {"patchOperations": [
        {"op": "replace", "path": "/cloudwatchRoleArn", "value": f"{IAM_ARN}:role/r"}]},
        {"path": "/account", "method": "PATCH"},
        [("apigateway:PATCH", "arn:aws:apigateway:us-east-1::/account"), ("iam:PassRole", f"{IAM_ARN}:role/r")]),
    ("apigateway", "ImportRestApi", {"body": f'{{"credentials":"{IAM_ARN}:role/r"}}'.encode()}, {"path": "/restapis"}, [
        ("apigateway:POST", APIS), ("iam:PassRole", f"{IAM_ARN}:role/r")]),
    ("logs", "CreateLogGroup", {"logGroupName": "/aws/lambda/f"}, {}, [
        ("logs:CreateLogGroup", f"{GROUP}:log-stream:")]),
    ("logs", "PutLogEvents", {"logGroupName": "/aws/lambda/f", "logStreamName": "s"}, {}, [
        ("logs:PutLogEvents", f"{GROUP}:log-stream:s")]),
    ("logs", "DescribeLogGroups", {"logGroupNamePrefix": "/aws/lambda/f"}, {}, [
        ("logs:DescribeLogGroups", f"arn:aws:logs:us-east-1:{DEFAULT_ACCOUNT}:log-group::log-stream:")]),
    ("logs", "FilterLogEvents", {"logGroupIdentifier": f"{GROUP}:*"}, {}, [
        ("logs:FilterLogEvents", f"{GROUP}:log-stream:")]),
    ("logs", "TagResource", {"resourceArn": GROUP, "tags": {"a": "b"}}, {}, [("logs:TagResource", GROUP)]),
    ("logs", "TestMetricFilter", {}, {}, [("logs:TestMetricFilter", "*")]),
    ("iam", "CreateRole", {"RoleName": "r", "Path": "/p/"}, {}, [("iam:CreateRole", f"{IAM_ARN}:role/p/r")]),
    ("iam", "GetRole", {"RoleName": "deployer"}, {}, [("iam:GetRole", f"{IAM_ARN}:role/deployer")]),
    ("iam", "UpdateRole", {"RoleName": "deployer", "NewRoleName": "admin", "NewPath": "/p/"}, {}, [
        ("iam:UpdateRole", f"{IAM_ARN}:role/deployer"), ("iam:UpdateRole", f"{IAM_ARN}:role/p/admin")]),
    ("iam", "AddUserToGroup", {"GroupName": "g", "UserName": "u"}, {}, [("iam:AddUserToGroup", f"{IAM_ARN}:group/g")]),
    ("iam", "ListUsers", {}, {}, [("iam:ListUsers", f"{IAM_ARN}:user/")]),
    ("iam", "CreatePolicy", {"PolicyName": "p"}, {}, [("iam:CreatePolicy", f"{IAM_ARN}:policy/p")]),
    ("iam", "GetPolicy", {"PolicyArn": f"{IAM_ARN}:policy/p"}, {}, [("iam:GetPolicy", f"{IAM_ARN}:policy/p")]),
    ("iam", "GetAccountSummary", {}, {}, [("iam:GetAccountSummary", "*")]),
    ("sts", "GetAccessKeyInfo", {"AccessKeyId": "AKIA"}, {}, [("sts:GetAccessKeyInfo", "*")]),
    ("sts", "GetCallerIdentity", {}, {}, []),
    ("stepfunctions", "StartExecution", {}, {}, [("states:StartExecution", "*")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("service", "operation", "params", "request_line", "needs"),
    NEEDS,
    ids=[f"{number}-{row[0]}-{row[1]}" for number, row in enumerate(NEEDS)],
)
def test_what_an_operation_needs(
    iam: Plane,
    role: str,
    service: str,
    operation: str,
    params: dict[str, Any],
    request_line: dict[str, str],
    needs: list[tuple[str, str]],
) -> None:
    """With exactly these actions on exactly these resources it is allowed; with any of them missing, it is not."""
    for missing in [None, *range(len(needs))]:
        statements = [allow(*need) for number, need in enumerate(needs) if number != missing]
        statements.append(allow("ec2:Nothing"))
        iam("PutRolePolicy", RoleName="deployer", PolicyName="p", PolicyDocument=document(*statements))
        told = check(iam, session(role), service, operation, params, **request_line)
        if missing is None:
            assert told is None
        else:
            action, resource = needs[missing]
            shown = f"policy {resource}" if ":policy/" in resource and operation != "CreatePolicy" else resource
            assert told == (
                f"User: {SESSION} is not authorized to perform: {action} on resource: {shown} "
                f"because no identity-based policy allows the {action} action"
            )


def test_the_words_of_every_denial(iam: Plane, role: str) -> None:
    """identity 1.3: which kind of policy denied, or did not allow."""
    start = f"User: {SESSION} is not authorized to perform: lambda:InvokeFunction on resource: {FUNCTION} "

    def told(*policies: str, **statements: dict[str, Any]) -> str | None:
        iam("PutRolePolicy", RoleName="deployer", PolicyName="p", PolicyDocument=document(*statements.values()))
        answer = check(iam, session(role, *policies), "lambda", "Invoke", {"FunctionName": "f"})
        return None if answer is None else answer.removeprefix(start)

    anything = allow("lambda:*")
    deny = {"Effect": "Deny", "Action": "lambda:Invoke*", "Resource": "*"}
    assert told(one=anything) is None
    assert told(one=allow("logs:*")) == "because no identity-based policy allows the lambda:InvokeFunction action"
    assert told(one=anything, two=deny) == "with an explicit deny in an identity-based policy"
    assert told(document(allow("logs:*")), one=anything) == (
        "because no session policy allows the lambda:InvokeFunction action"
    )
    assert told(document(anything, deny), one=anything) == "with an explicit deny in a session policy"


def test_a_function_s_own_policy_may_grant(iam: Plane, role: str) -> None:
    """identity 2, "Evaluation" 3: in the same account either is enough; the account alone delegates."""

    def grant(principal: Any) -> None:
        statement = {**allow("lambda:InvokeFunction", FUNCTION), "Sid": "s", "Principal": {"AWS": principal}}
        value = {"policies": {"$LATEST": {"RevisionId": "", "Statement": [statement]}}, "tags": {}}
        key = Collection("lambda", "Function", DEFAULT_ACCOUNT, "us-east-1").key("f")
        iam.run(iam.records.write(Put(key, value)))

    def allowed(*policies: str) -> bool:
        return check(iam, session(role, *policies), "lambda", "Invoke", {"FunctionName": "f"}) is None

    nothing = document(allow("logs:*"))
    for named, alone, within in [
        (SESSION, True, True),
        (f"{IAM_ARN}:role/deployer", True, False),
        ("*", True, False),
        (f"{IAM_ARN}:root", False, False),
        (f"{IAM_ARN}:role/other", False, False),
    ]:
        grant(named)
        assert (allowed(), allowed(nothing)) == (alone, within), named


def test_conditions_see_the_request(iam: Plane, role: str) -> None:
    conditions = {
        "IpAddress": {"aws:SourceIp": "10.0.0.0/8"},
        "StringEquals": {"aws:RequestedRegion": "us-east-1", "aws:PrincipalType": "AssumedRole"},
        "ArnEquals": {"aws:PrincipalArn": f"{IAM_ARN}:role/deployer"},
        "DateLessThan": {"aws:CurrentTime": "2026-01-02T00:00:00Z"},
        "StringLike": {"aws:userid": "*:me"},
        "Bool": {"aws:SecureTransport": "false"},
    }
    statement = allow("lambda:ListFunctions", Condition=conditions)
    iam("PutRolePolicy", RoleName="deployer", PolicyName="p", PolicyDocument=document(statement))
    assert check(iam, session(role), "lambda", "ListFunctions", source_ip="10.1.2.3") is None
    assert check(iam, session(role), "lambda", "ListFunctions", source_ip="11.1.2.3") is not None


def test_a_role_made_anew_is_another_role(iam: Plane, role: str) -> None:
    """A session belongs to the role as it was: the unique id tells."""
    everything = document(allow("*"))
    iam("PutRolePolicy", RoleName="deployer", PolicyName="p", PolicyDocument=everything)
    assert check(iam, session(role), "lambda", "ListFunctions") is None
    iam("DeleteRolePolicy", RoleName="deployer", PolicyName="p")
    iam("DeleteRole", RoleName="deployer")
    assert check(iam, session(role), "lambda", "ListFunctions") is not None
    iam("CreateRole", RoleName="deployer", AssumeRolePolicyDocument=TRUST)
    iam("PutRolePolicy", RoleName="deployer", PolicyName="p", PolicyDocument=everything)
    assert check(iam, session(role), "lambda", "ListFunctions") is not None


@pytest.mark.parametrize("resource", [GROUP, f"{GROUP}:*", f"{GROUP}:log-stream:*", GROUP[:-1] + "*"])
def test_both_ways_to_write_a_log_group_count(iam: Plane, role: str, resource: str) -> None:
    """CloudWatch Logs User Guide: with and without ``:*``, in an Allow and in a Deny."""
    asked = ("logs", "CreateLogStream"), {"logGroupName": "/aws/lambda/f", "logStreamName": "s"}

    def told(*statements: dict[str, Any]) -> str | None:
        iam("PutRolePolicy", RoleName="deployer", PolicyName="p", PolicyDocument=document(*statements))
        return check(iam, session(role), *asked[0], asked[1])

    assert told(allow("logs:*", resource)) is None
    deny = {"Effect": "Deny", "Action": "logs:*", "Resource": resource}
    assert "explicit deny" in (told(allow("logs:*"), deny) or "")
    assert told(allow("logs:*", resource.replace("/f", "/g").replace("/aws/lambda/*", "/aws/other/*"))) is not None
