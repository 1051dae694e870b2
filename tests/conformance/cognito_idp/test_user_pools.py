"""User pools over boto3, pycognito and HTTP: public operations, SRP, keys, triggers, authorizers on methods."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest
from pycognito import Cognito
from tests.conformance.gateway.world import ECHO, Api, make_api
from tests.walk import Answer, create_function, integration_uri, request

PASSWORD = "Passw0rd!"
FLOWS = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_CUSTOM_AUTH"]
TRIGGERS = """
def lambda_handler(event, context):
    source, response = event["triggerSource"], event["response"]
    if source == "PreSignUp_SignUp":
        if event["userName"] == "mallory":
            raise ValueError("not you")
        response["autoConfirmUser"] = True
    elif source.startswith("TokenGeneration"):
        response["claimsOverrideDetails"] = {
            "claimsToAddOrOverride": {"plan": "gold", "sub": "forged"}, "claimsToSuppress": ["email"],
            "groupOverrideDetails": {"groupsToOverride": ["trigger"]},
        }
    elif source.startswith("DefineAuth"):
        passed = [one["challengeResult"] for one in event["request"]["session"]]
        response["issueTokens"], response["failAuthentication"] = True in passed, passed[1:] == [False]
        response["challengeName"] = "CUSTOM_CHALLENGE"
    elif source.startswith("CreateAuth"):
        response["publicChallengeParameters"] = {"question": "7 x 6?"}
        response["privateChallengeParameters"] = {"answer": "42"}
    elif source.startswith("VerifyAuth"):
        given = event["request"]
        response["answerCorrect"] = given["challengeAnswer"] == given["privateChallengeParameters"]["answer"]
    return event
"""


@dataclass
class World:
    """A pool with a client, and an API whose methods read its tokens."""

    gatelet: Any
    pool: str
    client: str
    api: Api

    @property
    def cognito(self) -> Any:
        return self.gatelet.client("cognito-idp")

    def user(self, name: str) -> None:
        self.cognito.admin_create_user(UserPoolId=self.pool, Username=name, MessageAction="SUPPRESS")
        self.cognito.admin_set_user_password(UserPoolId=self.pool, Username=name, Password=PASSWORD, Permanent=True)

    def tokens(self, name: str) -> dict[str, str]:
        given = {"USERNAME": name, "PASSWORD": PASSWORD}
        answer = self.cognito.initiate_auth(ClientId=self.client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=given)
        found: dict[str, str] = answer["AuthenticationResult"]
        return found

    def get(self, path: str, token: str | None) -> Answer:
        headers = {} if token is None else {"Authorization": token}
        return request(f"{self.gatelet.endpoint}{self.api.url()}{path}", headers=headers)


@pytest.fixture(scope="module")
def world(gatelet: Any) -> World:
    cognito = gatelet.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="p", AutoVerifiedAttributes=["email"])["UserPool"]
    client = cognito.create_user_pool_client(UserPoolId=pool["Id"], ClientName="c", ExplicitAuthFlows=FLOWS)
    client_id = client["UserPoolClient"]["ClientId"]
    echo = create_function(gatelet, "pool-echo", ECHO)
    routes = {f"GET /{name}": {"uri": integration_uri(echo)} for name in ("id", "access", "jwt")}
    api = make_api(gatelet, "pooled", routes, [echo])
    source = {"restApiId": api.id, "identitySource": "method.request.header.Authorization"}
    users = api.client.create_authorizer(**source, name="u", type="COGNITO_USER_POOLS", providerARNs=[pool["Arn"]])
    issuer = f"https://cognito-idp.us-east-1.amazonaws.com/{pool['Id']}"
    configuration = {"issuers": [{"issuer": issuer, "audiences": [client_id]}], "defaultAlgorithms": ["RS256"]}
    bearers = api.client.create_authorizer(**source, name="j", type="JWT", jwtConfiguration=configuration)
    assert (users["authType"], bearers["jwtConfiguration"]["issuers"][0]["jwksUri"]) == (
        "cognito_user_pools",
        f"{issuer}/.well-known/jwks.json",
    )
    scope = ("add", "/authorizationScopes", "aws.cognito.signin.user.admin")
    for path, kind, authorizer, more in (
        ("/id", "COGNITO_USER_POOLS", users["id"], ()),
        ("/access", "COGNITO_USER_POOLS", users["id"], (scope,)),
        ("/jwt", "JWT", bearers["id"], (("add", "/authorizationScopes", "shop/write"),)),
    ):
        patches = [("replace", "/authorizationType", kind), ("replace", "/authorizerId", authorizer), *more]
        api.client.update_method(
            restApiId=api.id,
            resourceId=api.resources[path],
            httpMethod="GET",
            patchOperations=[dict(zip(("op", "path", "value"), patch, strict=True)) for patch in patches],
        )
    api.deploy()
    return World(gatelet, pool["Id"], client_id, api)


def jwks(world: World) -> dict[str, Any]:
    found: dict[str, Any] = request(f"{world.gatelet.endpoint}/{world.pool}/.well-known/jwks.json").json()
    return found


def pycognito_user(world: World, name: str) -> Cognito:
    """Its client asks Gatelet; the issuer that it expects is AWS's, as if the endpoint came from the environment."""
    endpoint = {"endpoint_url": world.gatelet.endpoint}
    user = Cognito(world.pool, world.client, user_pool_region="us-east-1", username=name, boto3_client_kwargs=endpoint)
    user.pool_domain_url = None
    return user


