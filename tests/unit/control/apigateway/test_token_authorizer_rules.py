"""What COGNITO_USER_POOLS and JWT authorizers may be (apigateway-authorization-limits sections 5 and 6)."""

from __future__ import annotations

from typing import Any

import pytest

from gatelet.aws.errors import AwsError
from gatelet.control.apigateway.authorizer_rules import new_authorizer

SOURCE = {"name": "a", "identitySource": "method.request.header.Authorization"}
ARN = "arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_abc"
POOLS: dict[str, Any] = {**SOURCE, "type": "COGNITO_USER_POOLS", "providerARNs": [ARN]}
ISSUER = {"issuer": "https://login.example.com/", "audiences": ["shop"]}
JWT: dict[str, Any] = {
    **SOURCE,
    "type": "JWT",
    "jwtConfiguration": {"issuers": [ISSUER], "defaultAlgorithms": ["RS256"]},
}


def jwt(**members: Any) -> dict[str, Any]:
    return {**JWT, "jwtConfiguration": {**JWT["jwtConfiguration"], **members}}


def issuer(**members: Any) -> dict[str, Any]:
    return jwt(issuers=[{**ISSUER, **members}])


def test_what_is_good() -> None:
    assert new_authorizer("x", POOLS)["authType"] == "cognito_user_pools"
    assert new_authorizer("x", {**POOLS, "authorizerResultTtlInSeconds": 60})["providerARNs"] == [ARN]
    assert new_authorizer("x", JWT)["jwtConfiguration"] == JWT["jwtConfiguration"]
    assert new_authorizer("x", issuer(issuer="http://localhost:8080/realms/shop"))


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({**POOLS, "providerARNs": []}, id="no-pool"),
        pytest.param({**POOLS, "providerARNs": ["us-east-1_abc"]}, id="pool-id"),
        pytest.param({**POOLS, "providerARNs": [ARN.replace("userpool/", "identitypool/")]}, id="identity-pool"),
        pytest.param({**POOLS, "providerARNs": [ARN.replace("idp:us-east-1", "idp:eu-west-1")]}, id="other-region"),
        pytest.param({**POOLS, "identitySource": ""}, id="no-source"),
        pytest.param({**POOLS, "identitySource": "method.request.querystring.t"}, id="query"),
        pytest.param({**POOLS, "jwtConfiguration": JWT["jwtConfiguration"]}, id="jwt-configuration-of-pools"),
        pytest.param({**JWT, "providerARNs": [ARN]}, id="pools-of-jwt"),
        pytest.param({**JWT, "authorizerResultTtlInSeconds": 300}, id="time-to-live"),
        pytest.param({**JWT, "identityValidationExpression": ".*"}, id="validation-expression"),
        pytest.param({**JWT, "jwtConfiguration": None}, id="no-configuration"),
        pytest.param(jwt(issuers=[]), id="no-issuer"),
        pytest.param(jwt(issuers=[ISSUER, ISSUER]), id="issuer-twice"),
        pytest.param(jwt(defaultAlgorithms=["HS256"]), id="hmac"),
        pytest.param(jwt(defaultAlgorithms=["none"]), id="none"),
        pytest.param(issuer(issuer="http://login.example.com"), id="not-https"),
        pytest.param(issuer(issuer="https://login.example.com/?a=b"), id="query-string"),
        pytest.param(issuer(issuer="https://user:pass@login.example.com/"), id="user-information"),
        pytest.param(issuer(audiences=[]), id="no-audience"),
        pytest.param(issuer(audiences=[""]), id="empty-audience"),
        pytest.param(issuer(additionalClaims=[{"claimName": "aud", "format": "SINGLE_STRING"}]), id="reserved-claim"),
        pytest.param(
            issuer(additionalClaims=[{"claimName": "t", "format": "SINGLE_STRING", "expectedValues": [""]}]),
            id="empty-value",
        ),
    ],
)
def test_what_is_not(wrong: dict[str, Any]) -> None:
    with pytest.raises(AwsError) as refused:
        new_authorizer("x", wrong)
    assert refused.value.code == "BadRequestException"
