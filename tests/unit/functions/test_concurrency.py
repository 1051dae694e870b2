"""Admission by reserved and unreserved concurrency (lambda-execution section 9)."""

from __future__ import annotations

import pytest

from gatelet.aws.scope import Scope
from gatelet.functions.concurrency import ACCOUNT_EXCEEDED, RESERVED_EXCEEDED, Concurrency
from gatelet.functions.invocation import TooManyRequests

HERE, THERE = Scope("000000000000", "us-east-1"), Scope("000000000000", "eu-west-1")


def test_the_account_limit_is_of_a_region_and_shared_by_functions() -> None:
    concurrency = Concurrency(account_limit=3)
    leases = [concurrency.admit(HERE, name, None, 0) for name in ("a", "b", "b")]
    with pytest.raises(TooManyRequests) as refused:
        concurrency.admit(HERE, "c", None, 0)
    assert refused.value.reason == ACCOUNT_EXCEEDED
    concurrency.admit(THERE, "c", None, 0)
    leases[0].release()
    leases[0].release()
    concurrency.admit(HERE, "c", None, 0)
    with pytest.raises(TooManyRequests):
        concurrency.admit(HERE, "c", None, 0)


def test_what_is_reserved_is_not_in_the_pool() -> None:
    concurrency = Concurrency(account_limit=3)
    concurrency.admit(HERE, "a", None, 2)
    with pytest.raises(TooManyRequests):
        concurrency.admit(HERE, "b", None, 2)
    concurrency.admit(HERE, "c", 2, 2)
    concurrency.admit(HERE, "c", 2, 2)
    with pytest.raises(TooManyRequests) as refused:
        concurrency.admit(HERE, "c", 2, 2)
    assert refused.value.reason == RESERVED_EXCEEDED


def test_a_lease_is_released_by_its_block() -> None:
    concurrency = Concurrency(account_limit=1)
    with pytest.raises(ValueError, match="inside"), concurrency.admit(HERE, "a", None, 0):
        raise ValueError("inside")
    with concurrency.admit(HERE, "a", None, 0), pytest.raises(TooManyRequests):
        concurrency.admit(HERE, "a", None, 0)
