"""Which Gatelet a client command talks to, in which region, with which keys."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from gatelet.cli.client import Client
from gatelet.cli.endpoint import client_for, region_for, trusting
from gatelet.cli.failure import CommandFailed
from gatelet.server.config import Config


def given(endpoint: str | None = None, region: str | None = None) -> argparse.Namespace:
    return argparse.Namespace(endpoint=endpoint, region=region)


@pytest.mark.parametrize(
    ("flag", "variable", "expected"),
    [
        ("http://a:1", "http://b:2", "http://a:1"),
        (None, "http://b:2/", "http://b:2"),
        (None, None, "http://127.0.0.1:4566"),
        ("localhost:9", None, "http://localhost:9"),
        ("https://gate.example.org", None, "https://gate.example.org"),
        ("http://[::1]:4566", None, "http://[::1]:4566"),
    ],
)
def test_flag_over_environment_over_configuration(flag: str | None, variable: str | None, expected: str) -> None:
    environment = {} if variable is None else {"AWS_ENDPOINT_URL": variable}
    assert client_for(given(flag), Config(), environment).endpoint == expected


@pytest.mark.parametrize("endpoint", ["http://[::1", "http://host:port", "ftp://host", "http://", "http://:80"])
def test_what_is_no_url_is_refused(endpoint: str) -> None:
    with pytest.raises(CommandFailed, match="URL"):
        client_for(given(endpoint), Config(), {})


@pytest.mark.parametrize(
    ("flag", "environment", "expected"),
    [
        ("eu-west-1", {"AWS_REGION": "x", "AWS_DEFAULT_REGION": "y"}, "eu-west-1"),
        (None, {"AWS_REGION": "eu-west-2", "AWS_DEFAULT_REGION": "y"}, "eu-west-2"),
        (None, {"AWS_DEFAULT_REGION": "eu-west-3"}, "eu-west-3"),
        (None, {}, "us-west-2"),
    ],
)
def test_the_region(flag: str | None, environment: dict[str, str], expected: str) -> None:
    assert region_for(given(region=flag), Config(region="us-west-2"), environment) == expected


def test_the_keys_of_the_environment_are_handed_on() -> None:
    """`up` gives them to the script that deploys to a Gatelet that runs already."""
    environment = {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t"}
    told = Client("http://127.0.0.1:4566", "us-east-1", environment).environment()
    assert told.items() >= environment.items()
    default = Client("http://127.0.0.1:4566", "us-east-1", {}).environment()
    assert (default["AWS_ACCESS_KEY_ID"], default["AWS_SECRET_ACCESS_KEY"]) == ("test", "test")
    assert "AWS_SESSION_TOKEN" not in default
    assert "AWS_CA_BUNDLE" not in default


def test_the_configured_certificate_is_trusted_unless_the_environment_says_otherwise() -> None:
    config = Config(tls_certificate=Path("/etc/gatelet/chain.pem"), tls_key=Path("/etc/gatelet/key.pem"))
    assert trusting(config, {})["AWS_CA_BUNDLE"] == "/etc/gatelet/chain.pem"
    assert trusting(config, {"AWS_CA_BUNDLE": "/own.pem"})["AWS_CA_BUNDLE"] == "/own.pem"
    assert "AWS_CA_BUNDLE" not in trusting(Config(), {})
