"""COGNITO_USER_POOLS and JWT authorizers (apigateway-authorization-limits sections 5 and 6)."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from tests.unit.gateway.tokens import ARN, ISSUER, KEYS, OIDC, TokenWorld, asked, ec_jwk, jwk, part, token
from tests.unit.gateway.world import FixedClock

from gatelet.http.client.errors import ClientTimeout
from gatelet.http.client.message import Answer

NOW = int(FixedClock().now())
SOURCE = {"identitySource": "method.request.header.Authorization"}
COGNITO = {**SOURCE, "providerARNs": [ARN]}
JWT = {
    **SOURCE,
    "jwtConfiguration": {
        "issuers": [
            {
                "issuer": OIDC,
                "audiences": ["shop", "desk"],
                "additionalClaims": [
                    {"claimName": "tenant", "format": "SINGLE_STRING", "required": True, "expectedValues": ["blue"]}
                ],
                "jwksUri": KEYS,
            },
            {"issuer": ISSUER, "audiences": ["c1"], "jwksUri": f"{ISSUER}/.well-known/jwks.json"},
        ],
        "defaultAlgorithms": ["RS256", "ES256"],
    },
}
ID = {
    "sub": "s-1",
    "iss": ISSUER,
    "aud": "c1",
    "token_use": "id",
    "auth_time": NOW - 60,
    "iat": NOW - 60,
    "exp": NOW + 3600,
    "cognito:groups": ["a", "b"],
    "email_verified": True,
    "cognito:username": "ann",
}
ACCESS = {
    "sub": "s-1",
    "iss": ISSUER,
    "client_id": "c1",
    "token_use": "access",
    "scope": "shop/read openid",
    "iat": NOW - 60,
    "exp": NOW + 3600,
}
FOREIGN = {
    "sub": "s-2",
    "iss": OIDC,
    "aud": ["desk", "x"],
    "tenant": "blue",
    "scp": ["read"],
    "iat": NOW,
    "exp": NOW + 60,
}
UNAUTHORIZED = (401, "UnauthorizedException", b'{"message":"Unauthorized"}')
EXPIRED = (401, "UnauthorizedException", b'{"message":"The incoming token has expired"}')
FORBIDDEN = (403, "ForbiddenException", b'{"message":"Forbidden"}')
BROKEN = (500, "AuthorizerConfigurationException", b'{"message":null}')
GOOD = token(ID)


def cognito(*texts: str | None, scopes: list[str] | None = None, **members: Any) -> list[Any]:
    return asked(TokenWorld({**COGNITO, **members}, "COGNITO_USER_POOLS", scopes), *texts)


def jwt(*texts: str | None, scopes: list[str] | None = None) -> list[Any]:
    return asked(TokenWorld(JWT, "JWT", scopes), *texts)


def test_an_id_token_passes_with_its_claims_as_text() -> None:
    """Section 5, "claims": only exp and iat become dates, lists are joined, booleans are words."""
    first, bearer, kept = cognito(GOOD, f"Bearer {GOOD}", GOOD)
    assert first[0] == 200
    claims = first[1]["claims"]
    assert claims["cognito:groups"] == "a,b"
    assert (claims["email_verified"], claims["auth_time"]) == ("true", str(NOW - 60))
    assert claims["exp"].endswith(" UTC 2025") or claims["exp"].endswith(" UTC 2026")
    assert first[1] == {"claims": claims}
    assert bearer == kept == first


def test_scopes_ask_for_an_access_token() -> None:
    """Section 5: with scopes an access token that has one of them; without, an id token."""
    access = token(ACCESS, "access")
    assert cognito(access, GOOD, scopes=["shop/write", "shop/read"])[0][0] == 200
    assert cognito(access, GOOD, scopes=["shop/write"]) == [UNAUTHORIZED, UNAUTHORIZED]
    assert cognito(access) == [UNAUTHORIZED]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(None, UNAUTHORIZED, id="none"),
        pytest.param("", UNAUTHORIZED, id="empty"),
        pytest.param("Bearer ", UNAUTHORIZED, id="bearer-of-nothing"),
        pytest.param("hello", UNAUTHORIZED, id="a-word"),
        pytest.param("a.b.c", UNAUTHORIZED, id="three-letters"),
        pytest.param("Basic YTpi", UNAUTHORIZED, id="basic"),
        pytest.param(token(ID, alg="none"), UNAUTHORIZED, id="alg-none"),
        pytest.param(token(ID, alg="None"), UNAUTHORIZED, id="alg-None"),
        pytest.param(token(ID, alg=""), UNAUTHORIZED, id="alg-empty"),
        pytest.param(token(ID, alg="HS256"), UNAUTHORIZED, id="hmac-with-the-public-key"),
        pytest.param(token(ID, alg="RS384"), UNAUTHORIZED, id="another-digest"),
        pytest.param(token(ID, "curve", alg="ES256"), UNAUTHORIZED, id="elliptic"),
        pytest.param(token(ID, alg=["RS256"]), UNAUTHORIZED, id="alg-list"),
        pytest.param(token(ID, key="stranger"), UNAUTHORIZED, id="signed-by-a-stranger"),
        pytest.param(token(ID, "stranger"), UNAUTHORIZED, id="kid-unknown"),
        pytest.param(token(ID, "../../dev/null", key="id"), UNAUTHORIZED, id="kid-path"),
        pytest.param(token(ID, "id' OR '1'='1", key="id"), UNAUTHORIZED, id="kid-sql"),
        pytest.param(token(ID, kid="", key="id"), UNAUTHORIZED, id="kid-empty"),
        pytest.param(token(ID, jwk=jwk("stranger"), key="stranger"), UNAUTHORIZED, id="brings-its-own-key"),
        pytest.param(token(ID, "id", crit=["exp"]), UNAUTHORIZED, id="critical-extension"),
        pytest.param(GOOD[:-4] + ("AAAA" if not GOOD.endswith("AAAA") else "BBBB"), UNAUTHORIZED, id="signature-cut"),
        pytest.param(GOOD + "=", UNAUTHORIZED, id="padded"),
        pytest.param(GOOD + ".x", UNAUTHORIZED, id="four-parts"),
        pytest.param(token({**ID, "x": "y" * 12_000}), UNAUTHORIZED, id="huge"),
        pytest.param(token({**ID, "iss": ISSUER + "/"}), UNAUTHORIZED, id="issuer-with-a-slash"),
        pytest.param(token({**ID, "iss": OIDC}), UNAUTHORIZED, id="another-issuer"),
        pytest.param(token({**ID, "iss": [ISSUER]}), UNAUTHORIZED, id="issuer-list"),
        pytest.param(token({**ID, "token_use": "access"}), UNAUTHORIZED, id="use-access"),
        pytest.param(token({**ID, "token_use": None}), UNAUTHORIZED, id="use-null"),
        pytest.param(token({**ID, "exp": NOW}), EXPIRED, id="expired"),
        pytest.param(token({**ID, "exp": NOW - 9_999}, key="stranger"), UNAUTHORIZED, id="expired-and-forged"),
        pytest.param(token({**ID, "exp": None}), UNAUTHORIZED, id="no-end"),
        pytest.param(token({**ID, "exp": "tomorrow"}), UNAUTHORIZED, id="end-is-a-word"),
        pytest.param(token({**ID, "exp": True}), UNAUTHORIZED, id="end-is-true"),
        pytest.param(token({**ID, "exp": 10**400}), UNAUTHORIZED, id="end-is-endless"),
        pytest.param(token({**ID, "nbf": NOW + 60}), UNAUTHORIZED, id="not-yet"),
        pytest.param(f"{GOOD.split('.')[0]}.{part([ID])}.{GOOD.split('.')[2]}", UNAUTHORIZED, id="claims-list"),
        pytest.param(f"{GOOD.split('.')[0]}.{part(b'{')}.{GOOD.split('.')[2]}", UNAUTHORIZED, id="claims-cut"),
    ],
)
def test_no_token_but_a_good_one_passes(text: str | None, expected: Any) -> None:
    assert cognito(text) == [expected]


def test_the_audience_must_match_the_validation_expression() -> None:
    assert cognito(GOOD, identityValidationExpression="c[0-9]")[0][0] == 200
    assert cognito(GOOD, identityValidationExpression="c") == [UNAUTHORIZED]
    assert cognito(token({**ID, "aud": None}), identityValidationExpression=".*") == [UNAUTHORIZED]
    slow = token({**ID, "aud": "a" * 4_000})
    assert cognito(slow, identityValidationExpression="(a|aa|aaa)+b") == [UNAUTHORIZED]


def test_a_pool_is_named_with_its_account() -> None:
    assert cognito(GOOD, providerARNs=[ARN.replace("210987654321", "999999999999")]) == [UNAUTHORIZED]
    assert cognito(GOOD, providerARNs=[ARN + "X"]) == [UNAUTHORIZED]


def test_a_kept_token_is_looked_at_again() -> None:
    """It ends when it expires, and with its pool; keys that cannot be had are 500 (section 5, last row)."""
    world = TokenWorld(COGNITO, "COGNITO_USER_POOLS")

    async def run() -> None:
        await world.open()
        short = token({**ID, "exp": NOW + 10})
        assert (await world.ask(short))[0] == 200
        assert (await world.ask(GOOD))[0] == 200
        world.clock.at += 11
        assert await world.ask(short) == EXPIRED
        world.keys.answer = ClientTimeout("no answer")
        await world.delete_pool()
        assert await world.ask(GOOD) == BROKEN

    asyncio.run(run())


def test_a_resource_policy_must_allow_by_itself() -> None:
    """Section 2: authenticate first, then the policy alone decides; silence is a denial."""

    def world(effect: str, resource: str) -> list[Any]:
        statement = {"Effect": effect, "Principal": "*", "Action": "execute-api:Invoke", "Resource": resource}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        return asked(TokenWorld(COGNITO, "COGNITO_USER_POOLS", policy=policy), GOOD, "x")

    assert [answer[0] for answer in world("Allow", "*")] == [200, 401]
    assert [answer[0] for answer in world("Allow", "arn:aws:execute-api:eu-west-1:210987654321:other/*")] == [403, 401]
    assert [answer[0] for answer in world("Deny", "*")] == [403, 401]


class TestJwt:
    def test_a_token_of_each_issuer_passes(self) -> None:
        """Section 6; a user pool's access token is for its client."""
        answers = jwt(token(FOREIGN), token(FOREIGN, "curve", alg="ES256"), token(ACCESS, "access"), token(ID))
        assert [answer[0] for answer in answers] == [200, 200, 200, 200]
        assert answers[0][1]["claims"]["aud"] == "desk,x"

    def test_scopes(self) -> None:
        """A good token without the scope is 403 here, not 401."""
        assert jwt(token(FOREIGN), scopes=["read", "write"])[0][0] == 200
        assert jwt(token(FOREIGN), token(ACCESS, "access"), scopes=["write"]) == [FORBIDDEN, FORBIDDEN]
        assert jwt(token({**FOREIGN, "aud": "y"}), scopes=["write"]) == [UNAUTHORIZED]

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            pytest.param(None, UNAUTHORIZED, id="none"),
            pytest.param(token({**FOREIGN, "aud": "other"}), UNAUTHORIZED, id="audience"),
            pytest.param(token({**FOREIGN, "aud": None}), UNAUTHORIZED, id="audience-null"),
            pytest.param(token({**FOREIGN, "tenant": "Blue"}), UNAUTHORIZED, id="claim-of-another-case"),
            pytest.param(token({**FOREIGN, "tenant": ["blue"]}), UNAUTHORIZED, id="claim-list"),
            pytest.param(token({**FOREIGN, "tenant": None}), UNAUTHORIZED, id="claim-missing"),
            pytest.param(token({**FOREIGN, "iss": OIDC.rstrip("/")}), UNAUTHORIZED, id="issuer-without-its-slash"),
            pytest.param(token({**FOREIGN, "iss": ISSUER}), UNAUTHORIZED, id="the-audience-of-the-other-issuer"),
            pytest.param(token(FOREIGN, alg="none"), UNAUTHORIZED, id="alg-none"),
            pytest.param(token(FOREIGN, alg="HS256"), UNAUTHORIZED, id="hmac-with-the-public-key"),
            pytest.param(token(FOREIGN, "curve", key="id"), UNAUTHORIZED, id="rsa-under-an-elliptic-kid"),
            pytest.param(token(FOREIGN, "id", alg="ES256", key="curve"), UNAUTHORIZED, id="elliptic-under-an-rsa-kid"),
            pytest.param(token(FOREIGN, "nobody", key="id"), UNAUTHORIZED, id="kid-unknown"),
            pytest.param(token({**FOREIGN, "exp": NOW - 1}), EXPIRED, id="expired"),
        ],
    )
    def test_who_does_not_pass(self, text: str | None, expected: Any) -> None:
        assert jwt(text) == [expected]


