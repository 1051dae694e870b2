"""Each trigger of a user pool calls its function, and what the function says counts.

Cognito Developer Guide, "Customizing user pool workflows with Lambda triggers". Sign-up, the challenges and version 1
of token generation are in test_user_pools.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import jwt
import pytest
from tests.walk import create_function

PASSWORD = "Passw0rd!"
FLOWS = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
TRIGGERS = """
import json

def lambda_handler(event, context):
    source, request, response = event["triggerSource"], event["request"], event["response"]
    data = request.get("validationData") or request.get("clientMetadata") or {}
    if data.get("fail") == source.split("_")[0]:
        raise ValueError(json.dumps({"source": source, "user": event["userName"], "request": request}))
    if source.startswith("CustomMessage"):
        name = request["usernameParameter"] or event["userName"]
        response["emailSubject"] = source
        response["emailMessage"] = f"{name}: {request['codeParameter']}"
    elif source.startswith("TokenGeneration"):
        response["claimsAndScopeOverrideDetails"] = {
            "idTokenGeneration": {"claimsToAddOrOverride": {"plan": "gold", "aud": "forged"}},
            "accessTokenGeneration": {
                "claimsToAddOrOverride": {"tenant": "blue", "client_id": "forged", "source": source},
                "scopesToAdd": ["shop/read"],
            },
        }
    elif source.startswith("UserMigration"):
        if event["userName"] == "stranger" or request.get("password") not in (None, "0ld-Passw0rd"):
            raise ValueError("unknown")
        mail = f"{event['userName']}@example.com"
        response["userAttributes"] = {"email": mail, "email_verified": "true"}
        response["finalUserStatus"], response["messageAction"] = "CONFIRMED", "SUPPRESS"
    return event
