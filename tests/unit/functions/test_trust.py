"""Functions reach Gatelet's own endpoint over TLS, too: AWS_CA_BUNDLE names what they may trust."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.unit.functions.world import World

from gatelet.functions.isolation import Isolation
from gatelet.functions.trust import TrustBundle

CERTIFICATES = Path(__file__).parents[1] / "http" / "certificates"
FIRST, SECOND = CERTIFICATES / "first.pem", CERTIFICATES / "second.pem"


def trusted(bundle: Path) -> list[bytes]:
    context = ssl.create_default_context(cafile=bundle)
    return sorted(context.get_ca_certs(binary_form=True))


def der(*pems: Path) -> list[bytes]:
    return sorted(ssl.PEM_cert_to_DER_cert(pem.read_text()) for pem in pems)


def test_a_function_is_told_what_to_trust(make_world: Callable[..., World], tmp_path: Path) -> None:
    operators = tmp_path / "both.pem"
    operators.write_bytes((CERTIFICATES / "first.key").read_bytes() + FIRST.read_bytes())
    world = make_world(certificate=operators)
    source = "import os\ndef handler(event, context):\n    return os.environ['AWS_CA_BUNDLE']\n"
    bundle = Path(world.value(world.function(source)))
    assert trusted(bundle) == der(FIRST)
    assert b"PRIVATE" not in bundle.read_bytes()
    own = world.function(source, Environment={"Variables": {"AWS_CA_BUNDLE": "/var/task/mine.pem"}})
    assert world.value(own) == "/var/task/mine.pem"


def test_the_bundle_holds_the_usual_too_and_follows_the_certificate(tmp_path: Path) -> None:
    certificate = tmp_path / "certificate.pem"
    certificate.write_bytes(FIRST.read_bytes())
    trust = TrustBundle(certificate, SECOND, tmp_path / "bundle.pem")
    assert trusted(trust.path()) == der(FIRST, SECOND)
    certificate.unlink()
    certificate.write_bytes(b"\n" + SECOND.read_bytes())
    assert trusted(trust.path()) == der(SECOND)


@pytest.mark.parametrize(("warn", "level"), [(True, "WARNING"), (False, "DEBUG")])
def test_shared_users_are_worth_a_warning_in_the_secure_mode_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, warn: bool, level: str
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("sys.platform", "linux")
    with caplog.at_level("DEBUG", "gatelet.functions.isolation"):
        assert not Isolation.detect(60_000, [closed], warn=warn).separate
    assert [record.levelname for record in caplog.records] == [level]