def test_pycognito_signs_in_with_srp_and_verifies_the_tokens(world: World) -> None:
    """Real SRP (identity section 4.2) and the keys where AWS has them (4.1)."""
    world.user("ann")
    user = pycognito_user(world, "ann")
    user.pool_jwk = jwks(world)
    user.authenticate(password=PASSWORD)
    assert user.id_claims["cognito:username"] == "ann"
    assert (user.access_claims["username"], len(user.pool_jwk["keys"])) == ("ann", 2)
    user.renew_access_token()
    user.verify_tokens()
    with pytest.raises(user.client.exceptions.NotAuthorizedException):
        pycognito_user(world, "ann").authenticate(password="Passw0rd?")


def test_another_library_verifies_the_tokens(world: World) -> None:
    world.user("bea")
    token, keys = world.tokens("bea")["IdToken"], jwt.PyJWKSet.from_dict(jwks(world))
    key = keys[jwt.get_unverified_header(token)["kid"]]
    assert jwt.decode(token, key, algorithms=["RS256"], audience=world.client)["cognito:username"] == "bea"
    page = request(f"{world.gatelet.endpoint}/{world.pool}/.well-known/openid-configuration").json()
    assert page["issuer"] == f"https://cognito-idp.us-east-1.amazonaws.com/{world.pool}"
    assert page["jwks_uri"].startswith(world.gatelet.endpoint)


def test_methods_read_the_pools_tokens(world: World) -> None:
    """apigateway-authorization-limits sections 5 and 6."""
    world.user("cleo")
    tokens = world.tokens("cleo")
    identity, access = tokens["IdToken"], tokens["AccessToken"]
    answer = world.get("/id", f"Bearer {identity}")
    assert answer.status == 200
    claims = answer.json()["requestContext"]["authorizer"]["claims"]
    assert (claims["cognito:username"], claims["token_use"]) == ("cleo", "id")
    assert claims["exp"].split(" ")[4] == "UTC"
    statuses = [world.get(path, token).status for path in ("/id", "/access", "/jwt") for token in (identity, access)]
    assert statuses == [200, 401, 401, 200, 403, 403]
    denied = world.get("/id", None)
    assert (denied.status, denied.header("x-amzn-ErrorType")) == (401, "UnauthorizedException")
    assert denied.json() == {"message": "Unauthorized"}
    assert world.get("/jwt", access).json() == {"message": "Forbidden"}


