"""What a user pool has promised survives ``kill -9``: users, keys, sessions and their ends, what was used once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.conformance.cognito_idp.test_sign_in_pages import PASSWORD, Browser, code_of, make_domain, sign_in
from tests.conformance.gateway.world import Api, make_api
from tests.conformance.integrations.mapped import add_mapped
from tests.walk import request

FLOWS = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]


class Server:
    """Signs users in with their passwords, wherever Gatelet is."""

    def __init__(self, gatelet: Any, pool: str) -> None:
        self.gatelet, self.pool = gatelet, pool
        made = self.cognito.create_user_pool_client(UserPoolId=pool, ClientName="server", ExplicitAuthFlows=FLOWS)
        self.client: str = made["UserPoolClient"]["ClientId"]

    @property
    def cognito(self) -> Any:
        return self.gatelet.client("cognito-idp")

    def user(self, name: str) -> None:
        self.cognito.admin_create_user(UserPoolId=self.pool, Username=name, MessageAction="SUPPRESS")
        self.cognito.admin_set_user_password(UserPoolId=self.pool, Username=name, Password=PASSWORD, Permanent=True)

    def sign_in(self, name: str, password: str = PASSWORD) -> Any:
        given = {"USERNAME": name, "PASSWORD": password}
        return self.cognito.initiate_auth(ClientId=self.client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=given)

    def tokens(self, name: str) -> dict[str, str]:
        found: dict[str, str] = self.sign_in(name)["AuthenticationResult"]
        return found

    def refresh(self, token: str) -> Any:
        given = {"REFRESH_TOKEN": token}
        return self.cognito.initiate_auth(ClientId=self.client, AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters=given)

    def refused(self, call: Any, *arguments: Any, **members: Any) -> str:
        with pytest.raises(self.cognito.exceptions.NotAuthorizedException) as caught:
            call(*arguments, **members)
        return str(caught.value.response["Error"]["Message"])

    def new_password(self, session: str) -> Any:
        return self.cognito.respond_to_auth_challenge(
            ClientId=self.client,
            ChallengeName="NEW_PASSWORD_REQUIRED",
            Session=session,
            ChallengeResponses={"USERNAME": "new", "NEW_PASSWORD": "An0ther-one!"},
        )

    def keys(self) -> Any:
        return request(f"{self.gatelet.endpoint}/{self.pool}/.well-known/jwks.json").json()


def guarded(gatelet: Any, pool: str) -> Api:
    """``GET /mine`` for who shows an id token of the pool."""
    api = make_api(gatelet, "guarded-by-a-pool", {}, [])
    add_mapped(api, "GET /mine", request='{"statusCode": 200}')
    arn = f"arn:aws:cognito-idp:us-east-1:000000000000:userpool/{pool}"
    source = "method.request.header.Authorization"
    made = api.client.create_authorizer(
        restApiId=api.id, name="u", type="COGNITO_USER_POOLS", providerARNs=[arn], identitySource=source
    )
    patches = [
        {"op": "replace", "path": "/authorizationType", "value": "COGNITO_USER_POOLS"},
        {"op": "replace", "path": "/authorizerId", "value": made["id"]},
    ]
    at = {"restApiId": api.id, "resourceId": api.resources["/mine"], "httpMethod": "GET"}
    api.client.update_method(**at, patchOperations=patches)
    api.deploy()
    return api


def test_a_pool_survives_kill_9(own_gatelet: Any) -> None:
    domain = make_domain(own_gatelet)
    server = Server(own_gatelet, domain.pool)
    api = guarded(own_gatelet, domain.pool)
    for name in ("bea", "cleo"):
        server.user(name)
    kept, ended, over = server.tokens("ann"), server.tokens("ann"), server.tokens("bea")
    server.cognito.revoke_token(ClientId=server.client, Token=ended["RefreshToken"])
    server.cognito.global_sign_out(AccessToken=over["AccessToken"])
    for _ in range(5):
        assert server.refused(server.sign_in, "cleo", "wrong") == "Incorrect username or password."
    challenge = server.sign_in("new", "Temp0rary!")["Session"]
    assert server.new_password(challenge)["AuthenticationResult"]
    used, unused = (code_of(sign_in(domain, Browser(domain))) for _ in range(2))
    assert domain.exchange(used).status == 200
    keys = server.keys()

    own_gatelet.kill()
    own_gatelet.start()

    assert server.keys() == keys
    assert request(f"{own_gatelet.endpoint}{api.url()}/mine", headers={"Authorization": kept["IdToken"]}).status == 200
    assert server.cognito.get_user(AccessToken=kept["AccessToken"])["Username"] == "ann"
    fresh = server.refresh(kept["RefreshToken"])["AuthenticationResult"]
    assert server.cognito.get_user(AccessToken=fresh["AccessToken"])["Username"] == "ann"
    assert server.tokens("ann")
    for session in (ended, over):
        assert server.refused(server.refresh, session["RefreshToken"]) == "Refresh Token has been revoked"
        token = session["AccessToken"]
        assert server.refused(server.cognito.get_user, AccessToken=token) == "Access Token has been revoked"
    assert server.refused(server.new_password, challenge) == "Invalid session for the user."
    domain = replace(domain, gatelet=own_gatelet)
    assert domain.exchange(used).json() == {"error": "invalid_grant"}
    assert domain.exchange(unused).status == 200
    while server.refused(server.sign_in, "cleo", "wrong") != "Incorrect username or password.":
        pass  # the sixth failure counts once the wait after the fifth is over
    assert server.refused(server.sign_in, "cleo") == "Password attempts exceeded"
