"""Which paths are pages of user pools, and from where they are reached (identity sections 4.1 and 4.4)."""

from __future__ import annotations

import pytest

from gatelet.http.request import Request
from gatelet.server.door import ControlCall, Door, Refusal
from gatelet.server.hosted_ui_address import PoolPage, parse_pool_page

KEYS = "/us-east-1_AbC123xyZ/.well-known/jwks.json"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (KEYS, PoolPage("us-east-1_AbC123xyZ", "", "jwks.json")),
        ("/us-gov-west-1_a/.well-known/openid-configuration", PoolPage("us-gov-west-1_a", "", "openid-configuration")),
        ("/us-east-1_a/.well-known/other", None),
        ("/us-east-1_a%2F../.well-known/jwks.json", None),
        ("/_gatelet/auth/shop/oauth2/token", PoolPage("", "shop", "oauth2/token")),
        ("/_gatelet/auth/shop/login", PoolPage("", "shop", "login")),
        ("/_gatelet/auth/shop/..%2flogin", None),
        ("/_gatelet/auth/-shop/login", None),
        ("/_gatelet/auth/shop", None),
        ("/restapis", None),
    ],
)
def test_paths(path: str, expected: PoolPage | None) -> None:
    assert parse_pool_page(path) == expected


def asked(path: str, **headers: str) -> Request:
    named = [(name.replace("_", "-"), value) for name, value in {"Host": "localhost:4566", **headers}.items()]
    return Request.of("GET", path, "", named, b"", "127.0.0.1")


def test_pages_are_for_browsers_that_come_from_other_sites_and_on_both_ports() -> None:
    navigation = asked("/_gatelet/auth/shop/login", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate")
    assert isinstance(Door().decide(navigation), PoolPage)
    assert isinstance(Door().decide(asked(KEYS, Origin="https://app.example")), PoolPage)
    assert isinstance(Door(data_plane_only=True).decide(asked(KEYS)), PoolPage)


def test_rebinding_reaches_no_page_and_pages_open_nothing_else() -> None:
    assert isinstance(Door().decide(asked(KEYS, Host="evil.example")), Refusal)
    assert isinstance(Door().decide(asked("/_gatelet/auth/", Origin="https://app.example")), Refusal)
    assert isinstance(Door(data_plane_only=True).decide(asked("/_gatelet/auth/")), Refusal)
    assert isinstance(Door().decide(asked("/us-east-1_a/.well-known/x")), ControlCall)
