"""The sign-in pages and OAuth endpoints of a domain, as a browser and a client use them (identity section 4.4)."""

from __future__ import annotations

import html
import re
from base64 import b64encode
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
from tests.walk import Answer, request

from gatelet.control.cognito_idp.oauth_codes import s256

PASSWORD = "Passw0rd!"
CALLBACK = "https://shop.example.com/back?from=sign-in"
VERIFIER = "v" * 64
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Domain:
    """A pool with a domain, a browser's client and a server's."""

    gatelet: Any
    pool: str
    browser: str
    server: str
    secret: str

    @property
    def base(self) -> str:
        return f"{self.gatelet.endpoint}/_gatelet/auth/sign-in-pages"

    def ask(self, **parameters: str) -> str:
        """The query of an authorization request."""
        given = {
            "client_id": self.browser,
            "response_type": "code",
            "redirect_uri": CALLBACK,
            "scope": "openid email shop/read",
            "state": "s-1",
            "nonce": "n-1",
            "code_challenge": s256(VERIFIER),
            "code_challenge_method": "S256",
        }
        return urlencode({name: value for name, value in (given | parameters).items() if value})

    def token(self, headers: dict[str, str] | None = None, **form: str) -> Answer:
        return request(f"{self.base}/oauth2/token", "POST", urlencode(form).encode(), FORM | (headers or {}))

    def exchange(self, code: str, /, **form: str) -> Answer:
        given = {"grant_type": "authorization_code", "client_id": self.browser, "redirect_uri": CALLBACK}
        return self.token(**(given | {"code": code, "code_verifier": VERIFIER} | form))


class Browser:
    """Cookies and forms, and no scripts."""

    def __init__(self, domain: Domain) -> None:
        self.domain = domain
        self.cookies: dict[str, str] = {}
        self.page = ""

    def get(self, url: str) -> Answer:
        return self._sent(request(url, headers=self._headers()))

    def post(self, page: str = "login", **fields: str) -> Answer:
        sealed = re.search(r'name="form" value="([^"]+)"', self.page)
        assert sealed is not None
        body = urlencode({"form": html.unescape(sealed[1]), **fields}).encode()
        origin = {"Origin": self.domain.gatelet.endpoint}
        return self._sent(request(f"{self.domain.base}/{page}", "POST", body, FORM | origin | self._headers()))

    def _headers(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}

    def _sent(self, answer: Answer) -> Answer:
        for name, value in answer.headers:
            if name.lower() == "set-cookie":
                key, _, text = value.partition(";")[0].partition("=")
                self.cookies[key] = text
                assert "HttpOnly; SameSite=Lax" in value
        self.page = answer.body.decode()
        return answer


@pytest.fixture(scope="module")
def domain(gatelet: Any) -> Domain:
    return make_domain(gatelet)


