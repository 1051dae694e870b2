"""A JWT authorizer that trusts an identity provider elsewhere: discovery and keys over HTTP (section 6)."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from tests.conformance.gateway.world import ECHO, Api, make_api
from tests.unit.gateway.tokens import jwk, token
from tests.walk import create_function, integration_uri, request


class Provider(ThreadingHTTPServer):
    """An OpenID Connect provider: two documents."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Documents)
        self.issuer = f"http://127.0.0.1:{self.server_port}/realms/shop"
        self.lies = False


class Documents(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        found: Any = {
            "/realms/shop/.well-known/openid-configuration": {
                "issuer": "https://other.example" if self.server.lies else self.server.issuer,
                "jwks_uri": f"{self.server.issuer}/keys",
            },
            "/realms/shop/keys": {"keys": [jwk("id", alg="RS256")]},
        }.get(self.path)
        body = json.dumps(found or {}).encode()
        self.send_response(200 if found else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with Provider() as provider:
        thread = threading.Thread(target=provider.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield provider
        provider.shutdown()
        thread.join()


def authorizer(api: Api, issuer: str, name: str) -> dict[str, Any]:
    made: dict[str, Any] = api.client.create_authorizer(
        restApiId=api.id,
        name=name,
        type="JWT",
        identitySource="method.request.header.Authorization",
        jwtConfiguration={"issuers": [{"issuer": issuer, "audiences": ["shop"]}], "defaultAlgorithms": ["RS256"]},
    )
    return made


def test_tokens_of_another_provider(gatelet: Any, provider: Provider) -> None:
    echo = create_function(gatelet, "foreign-echo", ECHO)
    api = make_api(gatelet, "foreign", {"GET /jwt": {"uri": integration_uri(echo)}}, [echo])
    made = authorizer(api, provider.issuer, "j")
    assert made["jwtConfiguration"]["issuers"][0]["jwksUri"] == f"{provider.issuer}/keys"
    patches = [
        {"op": "replace", "path": "/authorizationType", "value": "JWT"},
        {"op": "replace", "path": "/authorizerId", "value": made["id"]},
    ]
    api.client.update_method(
        restApiId=api.id, resourceId=api.resources["/jwt"], httpMethod="GET", patchOperations=patches
    )
    api.deploy()
    claims = {"iss": provider.issuer, "aud": "shop", "sub": "u-1", "iat": int(time.time()), "exp": 4_000_000_000}

    def get(text: str) -> Any:
        return request(f"{gatelet.endpoint}{api.url()}/jwt", headers={"Authorization": f"Bearer {text}"})

    answer = get(token(claims))
    assert (answer.status, answer.json()["requestContext"]["authorizer"]["claims"]["sub"]) == (200, "u-1")
    assert get(token(claims, key="stranger")).status == 401
    assert get(token({**claims, "aud": "desk"})).status == 401


def test_a_provider_that_names_another_issuer_is_not_taken(gatelet: Any, provider: Provider) -> None:
    api = make_api(gatelet, "lied-to", {}, [])
    provider.lies = True
    try:
        with pytest.raises(api.client.exceptions.BadRequestException, match="another issuer's"):
            authorizer(api, provider.issuer, "liar")
    finally:
        provider.lies = False
    with pytest.raises(api.client.exceptions.BadRequestException, match="cannot be read"):
        authorizer(api, f"{provider.issuer}/nowhere", "nowhere")
