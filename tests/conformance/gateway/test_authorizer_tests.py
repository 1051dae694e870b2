"""TestInvokeAuthorizer over boto3: what the docs of its request and its response say (control-plane section 11)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.conformance.gateway.world import Api, make_api
from tests.walk import create_function, integration_uri

PASSWORD = "Passw0rd!"
TELLS = """
import json

def lambda_handler(event, context):
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": event["methodArn"]}
    return {"principalId": json.dumps(event["requestContext"]), "policyDocument": {"Statement": [statement]}}
"""


@pytest.fixture(scope="module")
def api(gatelet: Any) -> Api:
    """Its REQUEST authorizer answers with the ``requestContext`` that it was given."""
    api = make_api(gatelet, "tested-authorizers", {}, [])
    guard = create_function(gatelet, "tells-its-context", TELLS)
    api.client.create_authorizer(
        restApiId=api.id,
        name="r",
        type="REQUEST",
        authorizerUri=integration_uri(guard),
        identitySource="context.identity.cognitoIdentityId,context.accountId",
    )
    gatelet.client("lambda").add_permission(
        FunctionName="tells-its-context",
        StatementId="authorizers",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:000000000000:{api.id}/authorizers/*",
    )
    return api


def ask(api: Api, name: str, **given: Any) -> Any:
    found = next(one["id"] for one in api.client.get_authorizers(restApiId=api.id)["items"] if one["name"] == name)
    return api.client.test_invoke_authorizer(restApiId=api.id, authorizerId=found, **given)


def test_additional_context_is_what_the_request_s_context_says(api: Api) -> None:
    assert ask(api, "r")["clientStatus"] == 401
    given = {"identity.cognitoIdentityId": "eu-west-1:1", "accountId": "111122223333", "custom": "mine"}
    answer = ask(api, "r", additionalContext=given)
    assert answer["clientStatus"] == 0
    context = json.loads(answer["principalId"])
    assert (context["identity"]["cognitoIdentityId"], context["accountId"], context["custom"]) == tuple(given.values())
    assert context["stage"] == "test-invoke-stage"


@pytest.mark.parametrize("name", ["", "a b", "$context.stage", "identity.", ".stage"])
def test_additional_context_names_variables(api: Api, name: str) -> None:
    with pytest.raises(api.client.exceptions.BadRequestException):
        ask(api, "r", additionalContext={name: "x"})


def test_a_token_s_claims_are_told(gatelet: Any, api: Api) -> None:
    cognito = gatelet.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="tested")["UserPool"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool["Id"], ClientName="c", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    cognito.admin_create_user(UserPoolId=pool["Id"], Username="ann", MessageAction="SUPPRESS")
    cognito.admin_set_user_password(UserPoolId=pool["Id"], Username="ann", Password=PASSWORD, Permanent=True)
    tokens = cognito.initiate_auth(
        ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": "ann", "PASSWORD": PASSWORD}
    )["AuthenticationResult"]
    issuer = f"https://cognito-idp.us-east-1.amazonaws.com/{pool['Id']}"
    source = {"restApiId": api.id, "identitySource": "method.request.header.Authorization"}
    api.client.create_authorizer(**source, name="u", type="COGNITO_USER_POOLS", providerARNs=[pool["Arn"]])
    configuration = {"issuers": [{"issuer": issuer, "audiences": [client]}], "defaultAlgorithms": ["RS256"]}
    api.client.create_authorizer(**source, name="j", type="JWT", jwtConfiguration=configuration)
    for name in ("u", "j"):
        answer = ask(api, name, headers={"Authorization": tokens["IdToken"]})
        assert (answer["clientStatus"], answer["claims"]["cognito:username"]) == (0, "ann")
        assert "policy" not in answer
        assert "principalId" not in answer
        refused = ask(api, name, headers={"Authorization": tokens["IdToken"][:-2]})
        assert (refused["clientStatus"], "claims" in refused) == (401, False)
    assert ask(api, "u", headers={"Authorization": tokens["AccessToken"]})["clientStatus"] == 401
