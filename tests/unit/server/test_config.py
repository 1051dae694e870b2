"""Flags over environment over file; what cannot be is refused with words that help."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gatelet.server.config import load
from gatelet.server.errors import InvalidConfiguration


def test_flags_win_over_environment_over_file(tmp_path: Path) -> None:
    file = tmp_path / "gatelet.toml"
    file.write_text('port = 1\nregion = "eu-west-1"\nidle_seconds = 7\n')
    config = load({"port": "3", "region": None}, {"GATELET_PORT": "2", "GATELET_REGION": "eu-north-1"}, file)
    assert (config.port, config.region, config.idle_seconds) == (3, "eu-north-1", 7)


def test_defaults_bind_to_loopback() -> None:
    config = load({}, {})
    assert (config.host, config.port, config.mode, config.invoke_port) == ("127.0.0.1", 4566, "dev", None)
    assert config.endpoint == "http://127.0.0.1:4566"


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ({"host": "0.0.0.0"}, "--mode secure"),
        ({"host": "192.168.1.5"}, "--mode secure"),
        ({"invoke_host": "0.0.0.0", "invoke_port": "80"}, "--mode secure"),
        ({"mode": "prod"}, "choose dev or secure"),
        ({"port": "70000"}, "is not a port"),
        ({"port": "http"}, "port = 'http' is not a number"),
        ({"max_environments": "0"}, "max_environments = 0: 1 is the least"),
        ({"drain_seconds": "-1"}, "drain_seconds = -1: 0 is the least"),
        ({"tls_certificate": "cert.pem"}, "belong together"),
        ({"trusted_proxies": "10.0.0.0/8,proxy"}, "'proxy' is not a network"),
        ({"http_allowed_networks": "10.1.0.0/8"}, "http_allowed_networks: '10.1.0.0/8' is not a network"),
        ({"service_endpoints": "sqs"}, "service_endpoints: 'sqs' is not service=http"),
        ({"http_ca_file": "/nowhere/at/all.pem"}, "there is no file /nowhere/at/all.pem"),
        ({"service_endpoints": "=http://a.test"}, "is not service="),
        ({"service_endpoints": "sqs=http://a.test:22"}, "is not service="),
        ({"service_endpoints": "sqs=http://a.test/path"}, "is not service="),
    ],
)
def test_what_cannot_be_is_refused(flags: dict[str, str], words: str) -> None:
    """design 1: binding to a non-loopback address in `dev` is refused with a message that says what to do."""
    with pytest.raises(InvalidConfiguration, match=words):
        load(flags, {})


def test_the_file_may_hold_lists_and_no_fractions(tmp_path: Path) -> None:
    file = tmp_path / "gatelet.toml"
    file.write_text('hosts = ["a.example", "b.example"]\ntrusted_proxies = []\n')
    assert load({}, {}, file).hosts == ("a.example", "b.example")
    file.write_text("idle_seconds = 1.5\n")
    with pytest.raises(InvalidConfiguration, match=r"idle_seconds = 1\.5 is not a number"):
        load({}, {}, file)


def test_secure_mode_may_bind_anywhere() -> None:
    assert load({"host": "0.0.0.0", "mode": "secure"}, {}).host == "0.0.0.0"


def test_an_unknown_setting_in_the_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "gatelet.toml"
    file.write_text("prot = 1\n")
    with pytest.raises(InvalidConfiguration, match="unknown setting 'prot'"):
        load({}, {}, file)


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfiguration, match="does not exist"):
        load({}, {}, tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("host", "tls", "expected"),
    [
        ("127.0.0.1", False, "http://127.0.0.1:80"),
        ("::1", False, "http://[::1]:80"),
        ("0.0.0.0", True, "https://127.0.0.1:80"),
        ("::", False, "http://[::1]:80"),
        ("gate.example.org", True, "https://gate.example.org:80"),
    ],
)
def test_the_url_of_a_listener_is_one_that_a_client_here_can_use(host: str, tls: bool, expected: str) -> None:
    files = {"tls_certificate": "c.pem", "tls_key": "k.pem"} if tls else {}
    assert load({"mode": "secure", **files}, {}).url(host, 80) == expected


def test_the_document_has_every_setting() -> None:
    """docs/CONFIGURATION.md is written by scripts/configuration.py; `--check` compares it."""
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "scripts/configuration.py", "--check"],
        cwd=root,
        env={"PYTHONPATH": str(root / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
