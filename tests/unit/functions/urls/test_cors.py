"""CORS of a function URL: lambda-execution section 11."""

from __future__ import annotations

import pytest

from gatelet.functions.urls.cors import Cors, without_cors

SITE = "https://www.example.com"
ANYONE = Cors.of({"AllowOrigins": ["*"], "AllowMethods": ["*"]})
ONE = Cors.of(
    {
        "AllowOrigins": [SITE],
        "AllowMethods": ["get", "PUT"],
        "AllowHeaders": ["X-A", "X-B"],
        "ExposeHeaders": ["Date", "X-C"],
        "MaxAge": 0,
        "AllowCredentials": True,
    }
)


def test_preflight_of_a_permitted_origin() -> None:
    assert ONE.preflight("HTTPS://www.example.com", "PUT") == [
        ("Access-Control-Allow-Origin", "HTTPS://www.example.com"),
        ("Access-Control-Allow-Credentials", "true"),
        ("Vary", "Origin"),
        ("Access-Control-Allow-Methods", "GET,PUT"),
        ("Access-Control-Allow-Headers", "X-A,X-B"),
        ("Access-Control-Max-Age", "0"),
    ]


@pytest.mark.parametrize(("origin", "method"), [("https://evil.example.com", "GET"), (SITE, "DELETE"), ("null", "GET")])
def test_preflight_of_what_is_not_permitted(origin: str, method: str) -> None:
    assert ONE.preflight(origin, method) == []


def test_everybody() -> None:
    allowed = [("Access-Control-Allow-Origin", "*")]
    assert ANYONE.preflight(SITE, "PATCH") == [*allowed, ("Access-Control-Allow-Methods", "*")]
    assert ANYONE.response(SITE) == allowed
    assert ANYONE.response(None) == []


def test_credentials_are_never_for_a_wildcard() -> None:
    cors = Cors.of({"AllowOrigins": ["*"], "AllowCredentials": True})
    assert dict(cors.response(SITE))["Access-Control-Allow-Origin"] == SITE


def test_responses() -> None:
    assert ONE.response("https://evil.example.com") == []
    assert ("Access-Control-Expose-Headers", "Date,X-C") in ONE.response(SITE)


def test_the_function_s_own_headers_give_way() -> None:
    kept = [("X-A", "1"), ("Vary", "Accept")]
    assert without_cors([*kept, ("access-control-allow-origin", "*"), ("Access-Control-Max-Age", "1")]) == kept