"""


class Triggered:
    """A pool whose triggers are all one function."""

    def __init__(self, gatelet: Any) -> None:
        self.gatelet, self.cognito = gatelet, gatelet.client("cognito-idp")
        arn = create_function(gatelet, "every-trigger", TRIGGERS)
        names = ("CustomMessage", "PostConfirmation", "PreAuthentication", "PostAuthentication", "UserMigration")
        config = {**dict.fromkeys(names, arn), "PreTokenGenerationConfig": {"LambdaArn": arn, "LambdaVersion": "V2_0"}}
        pool = self.cognito.create_user_pool(PoolName="t", AutoVerifiedAttributes=["email"], LambdaConfig=config)
        self.pool: str = pool["UserPool"]["Id"]
        gatelet.client("lambda").add_permission(
            FunctionName="every-trigger",
            StatementId="pool",
            Action="lambda:InvokeFunction",
            Principal="cognito-idp.amazonaws.com",
            SourceArn=pool["UserPool"]["Arn"],
        )
        client = self.cognito.create_user_pool_client(UserPoolId=self.pool, ClientName="c", ExplicitAuthFlows=FLOWS)
        self.client: str = client["UserPoolClient"]["ClientId"]

    def sign_up(self, name: str) -> None:
        mail = [{"Name": "email", "Value": f"{name}@example.com"}]
        self.cognito.sign_up(ClientId=self.client, Username=name, Password=PASSWORD, UserAttributes=mail)

    def confirm(self, name: str, **members: Any) -> None:
        code = self.letter()["code"]
        self.cognito.confirm_sign_up(ClientId=self.client, Username=name, ConfirmationCode=code, **members)

    def sign_in(self, name: str, password: str = PASSWORD, **metadata: str) -> Any:
        return self.cognito.initiate_auth(
            ClientId=self.client,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": name, "PASSWORD": password},
            ClientMetadata=metadata,
        )

    def status(self, name: str) -> str:
        found: str = self.cognito.admin_get_user(UserPoolId=self.pool, Username=name)["UserStatus"]
        return found

    def letter(self) -> dict[str, str]:
        """The newest message of the outbox."""
        lines = (self.gatelet.data_dir / "cognito-outbox.jsonl").read_text("utf-8").splitlines()
        found: dict[str, str] = json.loads(lines[-1])
        return found

    def told(self, trigger: str, call: Any, *arguments: Any, **members: Any) -> dict[str, Any]:
        """What the function was told, which failed with it."""
        with pytest.raises(self.cognito.exceptions.UserLambdaValidationException) as caught:
            call(*arguments, **members)
        message = caught.value.response["Error"]["Message"]
        assert message.startswith(f"{trigger} failed with error ")
        found: dict[str, Any] = json.loads(message.removeprefix(f"{trigger} failed with error ").removesuffix("."))
        return found


@pytest.fixture(scope="module")
def pool(gatelet: Any) -> Triggered:
    return Triggered(gatelet)


def claims(token: str) -> Mapping[str, Any]:
    found: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return found


def test_custom_message(pool: Triggered) -> None:
    pool.sign_up("ann")
    first = pool.letter()
    assert (first["subject"], first["message"]) == ("CustomMessage_SignUp", f"ann: {first['code']}")
    pool.cognito.resend_confirmation_code(ClientId=pool.client, Username="ann")
    assert pool.letter()["subject"] == "CustomMessage_ResendCode"
    pool.confirm("ann")
    pool.cognito.forgot_password(ClientId=pool.client, Username="ann")
    assert pool.letter()["subject"] == "CustomMessage_ForgotPassword"
    mail = [{"Name": "email", "Value": "bea@example.com"}]
    pool.cognito.admin_create_user(UserPoolId=pool.pool, Username="bea", UserAttributes=mail)
    invited = pool.letter()
    assert (invited["subject"], invited["message"]) == ("CustomMessage_AdminCreateUser", f"bea: {invited['code']}")


def test_post_confirmation(pool: Triggered) -> None:
    """It cannot undo the confirmation."""
    pool.sign_up("cleo")
    told = pool.told("PostConfirmation", pool.confirm, "cleo", ClientMetadata={"fail": "PostConfirmation"})
    assert (told["source"], told["user"]) == ("PostConfirmation_ConfirmSignUp", "cleo")
    assert told["request"]["userAttributes"]["email"] == "cleo@example.com"
    assert pool.status("cleo") == "CONFIRMED"
    pool.cognito.forgot_password(ClientId=pool.client, Username="cleo")
    told = pool.told(
        "PostConfirmation",
        pool.cognito.confirm_forgot_password,
        ClientId=pool.client,
        Username="cleo",
        ConfirmationCode=pool.letter()["code"],
        Password=PASSWORD,
        ClientMetadata={"fail": "PostConfirmation"},
    )
    assert told["source"] == "PostConfirmation_ConfirmForgotPassword"


def test_pre_and_post_authentication(pool: Triggered) -> None:
    pool.sign_up("dan")
    pool.confirm("dan")
    assert pool.sign_in("dan")["AuthenticationResult"]
    before = pool.told("PreAuthentication", pool.sign_in, "dan", "wrong", fail="PreAuthentication")
    assert (before["source"], before["request"]["userNotFound"]) == ("PreAuthentication_Authentication", False)
    after = pool.told("PostAuthentication", pool.sign_in, "dan", fail="PostAuthentication")
    assert (after["source"], after["request"]["newDeviceUsed"]) == ("PostAuthentication_Authentication", False)


def test_token_generation_of_version_2(pool: Triggered) -> None:
    pool.sign_up("eva")
    pool.confirm("eva")
    tokens = pool.sign_in("eva")["AuthenticationResult"]
    identity, access = claims(tokens["IdToken"]), claims(tokens["AccessToken"])
    assert (identity["plan"], identity["aud"]) == ("gold", pool.client)
    assert (access["tenant"], access["client_id"]) == ("blue", pool.client)
    assert access["scope"] == "aws.cognito.signin.user.admin shop/read"
    assert access["source"] == "TokenGeneration_Authentication"
    given = {"REFRESH_TOKEN": tokens["RefreshToken"]}
    again = pool.cognito.initiate_auth(ClientId=pool.client, AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters=given)
    assert claims(again["AuthenticationResult"]["AccessToken"])["source"] == "TokenGeneration_RefreshTokens"


def test_user_migration(pool: Triggered) -> None:
    """With the password of the old system, and by who has forgotten it."""
    assert pool.sign_in("finn", "0ld-Passw0rd")["AuthenticationResult"]
    assert pool.status("finn") == "CONFIRMED"
    for name, password in (("stranger", "0ld-Passw0rd"), ("gil", "wrong")):
        with pytest.raises(pool.cognito.exceptions.UserLambdaValidationException, match="unknown"):
            pool.sign_in(name, password)
    pool.cognito.forgot_password(ClientId=pool.client, Username="gil")
    assert pool.status("gil") == "RESET_REQUIRED"
    code = pool.letter()["code"]
    pool.cognito.confirm_forgot_password(ClientId=pool.client, Username="gil", ConfirmationCode=code, Password=PASSWORD)
    assert pool.sign_in("gil")["AuthenticationResult"]


@pytest.mark.parametrize(
    "config",
    [
        {"CustomSMSSender": {"LambdaVersion": "V1_0", "LambdaArn": "arn:aws:lambda:us-east-1:000000000000:function:f"}},
        {
            "CustomEmailSender": {
                "LambdaVersion": "V1_0",
                "LambdaArn": "arn:aws:lambda:us-east-1:000000000000:function:f",
            }
        },
        {"KMSKeyID": "arn:aws:kms:us-east-1:000000000000:key/1"},
        {
            "PreTokenGenerationConfig": {
                "LambdaVersion": "V3_0",
                "LambdaArn": "arn:aws:lambda:us-east-1:000000000000:function:f",
            }
        },
    ],
    ids=lambda config: next(iter(config)),
)
def test_other_triggers_are_refused_when_they_are_configured(gatelet: Any, pool: Triggered, config: Any) -> None:
    cognito = gatelet.client("cognito-idp")
    for call, names in (
        (cognito.create_user_pool, {"PoolName": "x"}),
        (cognito.update_user_pool, {"UserPoolId": pool.pool}),
    ):
        with pytest.raises(cognito.exceptions.ClientError) as caught:
            call(**names, LambdaConfig=config)
        answer = caught.value.response
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 501
        assert answer["Error"]["Code"] == "NotImplementedException"
