"""A user pool with a client, for tests that sign users up and in."""

from __future__ import annotations

import asyncio
import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any

import pytest
from tests.unit.control.plane import Plane

from gatelet.aws.errors import AwsError

PASSWORD = "Passw0rd!"
FLOWS = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_CUSTOM_AUTH"]


class Pool:
    """One pool and one client of it, in a control plane without a server."""

    def __init__(self, runner: asyncio.Runner, **settings: Any) -> None:
        self.plane = Plane(runner, "cognito-idp")
        self.id = self.plane("CreateUserPool", PoolName="p", **settings)["UserPool"]["Id"]
        self.client_id = self.client()

    def client(self, **settings: Any) -> str:
        """Another client; its id."""
        given = {"UserPoolId": self.id, "ClientName": "c", "ExplicitAuthFlows": FLOWS, **settings}
        made: str = self.plane("CreateUserPoolClient", **given)["UserPoolClient"]["ClientId"]
        return made

    def __call__(self, name: str, /, **params: Any) -> dict[str, Any]:
        """A call for this pool."""
        return self.plane(name, UserPoolId=self.id, **params)

    def public(self, name: str, /, **params: Any) -> dict[str, Any]:
        """A call for this client."""
        return self.plane(name, **{"ClientId": self.client_id, **params})

    def user(self, name: str, /, *, password: str = PASSWORD, **attributes: str) -> str:
        """A confirmed user; the ``sub``."""
        given = [{"Name": key, "Value": value} for key, value in attributes.items()]
        made = self("AdminCreateUser", Username=name, MessageAction="SUPPRESS", UserAttributes=given)
        self("AdminSetUserPassword", Username=name, Password=password, Permanent=True)
        return next(one["Value"] for one in made["User"]["Attributes"] if one["Name"] == "sub")

    def sign_in(self, name: str, password: str = PASSWORD, **params: Any) -> dict[str, Any]:
        """InitiateAuth with the password as it is."""
        given = {"USERNAME": name, "PASSWORD": password}
        return self.public("InitiateAuth", AuthFlow="USER_PASSWORD_AUTH", AuthParameters=given, **params)

    def tokens(self, name: str, **params: Any) -> dict[str, str]:
        """The tokens of a sign-in."""
        found: dict[str, str] = self.sign_in(name, **params)["AuthenticationResult"]
        return found

    def code(self) -> str:
        """The code in the newest message of the outbox."""
        return self.plane.ports.outbox.messages[-1]["code"]  # type: ignore[attr-defined, no-any-return]

    def attributes(self, name: str) -> dict[str, str]:
        """The attributes of a user, and the status."""
        user = self("AdminGetUser", Username=name)
        return {one["Name"]: one["Value"] for one in user["UserAttributes"]} | {"status": user["UserStatus"]}


def fails(call: Any, *args: Any, **params: Any) -> tuple[str, str | None]:
    """The code and message of a call that fails; it may have counted the attempt."""
    with pytest.raises(AwsError) as caught:
        call(*args, **params)
    return caught.value.code, caught.value.message


def claims(token: str) -> Mapping[str, Any]:
    """What a token claims."""
    middle = token.split(".")[1]
    found: dict[str, Any] = json.loads(urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    return found