class TestKeys:
    @pytest.mark.parametrize(
        "answer",
        [
            pytest.param(ClientTimeout("no answer within 5 seconds"), id="timeout"),
            pytest.param(Answer(500, [], b"{}"), id="status"),
            pytest.param(Answer(200, [], b"<html>"), id="not-json"),
            pytest.param(Answer(200, [], b"[]"), id="not-an-object"),
            pytest.param(Answer(200, [], b" " * 300_000 + b'{"keys":[]}'), id="too-large"),
        ],
    )
    def test_unreachable_keys_let_nobody_pass(self, answer: Any) -> None:
        world = TokenWorld(JWT, "JWT")
        world.keys.answer = answer
        assert asked(world, token(FOREIGN)) == [BROKEN]

    def test_keys_are_fetched_once_and_again_for_a_new_one(self) -> None:
        """An unknown kid asks anew at most every thirty seconds."""
        world = TokenWorld(JWT, "JWT")
        fresh = token(FOREIGN, "fresh")

        async def run() -> None:
            await world.open()
            for _ in range(3):
                assert (await world.ask(token(FOREIGN)))[0] == 200
            assert await world.ask(fresh) == UNAUTHORIZED
            assert len(world.keys.asked) == 1
            world.keys.keys = [jwk("id"), jwk("fresh"), ec_jwk("curve")]
            world.clock.at += 31
            assert (await world.ask(token({**FOREIGN, "exp": NOW + 900}, "fresh")))[0] == 200
            assert len(world.keys.asked) == 2

        asyncio.run(run())

    def test_a_key_serves_for_its_own_algorithm_alone(self) -> None:
        world = TokenWorld(JWT, "JWT")
        world.keys.keys = [jwk("id", alg="RS512"), jwk("weak", use="enc")]
        assert asked(world, token(FOREIGN), token(FOREIGN, "weak")) == [UNAUTHORIZED, UNAUTHORIZED]


@pytest.mark.parametrize("name", ["Authorization", "authorization"])
@pytest.mark.parametrize("kind", ["COGNITO_USER_POOLS", "JWT"])
def test_two_tokens_are_none(kind: str, name: str) -> None:
    """A function that reads the header sees the last of them: a forged one must not follow a good one."""

    async def run() -> tuple[int, object]:
        world = TokenWorld(COGNITO if kind == "COGNITO_USER_POOLS" else JWT, kind)
        await world.open()
        response = await world.call(headers=[("Authorization", GOOD), (name, "e30.e30.forged")])
        return response.status, response.body

    assert asyncio.run(run()) == (401, b'{"message":"Unauthorized"}')


def test_the_log_says_why_a_token_is_refused_and_never_what_it_is() -> None:
    world = TokenWorld(COGNITO, "COGNITO_USER_POOLS")
    asked(world, token(ACCESS, "access"), token({**ID, "exp": NOW - 1}), token(ID, alg="none"))
    lines = "\n".join(world.log.lines)
    for reason in ("it wants an id token", "The token has expired", "the algorithm is not accepted"):
        assert reason in lines
    assert GOOD.split(".")[1] not in lines
