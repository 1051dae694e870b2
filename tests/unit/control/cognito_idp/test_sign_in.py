"""Sign-in: tokens, refresh, sign-out, challenges, lock-out (identity sections 4.2, 4.3, 4.5)."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from base64 import b64decode, b64encode

import pytest
from tests.unit.control.cognito_idp.pools import PASSWORD, Pool, claims, fails

from gatelet.identity.user_pools import srp
from gatelet.identity.user_pools.totp import STEP_SECONDS, code_at

WRONG = ("NotAuthorizedException", "Incorrect username or password.")


def refreshed(pool: Pool, token: str) -> dict[str, object]:
    given = {"REFRESH_TOKEN": token}
    return pool.public("InitiateAuth", AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters=given)


def test_the_tokens_claim_what_cognitos_do(pool: Pool) -> None:
    sub = pool.user("ann", email="ann@example.com", email_verified="true")
    for name, rank in (("staff", 2), ("admins", 1)):
        pool("CreateGroup", GroupName=name, Precedence=rank, RoleArn=f"arn:aws:iam::000000000000:role/{name}")
        pool("AdminAddUserToGroup", GroupName=name, Username="ann")
    result = pool.tokens("ann")
    identity, access = claims(result["IdToken"]), claims(result["AccessToken"])
    issuer, now = f"https://cognito-idp.us-east-1.amazonaws.com/{pool.id}", int(pool.plane.clock.now())
    assert set(access) == {
        *("sub", "cognito:groups", "iss", "client_id", "origin_jti", "event_id", "token_use", "scope", "auth_time"),
        *("exp", "iat", "jti", "username"),
    }
    assert (access["scope"], access["username"], access["sub"]) == ("aws.cognito.signin.user.admin", "ann", sub)
    common = {"iss": issuer, "iat": now, "exp": now + 3600, "auth_time": now, "sub": sub}
    assert {name: access[name] for name in common} == common == {name: identity[name] for name in common}
    assert (identity["aud"], identity["token_use"], identity["cognito:username"]) == (pool.client_id, "id", "ann")
    assert (identity["email"], identity["email_verified"]) == ("ann@example.com", True)
    assert identity["cognito:groups"] == ["admins", "staff"] == access["cognito:groups"]
    assert identity["cognito:preferred_role"] == "arn:aws:iam::000000000000:role/admins"
    assert identity["origin_jti"] == access["origin_jti"]


def test_refreshing_and_signing_out(pool: Pool) -> None:
    pool.user("bob")
    first, second = pool.tokens("bob"), pool.tokens("bob")
    again = refreshed(pool, first["RefreshToken"])["AuthenticationResult"]
    assert set(again) == {"AccessToken", "IdToken", "ExpiresIn", "TokenType"}  # type: ignore[call-overload]
    pool.public("RevokeToken", Token=first["RefreshToken"])
    assert fails(refreshed, pool, first["RefreshToken"]) == ("NotAuthorizedException", "Refresh Token has been revoked")
    revoked = ("NotAuthorizedException", "Access Token has been revoked")
    assert fails(pool.plane, "GetUser", AccessToken=first["AccessToken"]) == revoked
    assert refreshed(pool, second["RefreshToken"])
    pool.plane("GlobalSignOut", AccessToken=second["AccessToken"])
    assert fails(pool.plane, "GetUser", AccessToken=second["AccessToken"]) == revoked
    assert fails(refreshed, pool, second["RefreshToken"])[1] == "Refresh Token has been revoked"
    pool.plane.clock.time += 0.002  # sessions begin anew in the same second
    third = pool.tokens("bob")
    assert pool.plane("GetUser", AccessToken=third["AccessToken"])["Username"] == "bob"
    pool("AdminDisableUser", Username="bob")
    assert fails(pool.sign_in, "bob") == ("NotAuthorizedException", "User is disabled.")
    assert fails(refreshed, pool, third["RefreshToken"])[1] == "User is disabled."
    for token in ("", "x", third["RefreshToken"][:-3] + "abc"):
        assert fails(refreshed, pool, token)[0] in {"NotAuthorizedException", "InvalidParameterException"}


def test_access_tokens_are_read_strictly(pool: Pool) -> None:
    pool.user("cora")
    tokens = pool.tokens("cora")
    for text, message in (
        ("x", "Invalid Access Token"),
        (tokens["IdToken"], "Invalid Access Token"),
        (tokens["AccessToken"][:-6] + "AAAAAA", "Could not verify signature for Access Token"),
    ):
        assert fails(pool.plane, "GetUser", AccessToken=text) == ("NotAuthorizedException", message)
    pool.plane.clock.time += 3601
    expired = ("NotAuthorizedException", "Access Token has expired")
    assert fails(pool.plane, "GetUser", AccessToken=tokens["AccessToken"]) == expired
    assert refreshed(pool, tokens["RefreshToken"])
    pool.plane.clock.time += 30 * 86_400
    assert fails(refreshed, pool, tokens["RefreshToken"])[1] == "Refresh Token has expired"


def test_srp_proves_the_password_and_nothing_else_does(pool: Pool) -> None:
    pool.user("dora")

    def answer(password: str, *, user: str = "dora") -> dict[str, object]:
        private = 0x1234567890ABCDEF << 200
        public = pow(2, private, srp._N)
        given = {"USERNAME": user, "SRP_A": f"{public:x}"}
        asked = pool.public("InitiateAuth", AuthFlow="USER_SRP_AUTH", AuthParameters=given)["ChallengeParameters"]
        server, salt = int(asked["SRP_B"], 16), int(asked["SALT"], 16)
        name, short = asked["USER_ID_FOR_SRP"], pool.id.partition("_")[2]
        u = srp._hash(srp._pad(public), srp._pad(server))
        inner = hashlib.sha256(f"{short}{name}:{password}".encode()).digest()
        x = srp._hash(srp._pad(salt), inner)
        shared = pow(server - srp._K * pow(2, x, srp._N), private + u * x, srp._N)
        extracted = hmac.digest(srp._pad(u), srp._pad(shared), "sha256")
        key = hmac.digest(extracted, b"Caldera Derived Key\x01", "sha256")[:16]
        stamp = "Sun Nov 22 9:05:03 UTC 2026"
        message = short.encode() + name.encode() + b64decode(asked["SECRET_BLOCK"]) + stamp.encode()
        responses = {
            "USERNAME": name,
            "PASSWORD_CLAIM_SECRET_BLOCK": asked["SECRET_BLOCK"],
            "TIMESTAMP": stamp,
            "PASSWORD_CLAIM_SIGNATURE": b64encode(hmac.digest(key, message, "sha256")).decode(),
        }
        challenge = {"ChallengeName": "PASSWORD_VERIFIER", "ChallengeResponses": responses}
        result = pool.public("RespondToAuthChallenge", **challenge)
        assert fails(pool.public, "RespondToAuthChallenge", **challenge) == WRONG  # a proof is taken once
        return result

    assert answer(PASSWORD)["AuthenticationResult"]
    assert fails(answer, "Passw0rd?") == WRONG
    for wrong in ("0", "xyz", f"{srp._N:x}", f"{2 * srp._N:x}", "f" * 2_000):
        given = {"USERNAME": "dora", "SRP_A": wrong}
        failed = fails(pool.public, "InitiateAuth", AuthFlow="USER_SRP_AUTH", AuthParameters=given)
        assert failed[0] == "InvalidParameterException"


def test_a_temporary_password_has_to_be_changed(pool: Pool) -> None:
    mail = [{"Name": "email", "Value": "eve@example.com"}]
    created = pool("AdminCreateUser", Username="eve", UserAttributes=mail, DesiredDeliveryMediums=["EMAIL"])
    assert created["User"]["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    first = pool.sign_in("eve", pool.code())
    assert (first["ChallengeName"], first["ChallengeParameters"]["requiredAttributes"]) == (
        "NEW_PASSWORD_REQUIRED",
        "[]",
    )
    answer = {"ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": first["Session"]}

    def respond(password: str, **more: str) -> dict[str, object]:
        responses = {"USERNAME": "eve", "NEW_PASSWORD": password, **more}
        return pool.public("RespondToAuthChallenge", **answer, ChallengeResponses=responses)

    assert fails(respond, "short")[0] == "InvalidPasswordException"
    assert respond(PASSWORD, **{"userAttributes.name": "Eve"})["AuthenticationResult"]
    assert pool.attributes("eve")["name"] == "Eve"
    assert fails(respond, PASSWORD) == ("NotAuthorizedException", "Invalid session for the user.")
    pool("AdminSetUserPassword", Username="eve", Password=PASSWORD, Permanent=False)
    pool.plane.clock.time += 8 * 86_400
    message = "Temporary password has expired and must be reset by an administrator."
    assert fails(pool.sign_in, "eve") == ("NotAuthorizedException", message)


def test_a_software_token(pool: Pool) -> None:
    pool("SetUserPoolMfaConfig", SoftwareTokenMfaConfiguration={"Enabled": True}, MfaConfiguration="OPTIONAL")
    pool.user("finn")
    access = pool.tokens("finn")["AccessToken"]
    secret = pool.plane("AssociateSoftwareToken", AccessToken=access)["SecretCode"]

    def code(ahead: int = 0) -> str:
        return code_at(secret, int(pool.plane.clock.now()) // STEP_SECONDS + ahead)

    wrong = {"AccessToken": access, "UserCode": "000000" if code() != "000000" else "111111"}
    assert fails(pool.plane, "VerifySoftwareToken", **wrong)[0] == "EnableSoftwareTokenMFAException"
    assert pool.plane("VerifySoftwareToken", AccessToken=access, UserCode=code()) == {"Status": "SUCCESS"}
    preference = {"Enabled": True, "PreferredMfa": True}
    pool.plane("SetUserMFAPreference", AccessToken=access, SoftwareTokenMfaSettings=preference)
    assert pool("AdminGetUser", Username="finn")["PreferredMfaSetting"] == "SOFTWARE_TOKEN_MFA"
    asked = pool.sign_in("finn")
    assert asked["ChallengeName"] == "SOFTWARE_TOKEN_MFA"

    def respond(text: str) -> dict[str, object]:
        return pool.public(
            "RespondToAuthChallenge",
            ChallengeName="SOFTWARE_TOKEN_MFA",
            Session=asked["Session"],
            ChallengeResponses={"USERNAME": "finn", "SOFTWARE_TOKEN_MFA_CODE": text},
        )

    assert fails(respond, code())[0] == "CodeMismatchException"  # it was used to verify
    assert fails(respond, "abc")[0] == "CodeMismatchException"
    assert respond(code(1))["AuthenticationResult"]
    assert fails(respond, code(1))[0] in {"CodeMismatchException", "NotAuthorizedException"}


def test_failures_lock_a_user_out_for_longer_and_longer(pool: Pool) -> None:
    """Five are free; then 1 s, 2 s, 4 s ... (Cognito Developer Guide, "Lockout behavior")."""
    pool.user("gus")
    for _ in range(5):
        assert fails(pool.sign_in, "gus", "wrong") == WRONG
    locked = ("NotAuthorizedException", "Password attempts exceeded")
    assert fails(pool.sign_in, "gus") == locked
    pool.plane.clock.time += 1.1
    assert fails(pool.sign_in, "gus", "wrong") == WRONG
    pool.plane.clock.time += 1.1
    assert fails(pool.sign_in, "gus") == locked
    pool.plane.clock.time += 1.1
    assert pool.tokens("gus")
    assert fails(pool.sign_in, "gus", "wrong") == WRONG


class TestSecrets:
    def test_a_client_with_a_secret_proves_it(self, pool: Pool) -> None:
        pool.user("hana")
        made = pool(
            "CreateUserPoolClient", ClientName="s", GenerateSecret=True, ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
        )
        client = made["UserPoolClient"]
        assert len(client["ClientSecret"]) == 52
        message = ("hana" + client["ClientId"]).encode()
        good = b64encode(hmac.digest(client["ClientSecret"].encode(), message, "sha256")).decode()

        def sign_in(**more: str) -> dict[str, object]:
            given = {"USERNAME": "hana", "PASSWORD": PASSWORD, **more}
            return pool.plane(
                "InitiateAuth", ClientId=client["ClientId"], AuthFlow="USER_PASSWORD_AUTH", AuthParameters=given
            )

        assert sign_in(SECRET_HASH=good)["AuthenticationResult"]
        none = f"Client {client['ClientId']} is configured with secret but SECRET_HASH was not received"
        assert fails(sign_in) == ("NotAuthorizedException", none)
        wrong = f"Unable to verify secret hash for client {client['ClientId']}"
        assert fails(sign_in, SECRET_HASH="x") == ("NotAuthorizedException", wrong)

    def test_nothing_that_is_stored_tells_a_secret(self, pool: Pool) -> None:
        pool.user("ida", password="Very-secret-w0rd")
        pool.tokens("ida", password="Very-secret-w0rd")
        stored = repr(pool.plane.records.rows)
        assert "Very-secret" not in stored
        assert "PRIVATE KEY" not in stored

    def test_the_flow_of_choices_is_refused_when_it_is_configured_and_asked_for(self, pool: Pool) -> None:
        expected = ("NotImplementedException", "Gatelet does not support the authentication flow ALLOW_USER_AUTH yet.")
        assert fails(pool.client, ExplicitAuthFlows=["ALLOW_USER_AUTH"]) == expected
        given = {"USERNAME": "ann", "PASSWORD": PASSWORD}
        denied = ("InvalidParameterException", "USER_AUTH flow not enabled for this client")
        assert fails(pool.public, "InitiateAuth", AuthFlow="USER_AUTH", AuthParameters=given) == denied
        params = {"UserPoolId": pool.id, "AuthFlow": "USER_AUTH", "AuthParameters": given}
        assert fails(pool.public, "AdminInitiateAuth", **params) == denied

    @pytest.mark.parametrize(
        "challenge",
        [
            *("SMS_MFA", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN", "SELECT_CHALLENGE", "SELECT_MFA_TYPE", "PASSWORD"),
            *("PASSWORD_SRP", "DEVICE_SRP_AUTH", "DEVICE_PASSWORD_VERIFIER", "ADMIN_NO_SRP_AUTH"),
        ],
    )
    def test_challenges_that_are_not_supported_say_so(self, pool: Pool, challenge: str) -> None:
        responses = {"USERNAME": "ann", "ANSWER": "x"}
        failed = fails(
            pool.public,
            "RespondToAuthChallenge",
            ChallengeName=challenge,
            ChallengeResponses=responses,
            Session="s" * 20,
        )
        assert failed == ("NotImplementedException", f"Gatelet does not support the challenge {challenge} yet.")

    @pytest.mark.parametrize("flow", ["ADMIN_USER_PASSWORD_AUTH", "nonsense"])
    def test_a_flow_that_the_client_may_not_use(self, pool: Pool, flow: str) -> None:
        given = {"USERNAME": "ann", "PASSWORD": PASSWORD}
        failed = fails(pool.public, "InitiateAuth", AuthFlow=flow, AuthParameters=given)
        assert failed == ("InvalidParameterException", "Initiate Auth method not supported.")
        params = {"UserPoolId": pool.id, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH", "AuthParameters": given}
        denied = ("InvalidParameterException", "Auth flow not enabled for this client")
        assert fails(pool.public, "AdminInitiateAuth", **params) == denied


def test_tries_side_by_side_are_all_counted(pool: Pool) -> None:
    """Guesses sent at once count one by one; who knows the password is not kept out by signing in twice at once."""
    pool.user("jo")
    plane = pool.plane
    sign_in = plane._registry.find("cognito-idp", "InitiateAuth")
    assert sign_in is not None

    async def at_once(*passwords: str) -> list[object]:
        calls = [
            sign_in(
                plane.call(),
                {
                    "ClientId": pool.client_id,
                    "AuthFlow": "USER_PASSWORD_AUTH",
                    "AuthParameters": {"USERNAME": "jo", "PASSWORD": password},
                },
            )
            for password in passwords
        ]
        return await asyncio.gather(*calls, return_exceptions=True)

    assert all(isinstance(answer, dict) for answer in plane.run(at_once(*[PASSWORD] * 8)))
    guesses = plane.run(at_once(*[f"Guess-{number}!" for number in range(8)], PASSWORD))
    messages = [str(getattr(guess, "message", "signed in")) for guess in guesses]
    assert messages == ["Incorrect username or password."] * 5 + ["Password attempts exceeded"] * 4
