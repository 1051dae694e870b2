"""CUSTOM_AUTH that begins with the password (CHALLENGE_NAME SRP_A), as pycognito computes SRP.

Cognito Developer Guide, "Custom authentication challenge Lambda triggers".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from pycognito.aws_srp import AWSSRP
from tests.walk import create_function

PASSWORD = "Passw0rd!"
TRIGGERS = """
def lambda_handler(event, context):
    source, response = event["triggerSource"], event["response"]
    if source.startswith("DefineAuth"):
        passed = [(one["challengeName"], one["challengeResult"]) for one in event["request"]["session"]]
        hasty = (event["request"].get("clientMetadata") or {}).get("hasty")
        response["issueTokens"] = ("CUSTOM_CHALLENGE", True) in passed or bool(hasty)
        response["failAuthentication"] = ("CUSTOM_CHALLENGE", False) in passed
        asks = {0: "CUSTOM_CHALLENGE", 1: "PASSWORD_VERIFIER", 2: "CUSTOM_CHALLENGE"}
        if passed[:2] in ([], [("SRP_A", True)], [("SRP_A", True), ("PASSWORD_VERIFIER", True)]):
            response["challengeName"] = asks.get(len(passed))
    elif source.startswith("CreateAuth"):
        response["publicChallengeParameters"] = {"question": "7 x 6?"}
        response["privateChallengeParameters"] = {"answer": "42"}
    else:
        given = event["request"]
        response["answerCorrect"] = given["challengeAnswer"] == given["privateChallengeParameters"]["answer"]
    return event
"""


@dataclass
class World:
    """A pool whose users show their password and then answer a question."""

    cognito: Any
    pool: str
    client: str

    def begin(self, password: str = PASSWORD, **metadata: str) -> tuple[Any, dict[str, str]]:
        """The challenge PASSWORD_VERIFIER, and the answer to it."""
        srp = AWSSRP("ann", password, self.pool, self.client, client=self.cognito)
        given = {**srp.get_auth_params(), "CHALLENGE_NAME": "SRP_A"}
        asked = self.cognito.initiate_auth(
            ClientId=self.client, AuthFlow="CUSTOM_AUTH", AuthParameters=given, ClientMetadata=metadata
        )
        return asked, srp.process_challenge(asked["ChallengeParameters"], given)

    def prove(self, responses: dict[str, str], **members: Any) -> Any:
        return self.cognito.respond_to_auth_challenge(
            ClientId=self.client, ChallengeName="PASSWORD_VERIFIER", ChallengeResponses=responses, **members
        )

    def answer(self, asked: Any, text: str) -> Any:
        return self.cognito.respond_to_auth_challenge(
            ClientId=self.client,
            ChallengeName="CUSTOM_CHALLENGE",
            Session=asked["Session"],
            ChallengeResponses={"USERNAME": "ann", "ANSWER": text},
        )


@pytest.fixture(scope="module")
def world(gatelet: Any) -> World:
    cognito = gatelet.client("cognito-idp")
    arn = create_function(gatelet, "password-and-question", TRIGGERS)
    names = ("DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse")
    pool = cognito.create_user_pool(PoolName="q", LambdaConfig=dict.fromkeys(names, arn))["UserPool"]
    gatelet.client("lambda").add_permission(
        FunctionName="password-and-question",
        StatementId="pool",
        Action="lambda:InvokeFunction",
        Principal="cognito-idp.amazonaws.com",
        SourceArn=pool["Arn"],
    )
    client = cognito.create_user_pool_client(
        UserPoolId=pool["Id"], ClientName="c", ExplicitAuthFlows=["ALLOW_CUSTOM_AUTH"]
    )
    cognito.admin_create_user(UserPoolId=pool["Id"], Username="ann", MessageAction="SUPPRESS")
    cognito.admin_set_user_password(UserPoolId=pool["Id"], Username="ann", Password=PASSWORD, Permanent=True)
    return World(cognito, pool["Id"], client["UserPoolClient"]["ClientId"])


def test_the_password_comes_first_and_the_question_after_it(world: World) -> None:
    asked, proof = world.begin()
    assert asked["ChallengeName"] == "PASSWORD_VERIFIER"
    question = world.prove(proof, Session=asked["Session"])
    assert (question["ChallengeName"], question["ChallengeParameters"]["question"]) == ("CUSTOM_CHALLENGE", "7 x 6?")
    assert world.answer(question, "42")["AuthenticationResult"]["IdToken"]


def test_the_password_alone_signs_nobody_in(world: World) -> None:
    refused = world.cognito.exceptions.NotAuthorizedException
    asked, proof = world.begin()
    with pytest.raises(refused, match="Invalid session"):
        world.prove(proof)
    other, _ = world.begin()
    question = world.prove(proof, Session=other["Session"])  # a session of the same user, as far along
    with pytest.raises(refused):
        world.prove(proof, Session=asked["Session"])
    with pytest.raises(refused):
        world.answer(question, "41")


def test_a_wrong_password_leads_nowhere(world: World) -> None:
    asked, proof = world.begin("Passw0rd?")
    with pytest.raises(world.cognito.exceptions.NotAuthorizedException, match="Incorrect username or password"):
        world.prove(proof, Session=asked["Session"])


def test_no_trigger_gives_tokens_before_the_password(world: World) -> None:
    with pytest.raises(world.cognito.exceptions.InvalidLambdaResponseException):
        world.begin(hasty="yes")
