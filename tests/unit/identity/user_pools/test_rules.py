"""The pure parts of user pools: one-time passwords, lock-out, seals, JSON Web Keys."""

from __future__ import annotations

import pytest

from gatelet.aws.ids import Ids
from gatelet.identity.user_pools import attempts
from gatelet.identity.user_pools.attempts import Failures
from gatelet.identity.user_pools.jws import InvalidToken, parse, public_key
from gatelet.identity.user_pools.sealed import InvalidSeal, SealExpired, seal, unseal
from gatelet.identity.user_pools.tokens import began, session_id
from gatelet.identity.user_pools.totp import STEP_SECONDS, code_at, matching_step
from gatelet.identity.vault import Vault

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.mark.parametrize(
    ("moment", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_one_time_passwords(moment: int, code: str) -> None:
    """RFC 6238 appendix B (SHA-1), six digits."""
    assert code_at(SECRET, moment // STEP_SECONDS) == code
    step = matching_step(SECRET, code, moment + 20)
    assert step == moment // STEP_SECONDS
    assert matching_step(SECRET, code, moment, after=step) is None
    assert matching_step(SECRET, code, moment + 90) is None


def test_lock_out_doubles_and_ends() -> None:
    """Cognito Developer Guide, "Lockout behavior": 1 s after five failures, at most fifteen minutes."""
    failures, now, waits = Failures(), 1_000.0, []
    for _ in range(17):
        failures = failures.with_one_more(now)
        wait = next(seconds for seconds in range(2_000) if not failures.locks(now + seconds))
        waits.append(wait)
        now += wait
    assert waits == [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]
    assert not failures.with_one_more(now + 901).locks(now + 901)


def test_names_that_nobody_has_are_counted_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "_MOST", 3)
    counted = attempts.Attempts()
    for number in range(10):
        counted.failed("p", f"u{number}", float(number))
    assert [counted.of("p", f"u{number}").times for number in range(6, 10)] == [0, 1, 1, 1]


def test_what_is_sealed_opens_for_its_purpose_and_its_time() -> None:
    vault = Vault(b"k" * 32)
    text = seal(vault, "session", {"user": "ann"}, 100.0)
    assert unseal(vault, "session", text, 99.9) == {"user": "ann"}
    with pytest.raises(SealExpired):
        unseal(vault, "session", text, 100.0)
    middle = len(text) // 2
    changed = text[:middle] + ("A" if text[middle] != "A" else "B") + text[middle + 1 :]
    for owner, wrong in (
        ("code", text),
        ("session", changed),
        ("session", ""),
        ("session", "é"),
        ("session", "x" * 9_000),
    ):
        with pytest.raises(InvalidSeal):
            unseal(vault, owner, wrong, 0.0)


def test_a_session_tells_when_it_began() -> None:
    name = session_id(1_767_225_600.123, Ids(seed=1))
    assert (len(name), name[14], began(name)) == (36, "4", 1_767_225_600.123)
    assert began("nonsense-and-more") == 0.0


@pytest.mark.parametrize(
    "jwk",
    [
        {},
        {"kty": "oct", "k": "c2VjcmV0"},
        {"kty": "RSA", "n": "AQAB", "e": "AQAB"},
        {"kty": "RSA", "n": 5, "e": "AQAB"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "EC", "crv": "secp256k1", "x": "AQ", "y": "AQ"},
    ],
    ids=["empty", "symmetric", "short", "number", "off-the-curve", "another-curve"],
)
def test_a_key_that_is_none(jwk: dict[str, object]) -> None:
    assert public_key(jwk) is None


def test_a_text_with_odd_letters_is_no_token() -> None:
    for text in ("é.é.é", "a.b", "..", "\0.\0.\0", "a" * 20_000):
        with pytest.raises(InvalidToken):
            parse(text)
