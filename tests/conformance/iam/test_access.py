"""Keys of users and sessions of roles over HTTP, in the development mode: identity sections 1.3, 2 and 3."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from tests.walk import archive

ACCOUNT = "000000000000"
TRUST = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
CALLER = """
import boto3, botocore.exceptions

def lambda_handler(event, context):
    client = boto3.client("lambda")
    told = {}
    for name in ("allowed-one", "other-one"):
        try:
            told[name] = client.get_function_configuration(FunctionName=name)["FunctionName"]
        except botocore.exceptions.ClientError as error:
            told[name] = error.response["Error"]["Code"]
    return told
"""


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def allow(action: str, resource: str = "*") -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def client(gatelet: Any, service: str, credentials: dict[str, str]) -> Any:
    return boto3.session.Session().client(
        service,
        region_name="us-east-1",
        endpoint_url=gatelet.endpoint,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials.get("SessionToken"),
        config=Config(retries={"total_max_attempts": 1}),
    )


def refusal(call: Any, **params: Any) -> tuple[int, str, str]:
    with pytest.raises(ClientError) as caught:
        call(**params)
    error = caught.value.response
    return error["ResponseMetadata"]["HTTPStatusCode"], error["Error"]["Code"], error["Error"]["Message"]


@pytest.fixture
def jane(gatelet: Any) -> Iterator[dict[str, str]]:
    """The key of a user without policies."""
    iam = gatelet.client("iam")
    iam.create_user(UserName="jane")
    key = iam.create_access_key(UserName="jane")["AccessKey"]
    yield key
    iam.delete_access_key(UserName="jane", AccessKeyId=key["AccessKeyId"])
    for name in iam.list_user_policies(UserName="jane")["PolicyNames"]:
        iam.delete_user_policy(UserName="jane", PolicyName=name)
    iam.delete_user(UserName="jane")


def test_a_user_may_what_its_policies_allow(gatelet: Any, jane: dict[str, str]) -> None:
    """design 1: in both modes a key that exists in IAM is verified and authorised."""
    iam, user = gatelet.client("iam"), client(gatelet, "lambda", jane)
    arn = f"arn:aws:iam::{ACCOUNT}:user/jane"
    assert client(gatelet, "sts", jane).get_caller_identity()["Arn"] == arn
    assert refusal(user.list_functions) == (
        403,
        "AccessDeniedException",
        (
            f"User: {arn} is not authorized to perform: lambda:ListFunctions on resource: * "
            "because no identity-based policy allows the lambda:ListFunctions action"
        ),
    )
    iam.put_user_policy(UserName="jane", PolicyName="p", PolicyDocument=document(allow("lambda:List*")))
    assert user.list_functions()["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert refusal(client(gatelet, "iam", jane).list_users)[:2] == (403, "AccessDenied")
    logs = client(gatelet, "logs", jane)
    assert refusal(logs.describe_log_groups)[:2] == (400, "AccessDeniedException")  # identity 1.3: 400 on json
    assert refusal(client(gatelet, "apigateway", jane).get_rest_apis)[1:] == (
        "AccessDeniedException",
        (
            f"User: {arn} is not authorized to perform: apigateway:GET on resource: "
            "arn:aws:apigateway:us-east-1::/restapis because no identity-based policy allows the apigateway:GET action"
        ),
    )


def test_a_key_is_verified_and_can_be_switched_off(gatelet: Any, jane: dict[str, str]) -> None:
    iam = gatelet.client("iam")
    wrong = client(gatelet, "sts", {**jane, "SecretAccessKey": "x" * 40})
    assert refusal(wrong.get_caller_identity)[:2] == (403, "SignatureDoesNotMatch")
    sts = client(gatelet, "sts", jane)
    iam.update_access_key(UserName="jane", AccessKeyId=jane["AccessKeyId"], Status="Inactive")
    assert refusal(sts.get_caller_identity) == (
        403,
        "InvalidClientTokenId",
        "The security token included in the request is invalid.",
    )
    iam.update_access_key(UserName="jane", AccessKeyId=jane["AccessKeyId"], Status="Active")
    assert sts.get_caller_identity()["Account"] == ACCOUNT


def test_assume_role_and_use_it(gatelet: Any, jane: dict[str, str]) -> None:
    iam, user = gatelet.client("iam"), f"arn:aws:iam::{ACCOUNT}:user/jane"
    trust = {"Effect": "Allow", "Principal": {"AWS": user}, "Action": "sts:AssumeRole"}
    role = iam.create_role(RoleName="reader", AssumeRolePolicyDocument=document(trust))["Role"]
    iam.put_role_policy(RoleName="reader", PolicyName="p", PolicyDocument=document(allow("lambda:*")))
    sts = client(gatelet, "sts", jane)
    answer = sts.assume_role(RoleArn=role["Arn"], RoleSessionName="me", Policy=document(allow("lambda:ListFunctions")))
    session = client(gatelet, "lambda", answer["Credentials"])
    assert session.list_functions()["ResponseMetadata"]["HTTPStatusCode"] == 200
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/me"
    assert refusal(session.get_account_settings)[2] == (
        f"User: {arn} is not authorized to perform: lambda:GetAccountSettings on resource: * "
        "because no session policy allows the lambda:GetAccountSettings action"
    )
    assert refusal(sts.assume_role, RoleArn=role["Arn"] + "2", RoleSessionName="me") == (
        403,
        "AccessDenied",
        f"User: {user} is not authorized to perform: sts:AssumeRole on resource: {role['Arn']}2",
    )
    iam.delete_role_policy(RoleName="reader", PolicyName="p")
    iam.delete_role(RoleName="reader")


def test_a_function_calls_back_with_its_role(gatelet: Any) -> None:
    """design 1: every function has a session of its role, whose calls are authorised by the role's policies."""
    iam, functions = gatelet.client("iam"), gatelet.client("lambda")
    role = iam.create_role(RoleName="caller", AssumeRolePolicyDocument=document(TRUST))["Role"]["Arn"]
    allowed = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:allowed-one"
    statement = allow("lambda:GetFunctionConfiguration", allowed)
    iam.put_role_policy(RoleName="caller", PolicyName="p", PolicyDocument=document(statement))
    for name in ("allowed-one", "other-one"):
        functions.create_function(
            FunctionName=name,
            Runtime="python3.11",
            Role=role,
            Handler="lambda_function.lambda_handler",
            Timeout=30,
            Code={"ZipFile": archive(CALLER)},
        )
    functions.get_waiter("function_active_v2").wait(
        FunctionName="allowed-one", WaiterConfig={"Delay": 0.05, "MaxAttempts": 400}
    )
    answer = functions.invoke(FunctionName="allowed-one")
    told = json.loads(answer["Payload"].read())
    assert told == {"allowed-one": "allowed-one", "other-one": "AccessDeniedException"}


def test_lambda_takes_no_role_that_does_not_trust_it(gatelet: Any) -> None:
    """lambda-control-plane 4."""
    iam, functions = gatelet.client("iam"), gatelet.client("lambda")
    trust = {**TRUST, "Principal": {"Service": "events.amazonaws.com"}}
    role = iam.create_role(RoleName="not-for-lambda", AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    settings = {"Runtime": "python3.11", "Handler": "a.b", "Code": {"ZipFile": archive(CALLER)}}
    assert refusal(functions.create_function, FunctionName="none", Role=role, **settings) == (
        400,
        "InvalidParameterValueException",
        "The role defined for the function cannot be assumed by Lambda.",
    )