def test_public_operations_need_their_headers_and_nothing_else(world: World) -> None:
    """Design section 1: a form of another site has neither the content type nor the target."""
    body = json.dumps({"ClientId": world.client, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": {}}).encode()
    target = {"X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth"}
    json_type = {"Content-Type": "application/x-amz-json-1.1"}
    good = request(world.gatelet.endpoint, "POST", body, target | json_type)
    assert (good.status, good.json()["__type"]) == (400, "InvalidParameterException")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert request(world.gatelet.endpoint, "POST", body, target | form).json()["__type"] == (
        "MissingAuthenticationTokenException"
    )
    admin = {"X-Amz-Target": "AWSCognitoIdentityProviderService.ListUserPools"}
    denied = request(world.gatelet.endpoint, "POST", b'{"MaxResults":1}', admin | json_type)
    assert denied.json()["__type"] == "MissingAuthenticationTokenException"
    foreign = {"Origin": "https://evil.example"}
    assert request(world.gatelet.endpoint, "POST", body, target | json_type | foreign).status == 403


def test_the_code_is_in_the_outbox_and_in_the_log(world: World) -> None:
    mail = [{"Name": "email", "Value": "dan@example.com"}]
    sign_up = {"ClientId": world.client, "Username": "dan", "Password": PASSWORD, "UserAttributes": mail}
    world.cognito.sign_up(**sign_up)
    file = world.gatelet.data_dir / "cognito-outbox.jsonl"
    line = json.loads(file.read_text("utf-8").splitlines()[-1])
    assert (line["to"], line["kind"], file.stat().st_mode & 0o777) == ("dan@example.com", "SignUp", 0o600)
    world.cognito.confirm_sign_up(ClientId=world.client, Username="dan", ConfirmationCode=line["code"])
    group = f"/gatelet/cognito/{world.pool}"
    for _ in range(200):
        groups = world.gatelet.client("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"]
        if groups:
            break
    events = world.gatelet.client("logs").filter_log_events(logGroupName=group)["events"]
    assert any(line["code"] in event["message"] for event in events)


class TestTriggers:
    """Cognito Developer Guide, "Customizing user pool workflows with Lambda triggers"."""

    @pytest.fixture
    def triggered(self, world: World) -> Any:
        arn = create_function(world.gatelet, "pool-triggers", TRIGGERS)
        names = ("PreSignUp", "PreTokenGeneration", "DefineAuthChallenge", "CreateAuthChallenge")
        config = dict.fromkeys((*names, "VerifyAuthChallengeResponse"), arn)
        pool = world.cognito.create_user_pool(PoolName="t", LambdaConfig=config)["UserPool"]
        client = world.cognito.create_user_pool_client(UserPoolId=pool["Id"], ClientName="c", ExplicitAuthFlows=FLOWS)
        return pool, client["UserPoolClient"]["ClientId"]

    def test_a_function_must_allow_cognito_and_then_decides(self, world: World, triggered: Any) -> None:
        pool, client = triggered
        sign_up = {"ClientId": client, "Password": PASSWORD}
        with pytest.raises(world.cognito.exceptions.UnexpectedLambdaException, match="AccessDeniedException"):
            world.cognito.sign_up(Username="ann", **sign_up)
        world.gatelet.client("lambda").add_permission(
            FunctionName="pool-triggers",
            StatementId="pool",
            Action="lambda:InvokeFunction",
            Principal="cognito-idp.amazonaws.com",
            SourceArn=pool["Arn"],
        )
        assert world.cognito.sign_up(Username="ann", **sign_up)["UserConfirmed"] is True
        expected = "PreSignUp failed with error not you."
        with pytest.raises(world.cognito.exceptions.UserLambdaValidationException, match=expected):
            world.cognito.sign_up(Username="mallory", **sign_up)
        given = {"USERNAME": "ann", "PASSWORD": PASSWORD}
        result = world.cognito.initiate_auth(ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=given)
        token = result["AuthenticationResult"]["IdToken"]
        claims = jwt.decode(token, options={"verify_signature": False})
        assert (claims["plan"], claims["cognito:groups"], claims["sub"] != "forged") == ("gold", ["trigger"], True)
        self._custom_challenges(world, client)

    @staticmethod
    def _custom_challenges(world: World, client: str) -> None:
        begin = {"ClientId": client, "AuthFlow": "CUSTOM_AUTH", "AuthParameters": {"USERNAME": "ann"}}

        def answer(asked: Any, text: str) -> Any:
            responses = {"USERNAME": "ann", "ANSWER": text}
            return world.cognito.respond_to_auth_challenge(
                ClientId=client,
                ChallengeName="CUSTOM_CHALLENGE",
                Session=asked["Session"],
                ChallengeResponses=responses,
            )

        asked = world.cognito.initiate_auth(**begin)
        assert asked["ChallengeParameters"]["question"] == "7 x 6?"
        again = answer(asked, "41")
        assert again["ChallengeName"] == "CUSTOM_CHALLENGE"
        assert answer(again, "42")["AuthenticationResult"]["IdToken"]
        with pytest.raises(world.cognito.exceptions.NotAuthorizedException):
            answer(again, "42")
        with pytest.raises(world.cognito.exceptions.NotAuthorizedException):
            answer(answer(world.cognito.initiate_auth(**begin), "41"), "40")


def test_the_host_form_of_the_keys(world: World) -> None:
    """AWS's own name, for clients whose names are redirected here."""
    port = urlsplit(world.gatelet.endpoint).port
    url = f"{world.gatelet.endpoint}/{world.pool}/.well-known/jwks.json"
    answer = request(url, headers={"Host": f"cognito-idp.us-east-1.amazonaws.com:{port}"})
    assert answer.json() == jwks(world)