def make_domain(gatelet: Any) -> Domain:
    """``ann`` has a password, ``new`` a temporary one."""
    cognito = gatelet.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="The shop")["UserPool"]["Id"]
    cognito.create_user_pool_domain(UserPoolId=pool, Domain="sign-in-pages")
    scopes = [{"ScopeName": "read", "ScopeDescription": "r"}, {"ScopeName": "write", "ScopeDescription": "w"}]
    cognito.create_resource_server(UserPoolId=pool, Identifier="shop", Name="shop", Scopes=scopes)
    common = {"UserPoolId": pool, "AllowedOAuthFlowsUserPoolClient": True}
    browser = cognito.create_user_pool_client(
        **common,
        ClientName="b",
        AllowedOAuthFlows=["code"],
        AllowedOAuthScopes=["openid", "email", "shop/read"],
        CallbackURLs=[CALLBACK],
        LogoutURLs=["https://shop.example.com/bye"],
    )["UserPoolClient"]
    server = cognito.create_user_pool_client(
        **common,
        ClientName="s",
        GenerateSecret=True,
        AllowedOAuthFlows=["client_credentials"],
        AllowedOAuthScopes=["shop/read", "shop/write"],
    )["UserPoolClient"]
    mail = [{"Name": "email", "Value": "ann@example.com"}]
    cognito.admin_create_user(UserPoolId=pool, Username="ann", UserAttributes=mail, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(UserPoolId=pool, Username="ann", Password=PASSWORD, Permanent=True)
    cognito.admin_create_user(UserPoolId=pool, Username="new", TemporaryPassword="Temp0rary!", MessageAction="SUPPRESS")
    return Domain(gatelet, pool, browser["ClientId"], server["ClientId"], server["ClientSecret"])


def sign_in(domain: Domain, browser: Browser, username: str = "ann", password: str = PASSWORD) -> Answer:
    first = browser.get(f"{domain.base}/oauth2/authorize?{domain.ask()}")
    assert first.status == 302
    shown = browser.get(f"{domain.gatelet.endpoint}{first.header('location')}")
    assert (shown.status, "Sign in to The shop" in browser.page) == (200, True)
    return browser.post(username=username, password=password)


def code_of(answer: Answer) -> str:
    assert answer.status == 302
    location = urlsplit(answer.header("location") or "")
    query = parse_qs(location.query)
    assert (location.netloc, query["state"], query["from"]) == ("shop.example.com", ["s-1"], ["sign-in"])
    return query["code"][0]


def decoded(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


def test_authorization_code_with_pkce(domain: Domain) -> None:
    browser = Browser(domain)
    code = code_of(sign_in(domain, browser))
    answer = domain.exchange(code)
    assert (answer.status, answer.header("cache-control")) == (200, "no-store")
    tokens = answer.json()
    assert set(tokens) == {"id_token", "access_token", "refresh_token", "expires_in", "token_type"}
    access, identity = decoded(tokens["access_token"]), decoded(tokens["id_token"])
    assert (access["scope"], access["version"], access["client_id"]) == ("openid email shop/read", 2, domain.browser)
    assert (identity["nonce"], identity["email"], identity["aud"]) == ("n-1", "ann@example.com", domain.browser)
    assert domain.exchange(code).json() == {"error": "invalid_grant"}  # taken once
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    info = request(f"{domain.base}/oauth2/userInfo", headers=bearer).json()
    assert (info["sub"], info["email"], info["username"]) == (access["sub"], "ann@example.com", "ann")
    refresh = {"grant_type": "refresh_token", "client_id": domain.browser, "refresh_token": tokens["refresh_token"]}
    again = domain.token(**refresh).json()
    assert (decoded(again["access_token"])["scope"], "refresh_token" in again) == ("openid email shop/read", False)
    revoke = urlencode({"token": tokens["refresh_token"], "client_id": domain.browser}).encode()
    assert request(f"{domain.base}/oauth2/revoke", "POST", revoke, FORM).status == 200
    assert domain.token(**refresh).json() == {"error": "invalid_grant"}
    kept = browser.get(f"{domain.base}/oauth2/authorize?{domain.ask()}")  # the browser is signed in
    assert domain.exchange(code_of(kept)).status == 200
    bye = urlencode({"client_id": domain.browser, "logout_uri": "https://shop.example.com/bye"})
    assert browser.get(f"{domain.base}/logout?{bye}").header("location") == "https://shop.example.com/bye"
    assert "/login?" in (browser.get(f"{domain.base}/oauth2/authorize?{domain.ask()}").header("location") or "")


@pytest.mark.parametrize(
    "form",
    [
        {"code_verifier": "w" * 64},
        {"code_verifier": ""},
        {"redirect_uri": "https://shop.example.com/other"},
        {"code": "nonsense"},
    ],
)
def test_a_code_without_its_proof_is_worth_nothing(domain: Domain, form: dict[str, str]) -> None:
    code = code_of(sign_in(domain, Browser(domain)))
    answer = domain.exchange(code, **form)
    assert (answer.status, answer.json()) == (400, {"error": "invalid_grant"})


def test_a_wrong_password_and_a_temporary_one(domain: Domain) -> None:
    browser = Browser(domain)
    odd = sign_in(domain, browser, '"><b>x')
    assert (odd.status, "&quot;&gt;&lt;b&gt;x" in browser.page, "<b>" in browser.page) == (400, True, False)
    wrong = sign_in(domain, browser, password="no")
    assert (wrong.status, "Incorrect username or password." in browser.page) == (400, True)
    assert code_of(browser.post(username="ann", password=PASSWORD))
    fresh = Browser(domain)
    assert sign_in(domain, fresh, "new", "Temp0rary!").status == 200
    assert "New password" in fresh.page
    assert fresh.post(new_password="short").status == 400
    assert "Password did not conform" in fresh.page
    assert code_of(fresh.post(new_password="G00d-one!"))


def test_nobody_is_sent_where_the_client_has_not_registered(domain: Domain) -> None:
    for parameters in ({"redirect_uri": "https://evil.example/"}, {"client_id": "nobody"}, {"redirect_uri": ""}):
        answer = request(f"{domain.base}/oauth2/authorize?{domain.ask(**parameters)}")
        assert (answer.status, answer.header("location")) == (400, None)
    for parameters, error in (
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "shop/write"}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
    ):
        told = request(f"{domain.base}/oauth2/authorize?{domain.ask(**parameters)}").header("location") or ""
        assert parse_qs(urlsplit(told).query)["error"] == [error]


def test_another_sites_form_signs_nobody_in(domain: Domain) -> None:
    browser, other = Browser(domain), Browser(domain)
    browser.get(f"{domain.base}/login?{domain.ask()}")
    other.get(f"{domain.base}/login?{domain.ask()}")
    other.page = browser.page  # a form that another browser was shown
    assert other.post(username="ann", password=PASSWORD).status == 400
    body = urlencode({"username": "ann", "password": PASSWORD}).encode()
    foreign = {"Origin": "https://evil.example"}
    assert request(f"{domain.base}/login", "POST", body, FORM | foreign).status == 403
    assert request(f"{domain.base}/login", "POST", body, FORM).status == 400
    page = browser.get(f"{domain.base}/login?{domain.ask()}")
    policy = page.header("content-security-policy") or ""
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "<script" not in browser.page


def test_client_credentials(domain: Domain) -> None:
    basic = {"Authorization": "Basic " + b64encode(f"{domain.server}:{domain.secret}".encode()).decode()}
    answer = domain.token(basic, grant_type="client_credentials", scope="shop/write")
    assert (answer.status, set(answer.json())) == (200, {"access_token", "expires_in", "token_type"})
    claims = decoded(answer.json()["access_token"])
    assert (claims["sub"], claims["scope"], claims["token_use"]) == (domain.server, "shop/write", "access")
    secret = {"client_id": domain.server, "client_secret": domain.secret}
    every = domain.token(None, grant_type="client_credentials", **secret).json()
    assert decoded(every["access_token"])["scope"] == "shop/read shop/write"
    grant = {"grant_type": "client_credentials"}
    for form, error in (
        ({**secret, **grant, "scope": "shop/none"}, "invalid_scope"),
        ({**secret, **grant, "scope": "openid"}, "invalid_scope"),
        ({**secret, "client_secret": "x", **grant}, "invalid_client"),
        ({"client_id": domain.server, **grant}, "invalid_client"),
        ({"client_id": domain.browser, **grant}, "unauthorized_client"),
        ({**secret, "grant_type": "password"}, "unsupported_grant_type"),
        (secret, "invalid_request"),
    ):
        refused = domain.token(None, **form)
        assert (refused.status, refused.json()) == (400, {"error": error})


def test_codes_of_clients_are_not_for_others(domain: Domain) -> None:
    code = code_of(sign_in(domain, Browser(domain)))
    secret = {"client_id": domain.server, "client_secret": domain.secret}
    assert domain.exchange(code, **secret).json() == {"error": "unauthorized_client"}
