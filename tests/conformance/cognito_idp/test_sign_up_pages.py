"""The sign-up page of a domain: a form, the code that was sent, and then the sign-in (Developer Guide, "/signup")."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.conformance.cognito_idp.test_sign_in_pages import CALLBACK, PASSWORD, Browser, Domain, code_of

NAME = "a-pool-to-join"


class Joining(Domain):
    """A pool that users may join: its code goes to their email, and they tell their name."""

    @property
    def base(self) -> str:
        return f"{self.gatelet.endpoint}/_gatelet/auth/{NAME}"

    def ask(self, **parameters: str) -> str:
        return super().ask(scope="openid", **parameters)

    def sent(self) -> str:
        """The code in the newest message of the outbox."""
        line = (self.gatelet.data_dir / "cognito-outbox.jsonl").read_text("utf-8").splitlines()[-1]
        code: str = json.loads(line)["code"]
        return code


@pytest.fixture(scope="module")
def joining(gatelet: Any) -> Joining:
    cognito = gatelet.client("cognito-idp")
    schema = [{"Name": "given_name", "Required": True}]
    pool = cognito.create_user_pool(PoolName="The club", AutoVerifiedAttributes=["email"], Schema=schema)
    pool_id = pool["UserPool"]["Id"]
    cognito.create_user_pool_domain(UserPoolId=pool_id, Domain=NAME)
    client = cognito.create_user_pool_client(
        UserPoolId=pool_id,
        ClientName="c",
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["code"],
        AllowedOAuthScopes=["openid"],
        CallbackURLs=[CALLBACK],
    )["UserPoolClient"]["ClientId"]
    return Joining(gatelet, pool_id, client, "", "")


def fill_in(browser: Browser, username: str, **fields: str) -> Any:
    given = {"attribute.email": f"{username}@example.com", "attribute.given_name": "Ann", "password": PASSWORD}
    return browser.post("signup", username=username, **(given | fields))


def test_a_user_signs_up_confirms_and_signs_in(joining: Joining) -> None:
    browser = Browser(joining)
    browser.get(f"{joining.base}/login?{joining.ask()}")
    assert "Create an account" in browser.page
    shown = browser.get(f"{joining.base}/signup?{joining.ask()}")
    assert (shown.status, "Sign up for The club" in browser.page, "<script" in browser.page) == (
        200,
        True,
        False,
    )
    policy = shown.header("content-security-policy") or ""
    assert "default-src 'none'" in policy
    assert fill_in(browser, "ann", password="short").status == 400
    assert "Password did not conform" in browser.page
    assert 'value="ann@example.com"' in browser.page
    assert "short" not in browser.page
    assert fill_in(browser, "ann").status == 200
    assert "We have sent a code to a***@e***." in browser.page
    first = joining.sent()
    assert browser.post("signup", code="000000" if first != "000000" else "111111").status == 400
    assert "Invalid verification code provided" in browser.page
    assert browser.post("signup", resend="1").status == 200
    assert browser.post("signup", code=joining.sent()).status == 200
    assert "Your account is confirmed. Please sign in." in browser.page
    code = code_of(browser.post(username="ann", password=PASSWORD))
    assert joining.exchange(code).status == 200
    user = joining.gatelet.client("cognito-idp").admin_get_user(UserPoolId=joining.pool, Username="ann")
    held = {one["Name"]: one["Value"] for one in user["UserAttributes"]}
    assert (user["UserStatus"], held["email_verified"], held["given_name"]) == ("CONFIRMED", "true", "Ann")


def test_what_a_form_must_hold(joining: Joining) -> None:
    browser = Browser(joining)
    browser.get(f"{joining.base}/signup?{joining.ask()}")
    for fields, text in (
        ({"attribute.email": "nobody"}, "Invalid email address format."),
        ({"attribute.given_name": ""}, "given_name: The attribute is required"),
        ({"username": "x" * 129}, "The username is too long."),
        ({"username": "a b"}, "The username must have no blanks."),
        ({"username": ""}, "The username must have no blanks."),
        ({"attribute.given_name": "y" * 2_049}, "given_name is too long."),
    ):
        name = fields.pop("username", "bea")
        assert fill_in(browser, name, **fields).status == 400
        assert text in browser.page
    odd = fill_in(browser, '"><b>x', password="no")
    assert (odd.status, "&quot;&gt;&lt;b&gt;x" in browser.page, "<b>" in browser.page) == (400, True, False)
    assert fill_in(browser, "cleo").status == 200
    other = Browser(joining)
    other.get(f"{joining.base}/signup?{joining.ask()}")
    assert fill_in(other, "cleo").status == 400
    assert "User already exists" in other.page


def test_a_form_of_one_page_is_none_of_another(joining: Joining) -> None:
    browser, other = Browser(joining), Browser(joining)
    browser.get(f"{joining.base}/login?{joining.ask()}")
    assert fill_in(browser, "dan").status == 400
    assert "too old" in browser.page
    browser.get(f"{joining.base}/signup?{joining.ask()}")
    other.get(f"{joining.base}/signup?{joining.ask()}")
    other.page = browser.page
    assert fill_in(other, "dan").status == 400
    assert "not of this browser" in other.page
    refused = browser.get(f"{joining.base}/signup?{joining.ask(redirect_uri='https://evil.example/')}")
    assert (refused.status, refused.header("location")) == (400, None)


def test_who_may_not_sign_up_is_not_asked_to(joining: Joining) -> None:
    cognito = joining.gatelet.client("cognito-idp")
    cognito.update_user_pool(
        UserPoolId=joining.pool,
        AutoVerifiedAttributes=["email"],
        AdminCreateUserConfig={"AllowAdminCreateUserOnly": True},
    )
    browser = Browser(joining)
    browser.get(f"{joining.base}/login?{joining.ask()}")
    assert "Create an account" not in browser.page
    assert browser.get(f"{joining.base}/signup?{joining.ask()}").status == 400
    assert "SignUp is not permitted for this user pool" in browser.page
    open_again = {"AllowAdminCreateUserOnly": False}
    cognito.update_user_pool(
        UserPoolId=joining.pool, AutoVerifiedAttributes=["email"], AdminCreateUserConfig=open_again
    )
