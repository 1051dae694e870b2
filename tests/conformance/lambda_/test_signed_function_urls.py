"""Function URLs with AuthType AWS_IAM: lambda-execution section 11, lambda-control-plane section 10."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from tests.walk import Answer, create_function, request

SOURCE = "def lambda_handler(event, context):\n    return event['requestContext']\n"
ACTIONS = ("lambda:InvokeFunctionUrl", "lambda:InvokeFunction")
FORBIDDEN = (
    "Forbidden. For troubleshooting Function URL authorization issues, see: "
    "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"
)


class Signed:
    """A function whose URL takes signed requests only, and a user without a policy."""

    def __init__(self, gatelet: Any) -> None:
        self.arn = create_function(gatelet, "signed", SOURCE)
        self.functions = gatelet.client("lambda")
        self.url: str = self.functions.create_function_url_config(FunctionName="signed", AuthType="AWS_IAM")[
            "FunctionUrl"
        ]
        self.iam = gatelet.client("iam")
        self.iam.create_user(UserName="url-caller")
        self.key: dict[str, str] = self.iam.create_access_key(UserName="url-caller")["AccessKey"]

    def call(self, key: str = "", secret: str = "", *, service: str = "lambda", region: str = "us-east-1") -> Answer:
        """Sign a request as its user, or with the key, and send it."""
        credentials = Credentials(key or self.key["AccessKeyId"], secret or self.key["SecretAccessKey"])
        made = AWSRequest("POST", f"{self.url}a%2Fb?x=1", data=b"{}", headers={"Host": urlsplit(self.url).netloc})
        SigV4Auth(credentials, service, region).add_auth(made)
        return request(f"{self.url}a%2Fb?x=1", "POST", b"{}", dict(made.headers.items()))

    def allow(self, *actions: str, effect: str = "Allow", **more: Any) -> None:
        """Give the user a policy."""
        statement = {"Effect": effect, "Action": list(actions), "Resource": self.arn, **more}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.iam.put_user_policy(UserName="url-caller", PolicyName="call", PolicyDocument=document)

    def permit(self, principal: str) -> None:
        """Let a principal in by the function's own policy."""
        conditions: tuple[dict[str, Any], ...] = ({"FunctionUrlAuthType": "AWS_IAM"}, {"InvokedViaFunctionUrl": True})
        for number, (action, more) in enumerate(zip(ACTIONS, conditions, strict=True)):
            self.functions.add_permission(
                FunctionName="signed", StatementId=f"s{number}", Action=action, Principal=principal, **more
            )

    def forbid(self) -> None:
        """Take both permissions away."""
        for number in range(2):
            self.functions.remove_permission(FunctionName="signed", StatementId=f"s{number}")


@pytest.fixture(scope="module")
def signed(gatelet: Any) -> Signed:
    return Signed(gatelet)


def kind(answer: Answer) -> tuple[int, str | None]:
    return answer.status, answer.header("x-amzn-ErrorType")


def test_an_unsigned_request_is_forbidden(signed: Signed) -> None:
    answer = request(signed.url)
    assert (kind(answer), answer.json()) == ((403, "AccessDeniedException"), {"Message": FORBIDDEN})


def test_the_caller_needs_both_permissions(signed: Signed) -> None:
    for action in ACTIONS:
        signed.allow(action)
        answer = signed.call()
        assert (kind(answer), answer.json()) == ((403, "AccessDeniedException"), {"Message": FORBIDDEN})
    signed.allow(*ACTIONS)
    context = signed.call().json()
    user = "arn:aws:iam::000000000000:user/url-caller"
    iam = context["authorizer"]["iam"]
    assert (iam["accessKey"], iam["accountId"], iam["userArn"]) == (signed.key["AccessKeyId"], "000000000000", user)
    assert iam["callerId"] == iam["userId"]
    assert (iam["cognitoIdentity"], iam["principalOrgId"]) == (None, None)
    assert context["accountId"] == "000000000000"


@pytest.mark.parametrize(
    "condition",
    [{"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}, {"Bool": {"lambda:InvokedViaFunctionUrl": "false"}}],
    ids=["the auth type", "the way"],
)
def test_conditions_on_how_it_is_called(signed: Signed, condition: Any) -> None:
    signed.allow(*ACTIONS, Condition=condition)
    assert signed.call().status == 403


def test_the_policy_of_the_function_is_enough_in_its_account(signed: Signed) -> None:
    signed.allow("lambda:GetFunction")
    assert signed.call().status == 403
    signed.permit("arn:aws:iam::000000000000:user/url-caller")
    assert signed.call().status == 200
    signed.allow("lambda:InvokeFunction", effect="Deny")
    assert signed.call().status == 403
    signed.forbid()


def test_another_account_needs_the_policy_of_the_function(signed: Signed) -> None:
    stranger = "111122223333"
    assert signed.call(stranger, "test").status == 403
    signed.permit(stranger)
    iam = signed.call(stranger, "test").json()["authorizer"]["iam"]
    assert (iam["accountId"], iam["userArn"]) == (stranger, f"arn:aws:iam::{stranger}:root")
    signed.forbid()


@pytest.mark.parametrize(
    ("credentials", "scope", "error"),
    [
        (("test", "wrong"), {}, "InvalidSignatureException"),
        (("AKIANOBODYKNOWSTHIS0", "x"), {}, "UnrecognizedClientException"),
        (("test", "test"), {"service": "execute-api"}, "InvalidSignatureException"),
        (("test", "test"), {"region": "eu-west-1"}, "InvalidSignatureException"),
    ],
    ids=["secret", "key", "service", "region"],
)
def test_what_is_signed_wrongly(
    signed: Signed, credentials: tuple[str, str], scope: dict[str, str], error: str
) -> None:
    answer = signed.call(*credentials, **scope)
    assert kind(answer) == (403, error)
    assert set(answer.json()) == {"message"}


def test_a_url_that_streams_asks_as_well(signed: Signed) -> None:
    signed.functions.update_function_url_config(FunctionName="signed", InvokeMode="RESPONSE_STREAM")
    signed.allow("lambda:GetFunction")
    assert (request(signed.url).status, signed.call().status) == (403, 403)
    signed.allow(*ACTIONS)
    answer = signed.call()
    assert answer.status == 200
    assert answer.json()["authorizer"]["iam"]["accessKey"] == signed.key["AccessKeyId"]
    signed.functions.update_function_url_config(FunctionName="signed", InvokeMode="BUFFERED")
